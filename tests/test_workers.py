"""Many conversations at once: wherever they are played they are the same, and none takes others down with it."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from conversation.episode import End, Episode
from conversation.profiles import authored
from graphs.context import Context
from graphs.simulation import Engine, InProcess, Job, LocalProcesses, WorkerFailed, play_one
from graphs.workers import refuse_other
from nodes.embedded.server import EmbeddedServer, Wire
from nodes.models import ROLES, Models, RoleSettings
from tests.undisturbed import undisturbed

PROFILES = authored()[:5]


def over(server: EmbeddedServer, **more: Any) -> Context:
    roles = {role: RoleSettings(model=role, base_url=server.url, retries=0) for role in ROLES}
    return Context(models=Models(roles=roles), turn_limit=2, **more)


def jobs_with(context: Context) -> list[Job]:
    return [Job(profile=profile, seed=number, context=context) for number, profile in enumerate(PROFILES)]


def lines(episodes: list[Episode]) -> list[str]:
    """As they stand in a file, but for who answered."""
    named = [episode.model_copy(update={"key": episode.key.model_copy(update={"models": {}})}) for episode in episodes]
    return [episode.model_dump_json() for episode in named]


@pytest.fixture(scope="module")
def pools() -> Iterator[dict[int, LocalProcesses]]:
    made = {number: LocalProcesses(number) for number in (2, 3)}
    yield made
    for pool in made.values():
        pool.close()


@pytest.fixture(scope="module")
def expected() -> list[str]:
    return lines(InProcess().play(jobs_with(Context(turn_limit=2))))


@pytest.mark.parametrize("workers", [2, 3])
def test_workers_play_the_same_episodes_byte_for_byte(
    workers: int, pools: dict[int, LocalProcesses], expected: list[str]
) -> None:
    with undisturbed():
        assert lines(pools[workers].play(jobs_with(Context(turn_limit=2)))) == expected


@pytest.mark.parametrize("workers", [0, 2, 3])
def test_over_http_the_episodes_are_the_same_byte_for_byte(
    workers: int, pools: dict[int, LocalProcesses], expected: list[str]
) -> None:
    engine: Engine = pools[workers] if workers else InProcess()
    with EmbeddedServer(latency_s=0.01) as server, undisturbed():
        context = over(server, concurrency=4)
        assert lines(engine.play(jobs_with(context))) == expected
        assert 1 < server.most_at_once <= 4, "together, under the cap, however many processes there are"
        assert context.resources.chat.usage.calls == server.requests, "what workers spend is booked here"


class Choosy(EmbeddedServer):
    """Answers all but what is asked about the first seeker."""

    def respond(self, request: dict[str, Any], wire: Wire) -> None:
        if PROFILES[0].opening[:30] in str(request["messages"][-1]["content"]):
            return self.refuse(wire)
        return super().respond(request, wire)

    def refuse(self, wire: Wire) -> None:
        wire.error(401, "not for you")


@pytest.mark.parametrize("workers", [0, 2])
def test_one_that_fails_says_why_and_its_siblings_go_on(
    workers: int, pools: dict[int, LocalProcesses], expected: list[str]
) -> None:
    engine: Engine = pools[workers] if workers else InProcess()
    told: list[Episode] = []
    with Choosy() as server, undisturbed():
        episodes = engine.play(jobs_with(over(server)), told.append)
    assert (episodes[0].end, episodes[0].scored) == (End.ERROR, False)
    assert "not for you" in episodes[0].error
    assert lines(episodes)[1:] == expected[1:]
    assert sorted(lines(told)) == sorted(lines(episodes))


def test_a_fault_of_ours_ends_one_episode_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a fault in a node")

    job = jobs_with(Context(turn_limit=2))[0]
    monkeypatch.setattr("nodes.node.seed_of", broken)
    episode = play_one(job)
    assert (episode.end, episode.key) == (End.ERROR, job.key)
    assert "RuntimeError: a fault in a node (test_workers.py:" in episode.error


class Deadly(Choosy):
    """Kills the workers while it is asked about the first seeker."""

    def refuse(self, wire: Wire) -> None:
        for child in multiprocessing.active_children():
            if child.name == "esc-skills-worker" and child.pid:
                os.kill(child.pid, signal.SIGKILL)


def test_a_conversation_that_twice_loses_its_worker_fails_and_the_others_are_played(expected: list[str]) -> None:
    pool = LocalProcesses(1)
    try:
        with Deadly() as server, undisturbed():
            episodes = pool.play(jobs_with(over(server, concurrency=1)))
    finally:
        pool.close()
    assert "died 2 times in this conversation (exit code -9)" in episodes[0].error
    assert lines(episodes)[1:] == expected[1:]


def test_a_worker_refuses_to_play_another_episode_than_the_one_that_is_wanted() -> None:
    key = jobs_with(Context(turn_limit=2))[0].key
    refuse_other(key, key)
    with pytest.raises(ValueError, match="another bank_hash and engine than this run began with"):
        refuse_other(key, key.model_copy(update={"engine": "edited", "bank_hash": "committed to"}))


def test_an_episode_is_told_the_moment_it_ends_and_not_in_the_order_of_jobs(pools: dict[int, LocalProcesses]) -> None:
    long, short = Context(turn_limit=8), Context(turn_limit=1)
    jobs = [Job(profile=PROFILES[0], seed=1, context=long), *jobs_with(short)[1:3]]
    told: list[Episode] = []
    with undisturbed():
        episodes = pools[2].play(jobs, told.append)
    assert told[0] == episodes[1]
    assert told[-1] == episodes[0]


def test_who_is_told_may_break_off_the_run(pools: dict[int, LocalProcesses], expected: list[str]) -> None:
    def full(_: Episode) -> None:
        raise OSError("no space left")

    with undisturbed():
        with pytest.raises(OSError, match="no space left") as caught:
            pools[2].play(jobs_with(Context(turn_limit=2)), full)
        assert not isinstance(caught.value, WorkerFailed)
        assert lines(pools[2].play(jobs_with(Context(turn_limit=2)))) == expected, "and the next run begins anew"


def test_threads_that_play_at_the_same_time_do_not_hear_each_others_workers(
    pools: dict[int, LocalProcesses], expected: list[str]
) -> None:
    jobs = jobs_with(Context(turn_limit=2))
    with undisturbed(), ThreadPoolExecutor(len(jobs)) as threads:  # as the branches of the evolution graph do
        played = threads.map(lambda job: pools[2].play([job]), jobs)
        assert [line for episodes in played for line in lines(episodes)] == expected
    assert 1 <= len(pools[2]._idle) <= 2


def test_who_plays_or_waits_is_told_when_the_workers_are_ended() -> None:
    pool = LocalProcesses(1)
    told = threading.Event()
    jobs = [Job(profile=PROFILES[0], seed=seed, context=Context(turn_limit=1)) for seed in range(500)]
    with undisturbed(), ThreadPoolExecutor(2) as threads:
        playing = threads.submit(pool.play, jobs, lambda _: told.set())
        assert told.wait(120)
        waiting = threads.submit(pool.play, jobs[:1])
        while not pool._changed._waiters:  # type: ignore[attr-defined]  # until it waits
            threading.Event().wait(0.01)
        pool.close()
        for future in (playing, waiting):
            with pytest.raises(WorkerFailed, match="were ended while conversations were under way"):
                future.result(120)
