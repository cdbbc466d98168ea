"""How is a simulated conversation played, and how are many played at once in one process?"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from queue import SimpleQueue
from traceback import extract_tb

from conversation.episode import End, Episode, EpisodeKey
from conversation.model import Value
from conversation.profile import Profile
from graphs import episode as episode_graph
from graphs.context import Context
from nodes.errors import NotRecorded
from nodes.record import episode_key

Done = Callable[[Episode], None]
"""Told of every episode the moment it has ended, one at a time, in the thread that asked for it to be played."""


class Job(Value):
    """One conversation to simulate."""

    profile: Profile
    seed: int
    sample: int = 0
    stage: str = "simulate"
    context: Context

    @property
    def key(self) -> EpisodeKey:
        """What its episode will be known by."""
        return episode_key(self.context.resources, self.profile, self.seed, self.sample)

    @property
    def embedded(self) -> bool:
        """Whether no language model is asked."""
        return self.context.resources.models.embedded

    def failed(self, reason: str) -> Episode:
        """The episode that stands for one that could not be played to its end: unscored, with the reason."""
        return Episode(key=self.key, stage=self.stage, turns=(), end=End.ERROR, error=reason)


def play_one(job: Job) -> Episode:
    """Simulate one job here and now, with the process's own resources. A fault of any kind is a failed episode.

    Raises:
        BankError: the bank cannot be opened; as for every setting that fits nothing, no episode could be played.
        NotRecorded: it replays a recording of another run.
        ValueError: another setting fits nothing.
    """
    _ = job.key  # opens what the settings name
    given = {
        "profile": job.profile.model_dump(mode="json"),
        "seed": job.seed,
        "sample": job.sample,
        "stage": job.stage,
    }
    try:
        result = episode_graph.graph.invoke(given, context=job.context)
        return Episode.model_validate(result["episode"])
    except NotRecorded:
        raise
    except Exception as error:  # a model's failure has ended the episode within the graph; this is anything else
        where = extract_tb(error.__traceback__)[-1]
        return job.failed(f"{type(error).__name__}: {error} ({Path(where.filename).name}:{where.lineno})")


def at_once(jobs: Sequence[Job]) -> int:
    """How many conversations go on at the same time: what computes goes in turn, what waits for endpoints together.

    A conversation asks one question at a time, so as many as there may be questions: more would only begin, and be
    lost with the process.
    """
    asked = [job.context.concurrency for job in jobs if not job.embedded]
    return min(len(jobs), max(asked, default=1))


class InProcess:
    """In this process. The embedded engine is pure computation and goes in turn; endpoints are waited for together."""

    def play(self, jobs: Sequence[Job], done: Done | None = None) -> list[Episode]:
        """The episodes of the jobs, in their order."""
        together = at_once(jobs)
        if together > 1:
            return self._together(jobs, together, done)
        episodes: list[Episode] = []
        for job in jobs:
            episodes.append(play_one(job))
            if done:
                done(episodes[-1])
        return episodes

    def _together(self, jobs: Sequence[Job], together: int, done: Done | None) -> list[Episode]:
        """In threads: the graph costs less than on an event loop, and nothing waits for a turn in an executor.

        They are daemons, so that an interrupted run ends now and not with the conversations it has begun.
        """
        waiting = deque(enumerate(jobs))
        ended: SimpleQueue[tuple[int, Episode | BaseException]] = SimpleQueue()

        def work() -> None:
            while waiting:
                try:
                    index, job = waiting.popleft()
                except IndexError:  # another thread was faster
                    return
                try:
                    ended.put((index, play_one(job)))
                except BaseException as error:  # raised where the episode is waited for
                    ended.put((index, error))

        for number in range(together):
            threading.Thread(target=work, name=f"esc-skills-episode-{number}", daemon=True).start()
        episodes: dict[int, Episode] = {}
        try:
            while len(episodes) < len(jobs):
                index, played = ended.get()
                if isinstance(played, BaseException):
                    raise played
                episodes[index] = played
                if done:
                    done(played)
        finally:
            waiting.clear()
        return [episodes[index] for index in range(len(jobs))]

    def close(self) -> None:
        """Nothing is held."""
