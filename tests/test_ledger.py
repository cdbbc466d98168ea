"""The ledger pays for an episode once, keeps it the moment it ends, and gives it back exactly."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conversation.episode import Appraisal, End, Episode, EpisodeKey, EpisodeTurn
from conversation.seeker import RiskTier, SeekerState
from skills_bank.bank import Bank
from skills_bank.ledger import Ledger, key_hash


def key(seed: int = 1, **fields: object) -> EpisodeKey:
    return EpisodeKey.model_validate(
        {
            "profile_id": "p-1",
            "profile_hash": "h",
            "seed": seed,
            "turn_limit": 10,
            "bank_hash": "b",
            "retrieval": "r",
            "models": {"seeker": "embedded", "judge": "embedded"},
            "prompts": "p",
            "engine": "1",
            **fields,
        }
    )


def episode(seed: int = 1, *, stage: str = "verification", end: End = End.TURN_LIMIT, **fields: object) -> Episode:
    appraisal = Appraisal(
        meant="to comfort", overt_fit="well", hidden_fit="well", monologue="ok", feeling="calm", change=5
    )
    turn = EpisodeTurn(
        seeker="My dog died.\u2028I miss him.",
        tier=RiskTier.NONE,
        state=SeekerState(),
        reply="I am sorry.",
        used=None,
        appraisal=appraisal,
        emotion=45,
    )
    return Episode(key=key(seed, **fields), stage=stage, turns=(turn,), end=end, error="x" if end is End.ERROR else "")


@pytest.fixture
def ledger(location: str) -> Iterator[Ledger]:
    with Bank.open(location) as bank:
        yield bank.ledger


def test_an_episode_comes_back_exactly_and_only_for_its_key_and_stage(ledger: Ledger) -> None:
    assert ledger.put(episode(), run="run-1")
    assert ledger.get(key(), "verification") == episode()
    assert ledger.get(key(2), "verification") is None
    assert ledger.get(key(), "screen") is None


@pytest.mark.parametrize("field", sorted(EpisodeKey.model_fields))
def test_each_part_of_the_key_counts(field: str) -> None:
    old = getattr(key(), field)
    new: object = old + 1 if isinstance(old, int) else {"seeker": "other"} if isinstance(old, dict) else f"{old}!"
    assert key_hash(key()) != key_hash(key().model_copy(update={field: new}))


def test_the_order_of_models_does_not_count() -> None:
    assert key_hash(key()) == key_hash(key(models={"judge": "embedded", "seeker": "embedded"}))


def test_a_finished_episode_stands_for_good(ledger: Ledger) -> None:
    ledger.put(episode(end=End.SUCCESS), run="run-1")
    assert not ledger.put(episode(end=End.FAILURE), run="run-2")
    kept = ledger.get(key(), "verification")
    assert kept is not None
    assert kept.end is End.SUCCESS


def test_an_error_is_kept_and_a_later_attempt_lies_on_top_of_it(ledger: Ledger) -> None:
    assert ledger.put(episode(end=End.ERROR), run="run-1")
    assert ledger.put(episode(end=End.ERROR), run="run-1")
    assert ledger.put(episode(end=End.SUCCESS), run="run-1")
    kept = ledger.get(key(), "verification")
    assert kept is not None
    assert kept.end is End.SUCCESS
    assert [e.end for e in ledger.episodes()] == [End.ERROR, End.ERROR, End.SUCCESS]


def test_episodes_are_listed_in_order_by_run_and_stage(ledger: Ledger) -> None:
    ledger.put(episode(3), run="run-1")
    ledger.put(episode(1), run="run-2")
    ledger.put(episode(2, stage="screen"), run="run-1")
    assert [e.key.seed for e in ledger.episodes()] == [3, 1, 2]
    assert [e.key.seed for e in ledger.episodes(run="run-1")] == [3, 2]
    assert [e.key.seed for e in ledger.episodes(run="run-1", stage="screen")] == [2]
    assert ledger.counts() == {("verification", "turn_limit"): 2, ("screen", "turn_limit"): 1}
    assert ledger.counts(run="run-2") == {("verification", "turn_limit"): 1}


def test_threads_that_put_at_once_lose_nothing(ledger: Ledger) -> None:
    threads = [
        threading.Thread(target=lambda start=start: [ledger.put(episode(start + n), run="r") for n in range(10)])
        for start in (0, 5, 10, 15)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(e.key.seed for e in ledger.episodes()) == list(range(25))


def test_a_run_reads_back_what_it_recorded_in_order(ledger: Ledger) -> None:
    ledger.record("run-1", "settings", {"rounds": 3})
    ledger.record("run-2", "settings", {"rounds": 9})
    ledger.record("run-1", "verdict", key())
    ledger.record("run-1", "note", "text, 文字")
    assert [(e.kind, e.payload) for e in ledger.read("run-1")] == [
        ("settings", {"rounds": 3}),
        ("verdict", key().model_dump(mode="json")),
        ("note", "text, 文字"),
    ]
    assert [e.payload for e in ledger.read("run-2", "settings")] == [{"rounds": 9}]
    assert ledger.runs() == ["run-1", "run-2"]
    numbers = [e.number for e in ledger.read("run-1")]
    assert numbers == sorted(set(numbers))


def _put_until_killed(place: str, acknowledged: Any) -> None:
    with Bank.open(place) as bank:
        for seed in range(10_000):
            bank.ledger.put(episode(seed), run="run-1")
            acknowledged.send(seed)


def test_what_was_acknowledged_outlives_a_kill(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    hear, say = context.Pipe(duplex=False)
    process = context.Process(target=_put_until_killed, args=(str(tmp_path), say))
    process.start()
    say.close()
    last = -1
    while last < 25:
        last = hear.recv()
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    while hear.poll():
        try:
            last = hear.recv()
        except EOFError:
            break
    with Bank.open(tmp_path) as bank:
        seeds = [e.key.seed for e in bank.ledger.episodes()]
        assert bank.verify() == []
    assert seeds == list(range(len(seeds)))
    assert len(seeds) in (last + 1, last + 2)
    hear.close()
