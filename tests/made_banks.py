"""Small skills and changes, for the tests of the bank."""

from skills_bank.change import Change, ChangeKind, Claim
from skills_bank.skill import Skill
from skills_bank.skill_md import starter


def skill(skill_id: str, **fields: object) -> Skill:
    return starter()[0].model_copy(update={"id": skill_id, **fields})


def add(*skills: Skill, claim: Claim = Claim.UPKEEP) -> list[Change]:
    return [
        Change(id=f"add-{s.id}", kind=ChangeKind.ADD, claim=claim, skills=(s,), author="test", reason=f"add {s.id}")
        for s in skills
    ]


def change(kind: ChangeKind, targets: tuple[str, ...], *skills: Skill, change_id: str = "") -> Change:
    return Change(
        id=change_id or f"{kind}-{'-'.join(targets)}",
        kind=kind,
        claim=Claim.UPKEEP,
        targets=targets,
        skills=skills,
        author="test",
        reason=f"{kind} for a test",
        run="run-1",
    )
