"""How does one SQLite file keep threads? In WAL mode, with deleted words overwritten, safely for several processes."""

import os
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import ChannelVersions, Checkpoint, CheckpointMetadata
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from graphs.threads.errors import NoThreads, ThreadMoved, ThreadsError
from graphs.threads.place import NOTHING_BEFORE, Row, shown
from graphs.threads.sealing import ThreadSerializer

_WAIT_S = 30.0
_MOVED = "esc-skills: the thread moved on"
_PRAGMAS = (
    "PRAGMA secure_delete = ON",  # deleted and replaced rows are overwritten with zeros
    "PRAGMA synchronous = FULL",  # a turn that was kept survives a power cut
)
# A turn is kept only on top of the checkpoint that it began with. Two processes that answer in one thread at the same
# time would otherwise each keep a branch without the other's words, and a turn that ends after an erasure would bring
# the words back. RAISE(ABORT) holds against the saver's INSERT OR REPLACE, which a UNIQUE index would not.
_ONE_LINE = f"""
CREATE TRIGGER IF NOT EXISTS esc_skills_one_line BEFORE INSERT ON checkpoints
WHEN coalesce((
    SELECT max(checkpoint_id) FROM checkpoints
    WHERE thread_id = NEW.thread_id AND checkpoint_ns = NEW.checkpoint_ns
), '') NOT IN (coalesce(nullif(NEW.parent_checkpoint_id, '{NOTHING_BEFORE}'), ''), NEW.checkpoint_id)
BEGIN SELECT RAISE(ABORT, '{_MOVED}'); END
"""  # noqa: S608


class SqlitePlace:
    """Threads in one SQLite file. Safe to use from several threads and processes; not across `fork`."""

    def __init__(self, path: Path, key: bytes | None, *, create: bool) -> None:
        self.path = path
        self.name = shown(path)
        _file(path, self.name, create=create)
        self.serializer = ThreadSerializer(key, self.name)
        with _told(self.name):
            connection = sqlite3.connect(path, timeout=_WAIT_S, check_same_thread=False)
        try:
            with _told(self.name):
                _ours(connection, self.name, create=create)
                for pragma in _PRAGMAS:
                    connection.execute(pragma)
                self.saver = _Saver(connection, self.serializer, self.name)
                _prepare(self.saver)
        except BaseException:
            connection.close()
            raise

    def rows(self) -> list[Row]:
        """All threads, by name."""
        with self.saver.cursor(transaction=False) as cursor:
            cursor.execute(
                "SELECT thread_id, max(checkpoint_id), max(type LIKE '%+%') FROM checkpoints "
                "GROUP BY thread_id ORDER BY thread_id"
            )
            return [Row(thread, newest, bool(encrypted)) for thread, newest, encrypted in cursor.fetchall()]

    def sample(self) -> tuple[str, bytes] | None:
        """The checkpoint that was kept last."""
        with self.saver.cursor(transaction=False) as cursor:
            cursor.execute("SELECT type, checkpoint FROM checkpoints ORDER BY rowid DESC LIMIT 1")
            row = cursor.fetchone()
        return (row[0], row[1]) if row else None

    def erase(self, thread_id: str, *, unless_newer_than: str | None = None) -> bool:
        """Delete every row of a thread; whether there was any."""
        with self._writing() as cursor:
            newest = cursor.execute("SELECT max(checkpoint_id) FROM checkpoints WHERE thread_id = ?", (thread_id,))
            head = newest.fetchone()[0]
            if unless_newer_than is not None and head is not None and head > unless_newer_than:
                return False
            gone = 0
            for statement in ("DELETE FROM checkpoints WHERE thread_id = ?", "DELETE FROM writes WHERE thread_id = ?"):
                gone += cursor.execute(statement, (thread_id,)).rowcount
        return gone > 0

    def trim(self, thread_id: str) -> None:
        """Delete all but the newest checkpoint, and what belongs to none."""
        newest = "(SELECT max(checkpoint_id) FROM checkpoints WHERE thread_id = :thread AND checkpoint_ns = '')"
        older = f"thread_id = :thread AND (checkpoint_ns <> '' OR checkpoint_id IS NOT {newest})"
        with self._writing() as cursor:
            cursor.execute(f"DELETE FROM writes WHERE {older}", {"thread": thread_id})  # noqa: S608
            cursor.execute(f"DELETE FROM checkpoints WHERE {older}", {"thread": thread_id})  # noqa: S608
            cursor.execute("UPDATE checkpoints SET parent_checkpoint_id = NULL WHERE thread_id = ?", (thread_id,))

    def wipe(self) -> str:
        """Empty the write-ahead log, where pages from before a deletion still stand."""
        with self.saver.cursor(transaction=False) as cursor:
            busy, *_ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            return f"another process is reading {self.name}; its log ('-wal') may hold the words until that one ends"
        return ""

    def close(self) -> None:
        """Close the file."""
        self.saver.conn.close()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Cursor]:
        with self.saver.cursor(transaction=False) as cursor:
            cursor.execute("BEGIN IMMEDIATE")
            try:
                yield cursor
            except BaseException:
                cursor.execute("ROLLBACK")
                raise
            cursor.execute("COMMIT")


