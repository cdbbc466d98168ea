"""Which skill versions live after these changes? The one rule that both `commit` and `preview` follow."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from skills_bank.change import Change
from skills_bank.errors import BankError, UnknownSkill
from skills_bank.skill import Skill, SkillId, Status

Living = dict[SkillId, int]
"""Version by id of the skills that live."""


@dataclass(frozen=True)
class Succession:
    """What a sequence of changes does to the living.

    Attributes:
        living: Version by id, after all changes.
        born: New versions with the id of the change that brought each, in order. One of them may die again within the
            same sequence; it is kept all the same, since history is never lost.
        died: `(skill id, version, change id)` of versions that live no longer.
    """

    living: Living
    born: tuple[tuple[Skill, str], ...]
    died: tuple[tuple[SkillId, int, str], ...]


def succeed(
    living: Mapping[SkillId, int],
    changes: Sequence[Change],
    last_version: Callable[[SkillId], int],
    *,
    status: Status,
) -> Succession:
    """Apply changes in order.

    A body whose id is a target becomes that skill's next version; another id is new; a target without a body dies.

    Args:
        living: Version by id, before the changes.
        changes: In the order in which they apply; a later one may touch what an earlier one brought.
        last_version: Highest version that an id has ever had, 0 for none. Numbers are never used twice.
        status: What the new versions are: active when committed, candidate when previewed.

    Raises:
        UnknownSkill: a target does not live.
        BankError: a new skill takes the id of a living one, or is brought in as retired.
    """
    now = dict(living)
    latest: dict[SkillId, int] = {}
    born: list[tuple[Skill, str]] = []
    died: list[tuple[SkillId, int, str]] = []
    for change in changes:
        parents = []
        for target in change.targets:
            if target not in now:
                raise UnknownSkill(f"change '{change.id}' would {change.kind} '{target}', which does not live here")
            version = now.pop(target)
            parents.append(f"{target}@{version}")
            died.append((target, version, change.id))
        for body in change.skills:
            if body.id in now:
                raise BankError(f"change '{change.id}' brings '{body.id}', which lives already: revise it instead")
            if body.status is Status.RETIRED:
                raise BankError(f"change '{change.id}' brings '{body.id}' as retired: use a 'retire' change instead")
            version = (latest.get(body.id) or last_version(body.id)) + 1
            now[body.id] = latest[body.id] = version
            lineage = {
                "parents": tuple(parents) or body.lineage.parents,
                "change": change.id,
                "run": change.run or body.lineage.run,
                "author": change.author,
            }
            update = {"version": version, "status": status, "lineage": body.lineage.model_copy(update=lineage)}
            born.append((body.model_copy(update=update), change.id))
    return Succession(living=now, born=tuple(born), died=tuple(died))


def content_hash(hashes: Iterable[tuple[SkillId, str]]) -> str:
    """SHA-256 over `(skill id, content hash)` of the living, sorted by id.

    Who wrote a skill, in which run and under which version number does not enter: two banks that behave alike have the
    same hash.
    """
    lines = "\n".join(f"{skill_id}:{body}" for skill_id, body in sorted(hashes))
    return hashlib.sha256(lines.encode()).hexdigest()
