"""What must a place of threads be able to do? What SQLite and PostgreSQL each do in their own way."""

from dataclasses import dataclass
from typing import Any, Protocol

from langgraph.checkpoint.base import BaseCheckpointSaver


@dataclass(frozen=True)
class Row:
    """What a place says of a thread without reading it."""

    thread_id: str
    newest: str
    encrypted: bool


NOTHING_BEFORE = "00000000-0000-0000-0000-000000000000"
"""As the id of the checkpoint before: keep this only if the thread holds nothing yet."""


class Place(Protocol):
    """A database that keeps threads. No method but those of the saver needs the key."""

    name: str
    """How the place is shown: without a password."""

    @property
    def saver(self) -> BaseCheckpointSaver[str]:
        """LangGraph's checkpointer on it."""

    def rows(self) -> list[Row]:
        """All threads, by name."""

    def sample(self) -> tuple[str, bytes] | None:
        """Kind and bytes of something that was kept last; None: nothing is."""

    def erase(self, thread_id: str, *, unless_newer_than: str | None = None) -> bool:
        """Delete every row of a thread; whether there was any. A thread that went on meanwhile is left."""

    def trim(self, thread_id: str) -> None:
        """Delete all but the newest checkpoint, and what belongs to none."""

    def wipe(self) -> str:
        """Make deleted words unreadable in the database's own files; where they may still stand otherwise."""

    def close(self) -> None:
        """Let go of the database."""


def shown(location: Any) -> str:
    """The location without a password."""
    text = str(location)
    if "://" not in text:
        return f"'{text}'"
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        return f"'{text.partition('://')[0]}://…'"
    secret = {key: "***" for key in url.query if "password" in key.lower()}
    return f"'{url.update_query_dict(secret).render_as_string(hide_password=True)}'"
