"""How is a place of threads opened, listed, erased and kept within its time? For SQLite and PostgreSQL alike."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from langgraph.checkpoint.base import BaseCheckpointSaver

from graphs.threads.errors import ThreadsError, WrongKey
from graphs.threads.kept import Erased, Thread, time_of
from graphs.threads.place import Place, Row, shown
from graphs.threads.sqlite import SqlitePlace, async_sqlite_saver

if TYPE_CHECKING:
    from graphs.threads.postgres import PostgresPlace


class Threads:
    """The conversations at one place. Use as a context manager, or call `close`."""

    def __init__(self, place: Place) -> None:
        self._place = place

    @property
    def place(self) -> str:
        """The place as it is shown to people: without a password."""
        return self._place.name

    @property
    def saver(self) -> BaseCheckpointSaver[str]:
        """LangGraph's checkpointer, for `support.build().compile(checkpointer=...)`.

        History is one line: a turn is kept on top of the checkpoint that it began with, or not at all.

        Raises:
            WrongKey: what is kept here was encrypted with another key, needs one, or was kept without one.
        """
        if (sample := self._place.sample()) is not None:
            self._place.saver.serde.loads_typed(sample)
        return self._place.saver

    def list(self, *, count: bool = False) -> tuple[Thread, ...]:
        """All threads, by name. Needs no key.

        Args:
            count: Also count messages, which reads every thread; those that the key does not open are not counted.
        """
        return tuple(
            Thread(
                id=row.thread_id,
                last=time_of(row.newest),
                encrypted=row.encrypted,
                messages=self._count(row) if count else None,
            )
            for row in self._place.rows()
        )

    def erase(self, thread_id: str) -> Erased:
        """Erase every trace of a thread, and say whether anything was there. Needs no key."""
        found = self._place.erase(thread_id)
        # Wiped also when nothing was found: an erasure that was cut short may have left the log.
        leftover = self._place.wipe()
        return Erased(thread=thread_id, found=found, leftover=leftover if found else "")

    def forget_older_than(self, days: float, *, now: datetime | None = None) -> tuple[str, ...]:
        """Erase the threads whose last checkpoint is older than this; their names. Needs no key.

        Args:
            days: At least 0.
            now: The moment to count from; the present one when None.

        Raises:
            ValueError: days is negative.
        """
        if days < 0:
            raise ValueError(f"threads cannot be forgotten after {days} days: give 0 or more")
        before = (now or datetime.now(UTC)) - timedelta(days=days)
        gone = []
        for row in self._place.rows():
            last = time_of(row.newest)
            if last is not None and last < before and self._place.erase(row.thread_id, unless_newer_than=row.newest):
                gone.append(row.thread_id)
        if gone:
            self._place.wipe()
        return tuple(gone)

    def trim(self, thread_id: str) -> None:
        """Keep only the newest checkpoint of a thread. It holds the whole conversation; earlier ones hold it again."""
        self._place.trim(thread_id)

    def sweep(self, thread_id: str) -> None:
        """Trim, and wipe what a turn that could not be kept has written before that was known."""
        self._place.trim(thread_id)
        self._place.wipe()

    def close(self) -> None:
        """Let go of the place."""
        self._place.close()

    def _count(self, row: Row) -> int | None:
        try:
            found = self._place.saver.get_tuple({"configurable": {"thread_id": row.thread_id}})
        except WrongKey:
            return None
        return len(found.checkpoint["channel_values"].get("messages", ())) if found else 0

    def __enter__(self) -> "Threads":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_threads(
    location: str | Path, *, key: bytes | None = None, keep_days: float | None = None, create: bool = True
) -> Threads:
    """The threads at a place, made where there are none.

    Args:
        location: A SQLite file, or a `postgresql://` URL. The database should be the threads' own.
        key: 32 bytes that encrypt what is kept; None keeps it in the clear. `ThreadSettings().key` reads the
            environment's.
        keep_days: Forget threads whose last turn is older than this, now; None: keep them until they are erased.
        create: Whether a place may be made.

    Raises:
        NoThreads: there is no such place and `create` is False.
        ThreadsError: the place cannot be opened, or the key is none.
    """
    threads = Threads(_place(location, key, create=create))
    try:
        if keep_days is not None:
            threads.forget_older_than(keep_days)
    except BaseException:
        threads.close()
        raise
    return threads


@asynccontextmanager
async def open_async_saver(
    location: str | Path, *, key: bytes | None = None, keep_days: float | None = None
) -> AsyncIterator[BaseCheckpointSaver[str]]:
    """A checkpointer for `ainvoke` and servers, on the same threads. Arguments and errors are those of `open_threads`.

    Listing and erasing are done with `open_threads`, beside it or in `asyncio.to_thread`.
    """
    place = await asyncio.to_thread(_prepared, location, key, keep_days)
    if isinstance(place, SqlitePlace):
        async with async_sqlite_saver(place.path, place.serializer) as saver:
            yield saver
    else:
        from graphs.threads.postgres import async_postgres_saver

        async with async_postgres_saver(place.url, place.serializer) as saver:
            yield saver


def _prepared(location: str | Path, key: bytes | None, keep_days: float | None) -> "SqlitePlace | PostgresPlace":
    place = _place(location, key, create=True)
    with Threads(place) as threads:
        if keep_days is not None:
            threads.forget_older_than(keep_days)
        _ = threads.saver  # the key is checked
    return place


def _place(location: str | Path, key: bytes | None, *, create: bool) -> "SqlitePlace | PostgresPlace":
    text = str(location)
    if "://" not in text:
        return SqlitePlace(Path(text), key, create=create)
    if text.partition("://")[0] not in ("postgresql", "postgres", "postgresql+psycopg"):
        raise ThreadsError(f"threads cannot be kept at {shown(text)}: name a file, or a postgresql:// URL")
    try:
        from graphs.threads.postgres import PostgresPlace
    except ImportError as error:
        raise ThreadsError(
            "threads in PostgreSQL need a driver that is not installed: pip install 'esc-skills[postgres]'"
        ) from error
    return PostgresPlace(text, key, create=create)
