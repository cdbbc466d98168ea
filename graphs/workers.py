"""How are conversations spread over processes of this machine? Each opens its own resources; one that dies is replaced.

A worker is told the key of each episode, and refuses to play one that would be another under what it has read from the
disk: the source or the bank may have been edited since the run began.
"""

import multiprocessing
import os
import signal
import threading
from collections import Counter, deque
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from typing import Any

from conversation.episode import Episode, EpisodeKey
from graphs.context import Context
from graphs.playing import Done, Job, at_once, play_one
from nodes.usage import Budget, Usage

SPAWN = multiprocessing.get_context("spawn")
"""Chroma does not survive a fork."""

MOST_DEATHS = 2
"""A conversation that is cut off by its worker's death is played again once; the second time it may be the cause."""

SECONDS_TO_END = 10.0

READY = "ready"

ENDED = "the worker processes were ended while conversations were under way"


class WorkerFailed(ChildProcessError):
    """Worker processes cannot do this work: none of what was left of it was played."""


class LocalProcesses:
    """On several processes of this machine.

    They share the run's limit of questions at the same time, and what their models cost is booked in this process.
    Budgets and recordings hold within one process, and are refused. Several threads may play at the same time, as the
    branches of a graph do: each has workers of its own while it plays, and waits while there is none.

    Args:
        workers: Most processes.
    """

    def __init__(self, workers: int) -> None:
        self._most = workers
        self._idle: list[_Worker] = []
        self._taken: list[_Worker] = []
        self._reserved = 0
        self._closings = 0
        self._changed = threading.Condition()

    def play(self, jobs: Sequence[Job], done: Done | None = None) -> list[Episode]:
        """The episodes of the jobs, in their order.

        Raises:
            ValueError: a job has a budget of calls, tokens, money or time, or is recorded or replayed.
            WorkerFailed: the workers cannot begin, or would play by other rules than this process; or they were ended
                by `close` meanwhile.
        """
        for job in jobs:
            if why := only_here(job.context):
                raise ValueError(f"{why} in one process alone: simulate without worker processes")
        if not jobs:
            return []
        together = self._most if all(job.embedded for job in jobs) else at_once(jobs)
        wanted = min(self._most, together, len(jobs))
        count = self._reserve(wanted)
        workers: list[_Worker] = []
        try:
            workers = self._take(count, max(count, together * count // wanted))
            for worker in workers:
                worker.await_ready()
            return _Round(jobs, workers, done).play()
        except BaseException:
            for worker in workers:
                worker.end()  # what is under way belongs to nobody any more
            raise
        finally:
            self._give_back(workers, count)

    def _reserve(self, wanted: int) -> int:
        """How many of the workers that are wanted this thread may have: at least one, as soon as one is free."""
        with self._changed:
            closings = self._closings
            self._changed.wait_for(lambda: self._reserved < self._most or self._closings > closings)
            if self._closings > closings:
                raise WorkerFailed(ENDED)
            count = min(wanted, self._most - self._reserved)
            self._reserved += count
            return count

    def _take(self, count: int, together: int) -> "list[_Worker]":
        """So many workers, each with its share of the questions at the same time."""
        with self._changed:
            workers, self._idle = self._idle[:count], self._idle[count:]
            workers += [_Worker() for _ in range(count - len(workers))]
            self._taken += workers
        for number, worker in enumerate(workers):
            worker.room = together // count + (number < together % count)
        return workers

    def _give_back(self, workers: "list[_Worker]", count: int) -> None:
        with self._changed:
            self._taken = [worker for worker in self._taken if worker not in workers]
            self._idle += [worker for worker in workers if not worker.ended]
            self._reserved -= count
            self._changed.notify_all()

    def close(self) -> None:
        """End the workers. Whoever plays on them, or waits for one, is told by `WorkerFailed`."""
        with self._changed:
            idle, self._idle = self._idle, []
            self._closings += 1
            for worker in self._taken:
                worker.abandon()
            self._changed.notify_all()
        for worker in idle:
            worker.end()


class _Worker:
    """One process, seen from this one: its pipe, and the jobs that it has begun."""

    def __init__(self) -> None:
        self.room = 1
        self.begun: set[int] = set()
        self.ended = False
        self._start()

    def _start(self) -> None:
        self.pipe, theirs = SPAWN.Pipe()
        self._process = SPAWN.Process(target=_work, args=(theirs,), name="esc-skills-worker", daemon=True)
        self._process.start()
        theirs.close()
        self._ready = False

    def await_ready(self) -> None:
        """Wait until it has loaded what it needs.

        Raises:
            WorkerFailed: it ended before.
        """
        if self._ready:
            return
        try:
            self._ready = self.pipe.recv() == READY
        except (EOFError, OSError):
            self._process.join(SECONDS_TO_END)
            raise WorkerFailed(
                f"a worker process ended before it could begin (exit code {self._process.exitcode}); a script that "
                "simulates on several processes starts its work under if __name__ == '__main__'"
            ) from None

    def replace(self) -> int | None:
        """Start another process in the place of one that died; the exit code of the old one.

        Raises:
            WorkerFailed: it was ended on purpose, or the new one cannot begin.
        """
        if self.ended:
            raise WorkerFailed(ENDED)
        self.pipe.close()
        self._process.join(SECONDS_TO_END)
        code = self._process.exitcode
        self.begun.clear()
        self._start()
        self.await_ready()
        return code

    def abandon(self) -> None:
        """From another thread: end the process. The thread that plays on it reads so from the pipe, and closes it."""
        self.ended = True
        self._process.terminate()

    def end(self) -> None:
        """End the process, by force where it is in the middle of something."""
        self.ended = True
        if self.begun:
            self._process.terminate()
        self.pipe.close()  # it ends by itself when nobody is at the other end
        self._process.join(SECONDS_TO_END)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()


class _Round:
    """The jobs of one call, on workers that are ready."""

    def __init__(self, jobs: Sequence[Job], workers: list[_Worker], done: Done | None) -> None:
        self._jobs = jobs
        self._workers = workers
        self._done = done
        self._waiting = deque(range(len(jobs)))
        self._deaths: Counter[int] = Counter()
        self._episodes: dict[int, Episode] = {}

    def play(self) -> list[Episode]:
        while len(self._episodes) < len(self._jobs):
            self._give()
            by_pipe = {worker.pipe: worker for worker in self._workers}
            for pipe in wait(list(by_pipe)):
                self._hear(by_pipe[pipe])  # type: ignore[index]  # these are the pipes that were given
        return [self._episodes[index] for index in range(len(self._jobs))]

    def _give(self) -> None:
        """In turn, so that the first worker does not take all."""
        for depth in range(max(worker.room for worker in self._workers)):
            for worker in self._workers:
                if self._waiting and depth < worker.room and len(worker.begun) <= depth:
                    self._send(worker, self._waiting.popleft())

    def _send(self, worker: _Worker, index: int) -> None:
        job = self._jobs[index]
        given = job.model_dump()  # plain dictionaries, pickled: JSON would mask the keys of endpoints
        if not job.embedded:
            given["context"]["concurrency"] = worker.room
        worker.begun.add(index)
        with suppress(OSError):  # it has died: heard of next, when its pipe is read
            worker.pipe.send((index, given, job.key.model_dump_json()))

    def _hear(self, worker: _Worker) -> None:
        try:
            index, episode, usage, error = worker.pipe.recv()
        except (EOFError, OSError):
            self._bury(worker)
            return
        if error:
            raise WorkerFailed(error)
        worker.begun.discard(index)
        self._jobs[index].context.resources.chat.spending.add(Usage.model_validate_json(usage))
        self._end(index, Episode.model_validate_json(episode))

    def _bury(self, worker: _Worker) -> None:
        begun = sorted(worker.begun)
        code = worker.replace()
        self._deaths.update(begun)
        again = [index for index in begun if self._deaths[index] < MOST_DEATHS]
        self._waiting.extendleft(reversed(again))
        for index in begun:
            if index not in again:
                reason = f"the worker process died {MOST_DEATHS} times in this conversation (exit code {code})"
                self._end(index, self._jobs[index].failed(reason))

    def _end(self, index: int, episode: Episode) -> None:
        self._episodes[index] = episode
        if self._done:
            self._done(episode)


def only_here(context: Context) -> str:
    """What of these settings cannot be shared with worker processes, in words; empty when all can."""
    if context.record or context.replay:
        return "a recording is written and read"
    return "a budget of calls, tokens, money or seconds holds" if context.budget != Budget() else ""


def _work(pipe: Connection) -> None:
    """A worker's life: plays what it is given, each in a thread of its own, until nobody is at the other end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that it works for, which ends it
    told = _Told(pipe)
    pipe.send(READY)
    while True:
        try:
            given = pipe.recv()
        except (EOFError, OSError):
            os._exit(0)  # also in the middle of conversations: who wanted them is gone
        threading.Thread(target=told.play, args=given, daemon=True).start()


class _Told:
    """Plays in a worker, and tells each episode with what was spent since the last one that was told."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._lock = threading.Lock()
        self._before: dict[int, Usage] = {}

    def play(self, index: int, given: dict[str, Any], wanted: str) -> None:
        try:
            job = Job.model_validate(given)
            refuse_other(EpisodeKey.model_validate_json(wanted), job.key)
            episode, chat = play_one(job), job.context.resources.chat
            with self._lock:
                usage = chat.usage
                spent = usage.since(self._before.get(id(chat), Usage()))
                self._before[id(chat)] = usage
                self._pipe.send((index, episode.model_dump_json(), spent.model_dump_json(), ""))
        except Exception as error:  # settings that this process cannot open: told, and raised where it is waited for
            with self._lock:
                self._pipe.send((index, "", "", " ".join(str(error).split()) or type(error).__name__))


def refuse_other(wanted: EpisodeKey, ours: EpisodeKey) -> None:
    """Refuse to play an episode that would be another than the one that is wanted.

    Raises:
        ValueError: the keys differ.
    """
    if wanted != ours:
        other = [name for name in EpisodeKey.model_fields if getattr(wanted, name) != getattr(ours, name)]
        raise ValueError(
            f"a worker process found another {' and '.join(other)} than this run began with: the source or a bank was "
            "edited meanwhile; start the run again"
        )
