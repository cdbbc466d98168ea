"""A bank is searched by meaning, and only among the skills that live where it is asked."""

from collections.abc import Iterator

import pytest

from skills_bank.bank import Bank
from skills_bank.change import ChangeKind
from skills_bank.skill import Example
from tests.made_banks import add, change, skill


@pytest.fixture
def bank() -> Iterator[Bank]:
    """A bank of three skills in memory, for what is the same wherever a bank is kept."""
    with Bank.open(":memory:") as opened:
        opened.commit(add(skill("alpha"), skill("beta"), skill("gamma")), expected_generation=0)
        yield opened


def test_a_skill_is_found_by_its_words_and_only_where_it_lives(bank: Bank) -> None:
    words = "my dog died in spring and the house is silent"
    example = Example(before=words, reply="A reply.", after="A sigh.", good=True)
    grieving = skill("grieving", examples=(example,))
    bank.commit(add(grieving), expected_generation=1)
    (found, similarity), *others = bank.at().nearest(words, 3)
    assert found.id == "grieving"
    assert 1 >= similarity > others[0][1] >= -1
    assert "grieving" not in [s.id for s, _ in bank.at(1).nearest(words, 10)]
    bank.commit([change(ChangeKind.RETIRE, ("grieving",))], expected_generation=2)
    assert "grieving" not in [s.id for s, _ in bank.at().nearest(words, 10)]
    assert bank.at(2).nearest(words, 1)[0][0].id == "grieving"


def test_nearest_returns_only_the_allowed_and_as_many_as_there_are(bank: Bank) -> None:
    assert {s.id for s, _ in bank.at().nearest("anything", 10)} == {"alpha", "beta", "gamma"}
    assert [s.id for s, _ in bank.at().nearest("anything", 10, allowed=["beta", "stranger"])] == ["beta"]
    assert bank.at().nearest("anything", 10, allowed=[]) == []
    with pytest.raises(ValueError, match="at least 1"):
        bank.at().nearest("anything", 0)


def test_of_equally_near_skills_those_first_by_id_are_named() -> None:
    with Bank.open(":memory:") as bank:
        bank.commit(add(*(skill(f"twin-{n}") for n in (5, 3, 8, 1, 7, 2, 6, 4))), expected_generation=0)
        assert [s.id for s, _ in bank.at().nearest("anything", 3)] == ["twin-1", "twin-2", "twin-3"]


def test_a_preview_searches_its_own_skills(bank: Bank) -> None:
    words = "my cat ran away last night"
    example = Example(before=words, reply="A reply.", after="A sigh.", good=True)
    preview = bank.preview(add(skill("searching", examples=(example,))))
    assert preview.nearest(words, 1)[0][0].id == "searching"
    assert bank.at().nearest(words, 1)[0][0].id != "searching"
