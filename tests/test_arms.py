"""Arms are banks at a fixed generation, meet the same seekers, and are compared pair by pair."""

from pathlib import Path

import pytest

from conversation.episode import Episode
from conversation.profiles import authored
from esc_skills.arms import arms_of
from esc_skills.errors import Usage
from esc_skills.keeping import Keeping
from evaluation.arms import differences
from graphs.context import Context
from graphs.simulation import InProcess, Job
from nodes.context import starter_changes
from skills_bank.bank import Bank
from skills_bank.errors import BankError

SETTINGS: dict[str, object] = {"turn_limit": 2}


@pytest.fixture
def bank(tmp_path: Path) -> str:
    """A bank with the starter skills at generation 1."""
    with Bank.open(tmp_path / "my_bank") as made:
        made.commit(starter_changes(), expected_generation=0)
    return str(tmp_path / "my_bank")


def test_a_bank_is_read_at_the_generation_that_is_named_or_at_the_one_it_has_now(bank: str) -> None:
    old, new, none = arms_of([f"{bank}@0", bank, "none"], SETTINGS)
    assert [arm.context.generation for arm in (old, new, none)] == [0, 1, None]
    assert not old.context.resources.view.skills()
    assert none.ledger is None
    assert new.ledger is not None


def test_arms_that_fit_nothing_are_named(bank: str) -> None:
    with pytest.raises(Usage, match="'none' stands there twice"):
        arms_of(["none", "starter", "none"], SETTINGS)
    with pytest.raises(Usage, match="an arm is empty"):
        arms_of(["none", ""], SETTINGS)
    with pytest.raises(BankError, match="7"):
        _ = arms_of([f"{bank}@7"], SETTINGS)[0].context.resources
    with pytest.raises(BankError, match="nowhere"):
        arms_of(["nowhere"], SETTINGS)


def jobs_of(*contexts: Context) -> list[Job]:
    return [Job(profile=p, seed=n, context=c) for n, p in enumerate(authored()[:2]) for c in contexts]


def test_equal_banks_share_their_episodes_and_ledgers_are_gone_on_from(bank: str, tmp_path: Path) -> None:
    starter, own = arms_of(["starter", bank], SETTINGS)
    jobs = jobs_of(starter.context, own.context)
    ledgers = [starter.ledger, own.ledger] * 2
    first = Keeping(jobs, ledgers, tmp_path / "e.jsonl", resume=False)
    assert (len(first.missing), first.conversations) == (2, 2)
    told: list[int] = []
    InProcess().play(first.missing, first.keeper(lambda: told.append(1)))
    played = first.finish()
    first.close()
    assert (len(played), len(told), played[0]) == (4, 2, played[1])
    assert own.ledger is not None
    assert list(own.ledger.episodes(run="simulate")) == played[::2]

    (tmp_path / "e.jsonl").unlink()
    again = Keeping(jobs, ledgers, tmp_path / "e.jsonl", resume=True)
    assert (again.missing, again.already_played, again.finish()) == ([], 2, played)
    again.close()
    anew = Keeping(jobs, ledgers, None, resume=False)
    assert len(anew.missing) == 2


def test_a_failed_episode_is_kept_and_played_again(tmp_path: Path) -> None:
    jobs = jobs_of(Context(turn_limit=2))
    first = Keeping(jobs, [None, None], tmp_path / "e.jsonl", resume=False)
    keep = first.keeper(lambda: None)
    keep(jobs[0].failed("no answer"))
    keep(InProcess().play(jobs[1:])[0])
    assert [episode.error for episode in first.finish()] == ["no answer", ""]
    first.close()
    again = Keeping(jobs, [None, None], tmp_path / "e.jsonl", resume=True)
    assert (again.missing, again.already_played) == (jobs[:1], 1)
    again.close()


def test_every_two_arms_are_paired() -> None:
    arms = {"none": Context(bank="none", turn_limit=3), "starter": Context(turn_limit=3), "same": Context(turn_limit=3)}
    played: dict[str, list[Episode]] = {name: InProcess().play(jobs_of(context)) for name, context in arms.items()}
    found = {(each.first, each.second): each for each in differences(played)}
    assert list(found) == [("none", "starter"), ("none", "same"), ("starter", "same")]
    assert found["starter", "same"].mean == 0
    assert found["none", "starter"].mean == found["none", "same"].mean
    with pytest.raises(ValueError, match="cannot be paired"):
        differences({"none": played["none"], "starter": played["starter"][::-1]})
