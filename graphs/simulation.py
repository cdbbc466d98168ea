"""How are many conversations simulated? One after another, at the same time, or on several processes; none paid twice.

An engine plays jobs and gives the episodes back in the order of the jobs. What a job gives does not depend on the
engine that played it.
"""

import asyncio
import multiprocessing
import signal
import threading
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import Any, Protocol

from conversation.episode import Episode
from conversation.model import Value
from conversation.profile import Profile
from graphs import episode as episode_graph
from graphs.context import Context
from nodes.record import episode_key
from nodes.usage import Budget, Usage

Done = Callable[[Episode], None]
"""Told of every episode, in order, new or already in the ledger."""


class Job(Value):
    """One conversation to simulate."""

    profile: Profile
    seed: int
    sample: int = 0
    stage: str = "simulate"
    context: Context


class Engine(Protocol):
    """Plays jobs. Three ways, one result."""

    def play(self, jobs: Sequence[Job], done: Done | None = None) -> list[Episode]:
        """The episodes of the jobs, in their order. A failed one is an episode that says so; its siblings go on."""

    def close(self) -> None:
        """Let go of what the engine holds."""


def _input(job: Job) -> dict[str, object]:
    return {
        "profile": job.profile.model_dump(mode="json"),
        "seed": job.seed,
        "sample": job.sample,
        "stage": job.stage,
    }


def play_one(job: Job) -> Episode:
    """Simulate one job here and now, with the process's own resources."""
    result = episode_graph.graph.invoke(_input(job), context=job.context)
    return Episode.model_validate(result["episode"])


async def aplay_one(job: Job) -> Episode:
    """The same for an event loop."""
    result = await episode_graph.graph.ainvoke(_input(job), context=job.context)
    return Episode.model_validate(result["episode"])


class InProcess:
    """In this process. The embedded engine is pure computation and goes in turn; endpoints are awaited together."""

    def play(self, jobs: Sequence[Job], done: Done | None = None) -> list[Episode]:
        """The episodes of the jobs, in their order."""
        episodes: list[Episode] = []
        if all(_embedded(job) for job in jobs):
            for job in jobs:
                episodes.append(play_one(job))
                if done:
                    done(episodes[-1])
            return episodes
        # On a loop in another thread, where whoever is told would not find the run that it tells of.
        here = copy_context()

        def tell(episode: Episode) -> None:
            if done:
                here.run(done, episode)

        return _in_loop(self._together(jobs, tell))

    async def _together(self, jobs: Sequence[Job], done: Done) -> list[Episode]:
        telling = asyncio.Lock()

        async def one(job: Job) -> Episode:
            episode = await aplay_one(job)
            async with telling:  # one at a time; in a thread, since it writes into the ledger
                await asyncio.to_thread(done, episode)
            return episode

        return list(await asyncio.gather(*(one(job) for job in jobs)))

    def close(self) -> None:
        """Nothing is held."""


