"""How does a PostgreSQL database keep threads? In LangGraph's tables, with every value through our serializer."""

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, cast

import psycopg
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import ChannelVersions, Checkpoint, CheckpointMetadata
from langgraph.checkpoint.postgres import PostgresSaver
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from psycopg import AsyncConnection, Connection
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool, ConnectionPool, PoolTimeout

from graphs.threads.errors import NoThreads, ThreadMoved, ThreadsError
from graphs.threads.place import NOTHING_BEFORE, Row, shown
from graphs.threads.sealing import ThreadSerializer, Wrapped

_WAIT_S = 30.0
_MOST_CONNECTIONS = 4
_LOCK = 0x45534303  # any number, as long as every ESC-Skills process takes the same
_MOVED = "ESC01"
_TABLES = ("checkpoints", "checkpoint_writes", "checkpoint_blobs")
# As in SQLite: a turn is kept only on top of the checkpoint that it began with. The lock, which an erasure takes too,
# makes two turns of one thread wait for each other here; the second then sees the first.
_ONE_LINE = (
    f"""
CREATE OR REPLACE FUNCTION esc_skills_one_line() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    head text;
    parent text := coalesce(nullif(NEW.parent_checkpoint_id, '{NOTHING_BEFORE}'), '');
BEGIN
    PERFORM pg_advisory_xact_lock({_LOCK}, hashtext(NEW.thread_id));
    SELECT max(checkpoint_id) INTO head FROM checkpoints
    WHERE thread_id = NEW.thread_id AND checkpoint_ns = NEW.checkpoint_ns;
    IF coalesce(head, '') NOT IN (parent, NEW.checkpoint_id) THEN
        RAISE EXCEPTION 'the thread moved on' USING ERRCODE = '{_MOVED}';
    END IF;
    RETURN NEW;
END $$
""",  # noqa: S608
    "DROP TRIGGER IF EXISTS esc_skills_one_line ON checkpoints",
    "CREATE TRIGGER esc_skills_one_line BEFORE INSERT ON checkpoints "
    "FOR EACH ROW EXECUTE FUNCTION esc_skills_one_line()",
)
_OPTIONS: dict[str, Any] = {"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row}


class PostgresPlace:
    """Threads in a PostgreSQL database. Safe to use from several threads and processes; not across `fork`."""

    def __init__(self, url: str, key: bytes | None, *, create: bool) -> None:
        self.url = url.replace("postgresql+psycopg://", "postgresql://", 1)
        self.name = shown(url)
        self.serializer = ThreadSerializer(key, self.name)
        with _told(self.name), Connection.connect(self.url, **_OPTIONS) as connection:
            _prepare(connection, self.name, create=create)
        self._pool: ConnectionPool[Connection[DictRow]] = ConnectionPool(
            self.url,
            kwargs=_OPTIONS,
            min_size=1,
            max_size=_MOST_CONNECTIONS,
            check=ConnectionPool.check_connection,  # a conversation may pause for longer than a server keeps a line
            open=True,
        )
        self.saver = _Saver(self._pool, self.serializer, self.name)

    def rows(self) -> list[Row]:
        """All threads, by name."""
        encrypted = "EXISTS (SELECT 1 FROM checkpoint_blobs b WHERE b.thread_id = c.thread_id AND b.type LIKE '%+%')"
        found = self._all(
            f"SELECT thread_id, max(checkpoint_id) AS newest, {encrypted} AS encrypted "  # noqa: S608
            "FROM checkpoints c GROUP BY thread_id ORDER BY thread_id"
        )
        return [Row(row["thread_id"], row["newest"], row["encrypted"]) for row in found]

    def sample(self) -> tuple[str, bytes] | None:
        """Some value that is kept."""
        found = self._all("SELECT type, blob FROM checkpoint_blobs WHERE blob IS NOT NULL LIMIT 1")
        return (found[0]["type"], bytes(found[0]["blob"])) if found else None

    def erase(self, thread_id: str, *, unless_newer_than: str | None = None) -> bool:
        """Delete every row of a thread; whether there was any."""
        with self._writing(thread_id) as connection:
            newest = "SELECT max(checkpoint_id) AS newest FROM checkpoints WHERE thread_id = %s"
            head = (connection.execute(newest, (thread_id,)).fetchone() or {})["newest"]
            if unless_newer_than is not None and head is not None and head > unless_newer_than:
                return False
            gone = 0
            for table in _TABLES:
                gone += connection.execute(f"DELETE FROM {table} WHERE thread_id = %s", (thread_id,)).rowcount  # noqa: S608
        return gone > 0

    def trim(self, thread_id: str) -> None:
        """Delete all but the newest checkpoint, and what belongs to none."""
        newest = "(SELECT max(checkpoint_id) FROM checkpoints WHERE thread_id = %(thread)s AND checkpoint_ns = '')"
        older = f"thread_id = %(thread)s AND (checkpoint_ns <> '' OR checkpoint_id IS DISTINCT FROM {newest})"
        named = (
            "SELECT 1 FROM checkpoints c, jsonb_each_text(c.checkpoint -> 'channel_versions') v "
            "WHERE c.thread_id = b.thread_id AND c.checkpoint_ns = b.checkpoint_ns "
            "AND v.key = b.channel AND v.value = b.version"
        )
        with self._writing(thread_id) as connection:
            for statement in (
                f"DELETE FROM checkpoint_writes WHERE {older}",  # noqa: S608
                f"DELETE FROM checkpoints WHERE {older}",  # noqa: S608
                f"DELETE FROM checkpoint_blobs b WHERE thread_id = %(thread)s AND NOT EXISTS ({named})",  # noqa: S608
                "UPDATE checkpoints SET parent_checkpoint_id = NULL WHERE thread_id = %(thread)s",
            ):
                connection.execute(statement, {"thread": thread_id})

    def wipe(self) -> str:
        """Nothing can be wiped from here; what remains is said."""
        return (
            "the rows are deleted; the server's files, logs and backups may hold their bytes until it reuses or "
            "rotates them"
        )

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()

    def _all(self, query: str) -> list[dict[str, Any]]:
        with _told(self.name), self._pool.connection() as connection:
            return connection.execute(cast(Any, query)).fetchall()

    @contextmanager
    def _writing(self, thread_id: str) -> Iterator[Connection[DictRow]]:
        with _told(self.name), self._pool.connection() as connection, connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", (_LOCK, thread_id))
            yield connection


class _Saver(PostgresSaver):
    def __init__(self, pool: ConnectionPool[Connection[DictRow]], serializer: ThreadSerializer, place: str) -> None:
        super().__init__(pool, serde=serializer)
        self.place = place

    @contextmanager
    def _cursor(self, *, pipeline: bool = False) -> Iterator[psycopg.Cursor[DictRow]]:
        with _told(self.place), super()._cursor(pipeline=pipeline) as cursor:
            yield cursor

    def put(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        with _one_line(config):
            return super().put(config, wrapped(checkpoint), metadata, new_versions)


class _AsyncSaver(AsyncPostgresSaver):
    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        with _one_line(config):
            return await super().aput(config, wrapped(checkpoint), metadata, new_versions)


@asynccontextmanager
async def async_postgres_saver(url: str, serializer: ThreadSerializer) -> AsyncIterator[AsyncPostgresSaver]:
    """A checkpointer for `ainvoke`, on a database that `PostgresPlace` has prepared."""
    pool: AsyncConnectionPool[AsyncConnection[DictRow]] = AsyncConnectionPool(
        url,
        kwargs=_OPTIONS,
        min_size=1,
        max_size=_MOST_CONNECTIONS,
        check=AsyncConnectionPool.check_connection,
        open=False,
    )
    async with pool:
        yield _AsyncSaver(pool, serde=serializer)


def wrapped(checkpoint: Checkpoint) -> Checkpoint:
    """The checkpoint with plain values wrapped, so that the saver does not write them in the clear."""
    values = checkpoint["channel_values"].items()
    plain = {name: Wrapped(value) for name, value in values if isinstance(value, str | int | float | bool)}
    return {**checkpoint, "channel_values": {**checkpoint["channel_values"], **plain}}


@contextmanager
def _told(place: str) -> Iterator[None]:
    try:
        yield
    except (psycopg.Error, PoolTimeout) as error:
        if getattr(error, "sqlstate", None) == _MOVED:  # told by the saver, which knows the thread
            raise
        why = " ".join(str(error).split())
        raise ThreadsError(f"the threads at {place} cannot be read or written: {why}") from error


@contextmanager
def _one_line(config: RunnableConfig) -> Iterator[None]:
    try:
        yield
    except psycopg.Error as error:
        if error.sqlstate != _MOVED:
            raise
        raise ThreadMoved(config["configurable"]["thread_id"]) from error


def _prepare(connection: Connection[DictRow], name: str, *, create: bool) -> None:
    """Tables and trigger, made by one process at a time.

    The lock is asked for again and again: LangGraph's migrations build indexes concurrently, and such a build waits for
    every session that stands in a statement, as one would that waited for the lock.
    """
    if _ready(connection):
        return
    if not create:
        raise NoThreads(f"no threads are kept at {name}: the database holds no tables of theirs")
    until = time.monotonic() + _WAIT_S
    while not (connection.execute("SELECT pg_try_advisory_lock(%s, 0) AS got", (_LOCK,)).fetchone() or {})["got"]:
        if time.monotonic() > until:
            raise ThreadsError(f"the threads at {name} are being prepared by another process: try again")
        time.sleep(0.05)
    try:
        PostgresSaver(connection).setup()
        with connection.transaction():
            for statement in _ONE_LINE:
                connection.execute(cast(Any, statement))
    finally:
        connection.execute("SELECT pg_advisory_unlock(%s, 0)", (_LOCK,))


def _ready(connection: Connection[DictRow]) -> bool:
    trigger = "SELECT 1 FROM pg_trigger WHERE tgname = 'esc_skills_one_line' AND tgrelid = to_regclass('checkpoints')"
    if connection.execute(cast(Any, trigger)).fetchone() is None:
        return False
    row = connection.execute("SELECT max(v) AS version FROM checkpoint_migrations").fetchone()
    return row is not None and row["version"] == len(PostgresSaver.MIGRATIONS) - 1