class _Saver(SqliteSaver):
    def __init__(self, connection: sqlite3.Connection, serializer: ThreadSerializer, place: str) -> None:
        super().__init__(connection, serde=serializer)
        self.place = place

    @contextmanager
    def cursor(self, transaction: bool = True) -> Iterator[sqlite3.Cursor]:
        with _told(self.place), super().cursor(transaction) as cursor:
            yield cursor

    def put(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        with _one_line(config):
            return super().put(config, checkpoint, metadata, new_versions)


class _AsyncSaver(AsyncSqliteSaver):
    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        with _one_line(config):
            try:
                return await super().aput(config, checkpoint, metadata, new_versions)
            except sqlite3.IntegrityError:
                # The statement is undone, and the transaction that began for it must not stay open. It is not rolled
                # back: the connection is shared, and another turn's statement may stand in it by now.
                await self.conn.commit()
                raise


@asynccontextmanager
async def async_sqlite_saver(path: Path, serializer: ThreadSerializer) -> AsyncIterator[AsyncSqliteSaver]:
    """A checkpointer for `ainvoke`, on a file that `SqlitePlace` has prepared."""
    import aiosqlite

    async with aiosqlite.connect(path, timeout=_WAIT_S) as connection:
        for pragma in _PRAGMAS:
            await connection.execute(pragma)
        yield _AsyncSaver(connection, serde=serializer)


@contextmanager
def _told(place: str) -> Iterator[None]:
    try:
        yield
    except sqlite3.IntegrityError:  # the trigger's, told by the saver
        raise
    except sqlite3.Error as error:
        raise ThreadsError(f"the threads at {place} cannot be read or written: {error}") from error


@contextmanager
def _one_line(config: RunnableConfig) -> Iterator[None]:
    try:
        yield
    except sqlite3.IntegrityError as error:
        if _MOVED not in str(error):
            raise
        raise ThreadMoved(config["configurable"]["thread_id"]) from error


def _file(path: Path, name: str, *, create: bool) -> None:
    """See that there is a file, which nobody else on the machine can read when it is made here."""
    if path.is_dir():
        raise ThreadsError(f"threads are kept in one file, and {name} is a folder: name a file in it")
    if path.exists():
        return
    if not create:
        raise NoThreads(f"no threads are kept at {name}: there is no such file")
    if not path.parent.is_dir():
        raise ThreadsError(f"threads cannot be kept at {name}: the folder '{path.parent}' does not exist")
    try:
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    except OSError as error:
        raise ThreadsError(f"threads cannot be kept at {name}: {error.strerror}") from error


def _ours(connection: sqlite3.Connection, name: str, *, create: bool) -> None:
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if tables and "checkpoints" not in tables:
        raise ThreadsError(f"{name} is a database of something else ({min(tables)}, …): name a file of its own")
    if not tables and not create:
        raise NoThreads(f"no threads are kept at {name}: the file is empty")


def _prepare(saver: Any) -> None:
    """Tables, WAL mode and trigger. Tried again while another process does the same: SQLite does not wait for that."""
    until = time.monotonic() + _WAIT_S
    while True:
        try:
            saver.setup()
            saver.conn.execute(_ONE_LINE)
            saver.conn.commit()
        except sqlite3.OperationalError as error:
            saver.is_setup = False
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.02)
        else:
            return
