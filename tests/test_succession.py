"""Who lives after a sequence of changes follows from one rule, for commits and previews alike."""

import pytest

from skills_bank.change import Change, ChangeKind, Claim
from skills_bank.errors import BankError, UnknownSkill
from skills_bank.skill import Lineage, Skill, Status
from skills_bank.skill_md import starter
from skills_bank.succession import Succession, content_hash, succeed


def skill(skill_id: str, **fields: object) -> Skill:
    return starter()[0].model_copy(update={"id": skill_id, "lineage": Lineage(), **fields})


def change(kind: ChangeKind, *targets: str, brings: tuple[Skill, ...] = (), run: str = "run-1") -> Change:
    return Change(
        id=f"c-{kind}-{'-'.join(targets)}-{'-'.join(s.id for s in brings)}",
        kind=kind,
        claim=Claim.UPKEEP,
        targets=targets,
        skills=brings,
        author="test",
        reason="test",
        run=run,
    )


def after(*changes: Change, living: dict[str, int] | None = None, known: dict[str, int] | None = None) -> Succession:
    here = {"alpha": 1, "beta": 4} if living is None else living
    return succeed(here, changes, lambda skill_id: (known or here).get(skill_id, 0), status=Status.ACTIVE)


def test_a_later_change_may_touch_what_an_earlier_one_brought() -> None:
    outcome = after(
        change(ChangeKind.ADD, brings=(skill("new"),)),
        change(ChangeKind.REVISE, "new", brings=(skill("new", title="Better"),)),
        change(ChangeKind.RETIRE, "alpha"),
    )
    assert outcome.living == {"beta": 4, "new": 2}
    assert [(s.ref, by) for s, by in outcome.born] == [("new@1", "c-add--new"), ("new@2", "c-revise-new-new")]
    assert outcome.died == (("new", 1, "c-revise-new-new"), ("alpha", 1, "c-retire-alpha-"))


def test_numbers_go_on_from_the_highest_ever_and_not_from_the_living() -> None:
    assert after(change(ChangeKind.REVISE, "beta", brings=(skill("beta"),)), known={"beta": 9}).living["beta"] == 10
    assert after(change(ChangeKind.ADD, brings=(skill("gone"),)), known={"gone": 3}).living["gone"] == 4


def test_a_merge_knows_all_its_parents() -> None:
    ((merged, _),) = after(change(ChangeKind.MERGE, "alpha", "beta", brings=(skill("both"),))).born
    assert merged.lineage == Lineage(
        parents=("alpha@1", "beta@4"), change="c-merge-alpha-beta-both", run="run-1", author="test"
    )


def test_an_added_skill_keeps_the_parents_and_the_run_that_it_names() -> None:
    imported = skill("new", lineage=Lineage(parents=("elsewhere@3",), run="old-run"))
    ((new, _),) = after(change(ChangeKind.ADD, brings=(imported,), run="")).born
    assert (new.lineage.parents, new.lineage.run) == (("elsewhere@3",), "old-run")


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        (change(ChangeKind.RETIRE, "nobody"), UnknownSkill),
        (change(ChangeKind.ADD, brings=(skill("alpha"),)), BankError),
        (change(ChangeKind.SPLIT, "alpha", brings=(skill("beta"), skill("other"))), BankError),
        (change(ChangeKind.SPLIT, "alpha", brings=(skill("twin"), skill("twin"))), BankError),
        (change(ChangeKind.ADD, brings=(skill("new", status=Status.RETIRED),)), BankError),
    ],
)
def test_what_cannot_be_is_refused(wrong: Change, error: type[BankError]) -> None:
    with pytest.raises(error):
        after(wrong)


def test_the_living_that_came_in_are_left_as_they_were() -> None:
    living = {"alpha": 1}
    after(change(ChangeKind.RETIRE, "alpha"), living=living)
    assert living == {"alpha": 1}


def test_the_content_hash_does_not_know_the_order_and_knows_the_rest() -> None:
    one = content_hash([("a", "x"), ("b", "y")])
    assert one == content_hash([("b", "y"), ("a", "x")])
    assert len({one, content_hash([("a", "y"), ("b", "x")]), content_hash([("a", "x")]), content_hash([])}) == 4