class LocalProcesses:
    """On several processes of this machine, each with its own resources. Spawned: Chroma does not survive a fork.

    What their models cost is booked in this process. Budgets and recordings hold within one process, and are refused.
    """

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._pool: ProcessPoolExecutor | None = None

    def play(self, jobs: Sequence[Job], done: Done | None = None) -> list[Episode]:
        """The episodes of the jobs, in their order.

        Raises:
            ValueError: a job has a budget of calls, tokens, money or time, or is recorded or replayed.
        """
        for job in jobs:
            if why := only_here(job.context):
                raise ValueError(f"{why} in one process alone: simulate without worker processes")
        if self._pool is None:
            spawn = multiprocessing.get_context("spawn")
            # A worker leaves Ctrl-C to the process that it works for, which ends the pool.
            self._pool = ProcessPoolExecutor(
                self._workers, mp_context=spawn, initializer=signal.signal, initargs=(signal.SIGINT, signal.SIG_IGN)
            )
        # Plain dictionaries, pickled: JSON would mask the keys of endpoints.
        futures: list[Future[tuple[str, str]]] = [self._pool.submit(_play_elsewhere, job.model_dump()) for job in jobs]
        episodes = []
        for job, future in zip(jobs, futures, strict=True):
            episode, usage = future.result()
            job.context.resources.chat.spending.add(Usage.model_validate_json(usage))
            episodes.append(Episode.model_validate_json(episode))
            if done:
                done(episodes[-1])
        return episodes

    def close(self) -> None:
        """End the workers."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None


def _play_elsewhere(job: dict[str, Any]) -> tuple[str, str]:
    """In a worker, which plays one at a time: the episode, and what its models cost."""
    given = Job.model_validate(job)
    chat = given.context.resources.chat
    before = chat.usage
    episode = play_one(given)
    return episode.model_dump_json(), chat.usage.since(before).model_dump_json()


def only_here(context: Context) -> str:
    """What of these settings cannot be shared with worker processes, in words; empty when all can."""
    if context.record or context.replay:
        return "a recording is written and read"
    return "a budget of calls, tokens, money or seconds holds" if context.budget != Budget() else ""


def _embedded(job: Job) -> bool:
    return job.context.resources.models.embedded


def _in_loop(work: Coroutine[Any, Any, list[Episode]]) -> list[Episode]:
    """Run a coroutine to its end from a thread that may or may not have a loop running."""
    result: list[list[Episode]] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            result.append(asyncio.run(work))
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    return result[0]


class BudgetSpent(RuntimeError):
    """The run may not pay for these episodes: none of them was simulated."""


class Ledgered:
    """An engine that pays for a key once: what the bank's ledger holds is not simulated again within its stage.

    Args:
        engine: Plays what is missing.
        run: Who pays.
        most: Episodes that the run may have paid for in all; None for no limit.
    """

    def __init__(self, engine: Engine, run: str, most: int | None = None) -> None:
        self._engine = engine
        self._run = run
        self._most = most
        self.paid = 0
        self.reused = 0

    def play(self, jobs: Sequence[Job], done: Done | None = None) -> list[Episode]:
        """The episodes of the jobs, in their order; each new one is in the ledger the moment it has ended.

        Raises:
            BudgetSpent: those that are missing would pass the limit; checked before any is simulated.
        """
        known = self.afford(jobs)
        missing = [index for index in range(len(jobs)) if index not in known]
        for episode in known.values():
            if done:
                done(episode)
        fresh = self._engine.play(
            [jobs[i] for i in missing], partial(self._keep, jobs[0].context, done) if jobs else None
        )
        self.paid += len(missing)
        self.reused += len(known)
        known.update(zip(missing, fresh, strict=True))
        return [known[index] for index in range(len(jobs))]

    def afford(self, jobs: Sequence[Job]) -> dict[int, Episode]:
        """The episodes that are in the ledger already, by the place of their job.

        Raises:
            BudgetSpent: those that are missing would pass the limit.
        """
        known: dict[int, Episode] = {}
        for index, job in enumerate(jobs):
            resources = job.context.resources
            key = episode_key(resources, job.profile, job.seed, job.sample)
            found = resources.bank.ledger.get(key, job.stage)
            if found is not None and found.scored:
                known[index] = found
        needed = len(jobs) - len(known)
        if needed and self._most is not None:
            spent = sum(jobs[0].context.resources.bank.ledger.counts(run=self._run).values())
            if spent + needed > self._most:
                raise BudgetSpent(
                    f"the budget is used up: {spent} of {self._most} episodes, and {needed} more are needed"
                )
        return known

    def _keep(self, context: Context, done: Done | None, episode: Episode) -> None:
        context.resources.bank.ledger.put(episode, run=self._run)
        if done:
            done(episode)

    def close(self) -> None:
        """Let go of what the engine holds."""
        self._engine.close()


_engines: dict[int, Engine] = {}
_lock = threading.Lock()


def engine_of(workers: int) -> Engine:
    """The process's engine for that many workers; 0 or 1 stays in this process."""
    with _lock:
        if workers not in _engines:
            _engines[workers] = LocalProcesses(workers) if workers > 1 else InProcess()
        return _engines[workers]


def close_engines() -> None:
    """End all workers that this process has started."""
    with _lock:
        for engine in _engines.values():
            engine.close()
        _engines.clear()
