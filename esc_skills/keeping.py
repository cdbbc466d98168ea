"""Which conversations does a run still have to play, and where is each kept the moment it has ended?"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from esc_skills.episode_file import EpisodeFile

if TYPE_CHECKING:
    from pathlib import Path

    from conversation.episode import Episode
    from graphs.simulation import Job
    from skills_bank.ledger import Ledger

RUN = "simulate"
"""Who pays, in a ledger."""


class Keeping:
    """The conversations of one run: in its file, in the ledgers of its banks, and here.

    Two arms whose banks hold the same skills have the same episodes, and each of them is played once.

    Args:
        jobs: All conversations of the run, in its order.
        ledgers: Where each job's episode is kept beside the file; None for nowhere.
        output: The file; None for none.
        resume: Do not play again what stands in the file or in a ledger.

    Raises:
        Usage: the file cannot be used; see `EpisodeFile`.
    """

    def __init__(
        self, jobs: "Sequence[Job]", ledgers: "Sequence[Ledger | None]", output: "Path | None", *, resume: bool
    ) -> None:
        from skills_bank.ledger import key_hash

        keys = [job.key for job in jobs]
        self._order = [key_hash(key) for key in keys]
        self._jobs = dict(zip(reversed(self._order), reversed(jobs), strict=True))
        self._ledgers: dict[str, list[Ledger]] = {key: [] for key in self._order}
        for key, ledger in zip(self._order, ledgers, strict=True):
            if ledger is not None and ledger not in self._ledgers[key]:
                self._ledgers[key].append(ledger)
        self._file = EpisodeFile(output, dict(zip(self._order, keys, strict=True)), resume=resume) if output else None
        self._episodes = dict(self._file.standing) if self._file else {}
        if resume:
            self._read_ledgers()
        self.already_played = len(self._episodes)

    @property
    def cut(self) -> bool:
        """Whether the file ended in a half-written line, which is cut off."""
        return self._file is not None and self._file.cut

    @property
    def conversations(self) -> int:
        """Different ones, played or not."""
        return len(self._jobs)

    @property
    def missing(self) -> "list[Job]":
        """What is to be played, in the run's order."""
        return [self._jobs[key] for key in dict.fromkeys(self._order) if key not in self._episodes]

    def keeper(self, told: "Callable[[], object]") -> "Callable[[Episode], None]":
        """Keeps an episode that has ended, then tells of it."""
        from skills_bank.ledger import key_hash

        def keep(episode: "Episode") -> None:
            key = key_hash(episode.key)
            for ledger in self._ledgers[key]:
                ledger.put(episode, run=RUN)
            if self._file:
                self._file.add(episode)
            self._episodes[key] = episode
            told()

        return keep

    def finish(self) -> "list[Episode]":
        """The episodes of all jobs, in their order; the file holds each once, in the same order."""
        if self._file:
            self._file.finish(self._episodes[key] for key in dict.fromkeys(self._order))
        return [self._episodes[key] for key in self._order]

    def close(self) -> None:
        """Let go of the file, finished or not."""
        if self._file:
            self._file.close()

    def _read_ledgers(self) -> None:
        """What one place holds, the others get: a run may have been killed between two of them."""
        for key, ledgers in self._ledgers.items():
            job = self._jobs[key]
            found = [ledger.get(job.key, job.stage) for ledger in ledgers]
            whole = next((episode for episode in found if episode is not None and episode.scored), None)
            episode = self._episodes.setdefault(key, whole) if whole else self._episodes.get(key)
            for ledger, held in zip(ledgers, found, strict=True):
                if episode is not None and (held is None or not held.scored):
                    ledger.put(episode, run=RUN)
