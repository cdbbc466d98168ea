"""What does a conversation in the terminal remember when it ends? Nothing, or what is kept in the thread it names."""

from types import TracebackType
from typing import TYPE_CHECKING, Any

from esc_skills.errors import Usage

if TYPE_CHECKING:
    from graphs.threads import Talk, Threads


class Memory:
    """The state of a conversation: a new one, or the one that was kept under a name.

    Raises:
        Usage: a place is named, and no thread.
        ValueError: a thread cannot have that name.
        ThreadsError: the place cannot be opened, or the key does not fit.
    """

    def __init__(self, thread: str | None, place: str | None, *, seed: int) -> None:
        self._threads: Threads | None = None
        self._talk: Talk | None = None
        self._failed = ""
        self.state: dict[str, Any] = {"messages": []}
        if thread is None and place is not None:
            raise Usage("--threads says where a conversation is kept; name it with --thread too")
        if thread is not None:
            self._threads, self._talk = _opened(thread, place)
            # A conversation keeps the seed that it began with, so that it goes on as it would have.
            self.state = {"messages": [], "seed": seed, **self._talk.state}
        self._elsewhere = f" --threads {place}" if place is not None and "://" not in place else ""

    @property
    def opening(self) -> str:
        """One line on what is remembered and where, for the start; empty when nothing is named."""
        if self._talk is None:
            return ""
        if self._talk.messages:
            return (
                f"Thread '{self._talk.name}' goes on, with {len(self._talk.messages)} messages kept at {self._place}."
            )
        return f"Thread '{self._talk.name}' is new; what is said is kept at {self._place}."

    @property
    def closing(self) -> str:
        """One line on what was kept, for the end."""
        if self._talk is None or not self._talk.messages:
            return "No word of this conversation was kept."
        name, count = self._talk.name, len(self._talk.messages)
        if self._failed:
            return f"The last part of this conversation was not kept: {self._failed}"
        until = f"'esc-skills threads erase {name}{self._elsewhere}' erases it{self._retention}"
        return f"Kept as thread '{name}' at {self._place}, {count} messages; {until}."

    def keep(self, state: dict[str, Any]) -> str:
        """Go on from this state, and keep it if a thread is named.

        A reply is worth more than its record: when it cannot be kept the conversation goes on, and is kept no more.

        Returns:
            One line on what went wrong; empty when nothing did.
        """
        from graphs.threads import ThreadsError

        self.state = {**self.state, **state}
        if self._talk is None or self._failed:
            return ""
        try:
            self._talk.keep(self.state)
        except ThreadsError as error:
            self._failed = str(error)
            return f"From here on nothing of this conversation is kept: {error}"
        return ""

    def __enter__(self) -> "Memory":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._threads is not None:
            self._threads.close()

    @property
    def _place(self) -> str:
        from graphs.threads import ThreadSettings

        assert self._threads is not None  # noqa: S101
        return f"{self._threads.place} ({'encrypted' if ThreadSettings().key else 'not encrypted'})"

    @property
    def _retention(self) -> str:
        from graphs.threads import ThreadSettings

        days = ThreadSettings().threads_keep_days
        return f", and so does the next use of this place {days:g} days after its last turn" if days else ""


def _opened(thread: str, place: str | None) -> "tuple[Threads, Talk]":
    from esc_skills.commands.threads import open_place
    from graphs.threads import Talk
    from graphs.threads.kept import valid_name

    valid_name(thread)  # before a place is made for it
    threads = open_place(place, create=True)
    try:
        return threads, Talk(threads, thread)
    except BaseException:
        threads.close()
        raise
