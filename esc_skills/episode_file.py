"""How does a killed run lose nothing? Each episode is a line of a file the moment it ends; the next run reads it."""

import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conversation.episode import Episode, EpisodeKey


class EpisodeFile:
    """A file of episodes, JSON lines, that one run writes.

    Args:
        path: Where it is.
        wanted: The keys of all episodes of the run, by their hash.
        resume: Go on from a file that is there already.

    Attributes:
        standing: The episodes that the file holds whole, by the hash of their key. Failed ones are not among them.
        cut: Whether a half-written last line was cut off.

    Raises:
        Usage: the file is there and is not to be gone on from, another run is writing to it, or a line is none of
            this run's: it would be lost or mistaken for one.
    """

    def __init__(self, path: Path, wanted: "Mapping[str, EpisodeKey]", *, resume: bool) -> None:
        from esc_skills.errors import Usage

        if not path.parent.is_dir():
            raise Usage(f"--output {path}: there is no folder {path.parent}")
        self._path = path
        try:
            self._file = path.open("ab" if resume else "xb")
        except FileExistsError:
            raise Usage(f"--output {path}: exists already; go on from it with --resume, or name another file") from None
        try:
            _lock(self._file.fileno(), path)
            self.standing: dict[str, Episode] = {}
            self.cut = False
            self._read(wanted)
        except BaseException:
            self._file.close()
            raise

    def add(self, episode: "Episode") -> None:
        """One more line, out of this process when this returns."""
        self._file.write(_line(episode))
        self._file.flush()

    def finish(self, episodes: "Iterable[Episode]") -> None:
        """The whole run in its own order, in the place of the order in which the episodes ended; all or nothing."""
        draft = self._path.with_name(f"{self._path.name}.part")
        with draft.open("wb") as file:
            file.writelines(_line(episode) for episode in episodes)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, self._path)

    def close(self) -> None:
        """Let others write to it."""
        self._file.close()

    def _read(self, wanted: "Mapping[str, EpisodeKey]") -> None:
        from pydantic import ValidationError

        from conversation.episode import Episode
        from esc_skills.errors import Usage
        from skills_bank.ledger import key_hash

        *lines, rest = self._path.read_bytes().split(b"\n")
        if rest:  # without its end: no episode that was ever acknowledged
            self.cut = True
            self._file.truncate(self._file.seek(0, os.SEEK_END) - len(rest))
        for number, line in enumerate(lines, start=1):
            try:
                episode = Episode.model_validate_json(line)
            except ValidationError as error:
                what = error.errors()[0]["msg"]
                raise Usage(f"--output {self._path}: line {number} is no episode ({what}); name another file") from None
            key = key_hash(episode.key)
            if key not in wanted or episode.stage != "simulate":
                raise Usage(f"--output {self._path}: line {number} {_other(episode, wanted)}; name another file")
            if episode.scored:
                self.standing[key] = episode


def _line(episode: "Episode") -> bytes:
    return episode.model_dump_json().encode() + b"\n"


def _other(episode: "Episode", wanted: "Mapping[str, EpisodeKey]") -> str:
    """Why an episode is none of this run's, by the key that is nearest to its own."""
    own = episode.key
    if episode.stage != "simulate":
        return f"is an episode of another kind of run ('{episode.stage}')"
    seat = f"(seeker '{own.profile_id}', seed {own.seed})"
    near = [key for key in wanted.values() if (key.profile_id, key.seed) == (own.profile_id, own.seed)]
    if not near:
        return f"is an episode that this run does not play {seat}"
    other = [[name for name in type(own).model_fields if getattr(own, name) != getattr(key, name)] for key in near]
    fewest = sorted(other, key=len)[0]
    return f"is an episode of another run {seat}: it has another {' and '.join(fewest)}"


def _lock(descriptor: int, path: Path) -> None:
    """Two runs on one file would play the same conversations. The lock goes with the process, however that ends."""
    if sys.platform == "win32":
        return
    import fcntl

    from esc_skills.errors import Usage

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise Usage(f"--output {path}: another run is writing to it") from None
