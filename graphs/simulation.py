"""How are many conversations simulated? One after another, at the same time, or on several processes; none paid twice.

An engine plays jobs and gives the episodes back in the order of the jobs. What a job gives does not depend on the
engine that played it.
"""

import threading
from collections.abc import Sequence
from functools import partial
from typing import Protocol

from conversation.episode import Episode
from graphs.context import Context
from graphs.playing import Done, InProcess, Job, play_one
from graphs.workers import LocalProcesses, WorkerFailed, only_here

__all__ = [
    "BudgetSpent",
    "Done",
    "Engine",
    "InProcess",
    "Job",
    "Ledgered",
    "LocalProcesses",
    "WorkerFailed",
    "close_engines",
    "engine_of",
    "only_here",
    "play_one",
]


class Engine(Protocol):
    """Plays jobs. Three ways, one result."""

    def play(self, jobs: Sequence[Job], done: Done | None = None) -> list[Episode]:
        """The episodes of the jobs, in their order. A failed one is an episode that says so; its siblings go on."""

    def close(self) -> None:
        """Let go of what the engine holds."""


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
            found = job.context.resources.bank.ledger.get(job.key, job.stage)
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
