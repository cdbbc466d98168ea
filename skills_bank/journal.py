"""Where is the record of a bank? In one SQL database, SQLite or PostgreSQL, reached through the transactions here.

The journal is the record and Chroma only an index, since Chroma has no transactions. All tables are append-only
(`schema.py`). SQLite runs in WAL mode with `synchronous=FULL`: with NORMAL a power cut can take back transactions that
were already acknowledged, and an episode against a paid endpoint is not to be paid twice.
"""

import logging
import os
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import RLock
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Engine

from skills_bank.errors import BankError, NewerSchema, NoBank
from skills_bank.schema import REVISION, generations, identity, metadata

logger = logging.getLogger(__name__)

DATABASE_FILE = "bank.db"
"""Name of the SQLite file within a bank's folder."""
MEMORY = ":memory:"
_SCRIPTS = "skills_bank:migrations"
_LOCK_TIMEOUT_MS = 30_000
_MIGRATING, _COMMITTING = 0x45534301, 0x45534302  # any numbers, as long as every ESC-Skills process takes the same


class Journal:
    """One database and its transactions. Safe to use from several threads; not across `fork`."""

    def __init__(self, engine: Engine, place: str) -> None:
        self.place = place
        self._engine = engine
        self._process = os.getpid()
        # An in-memory database is one connection, so its transactions must not interleave.
        self._turn = RLock() if place == MEMORY else None
        self.bank_id = ""

    @classmethod
    def open(cls, location: str | Path, *, create: bool = True) -> "Journal":
        """The journal at a folder, an SQLAlchemy URL or `:memory:`, migrated to the newest schema.

        Raises:
            NoBank: there is none and `create` is false.
            NewerSchema: it was made by a newer version.
            BankError: the database cannot be opened.
        """
        url, place = _database(location, create)
        try:
            journal = cls(_engine(url), place)
        except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError, ModuleNotFoundError) as error:
            raise BankError(f"cannot open a bank at '{place}': {error}") from error
        try:
            journal._prepare(create)
        except BaseException:
            journal.close()
            raise
        return journal

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A snapshot: everything read through this connection belongs to one moment."""
        with self._transaction(writing=False) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is kept whole when the block ends, and leaves nothing when it raises."""
        with self._transaction(writing=True) as connection:
            yield connection

    @contextmanager
    def committing(self) -> Iterator[Connection]:
        """A writing transaction that waits until no other one of this kind is open on the bank.

        The primary key of `generations` is what keeps two writers apart; the queue saves the loser from working for
        nothing.
        """
        with self.writing() as connection:
            _queue(connection, _COMMITTING)
            yield connection

    @contextmanager
    def _transaction(self, *, writing: bool) -> Iterator[Connection]:
        if os.getpid() != self._process:
            raise BankError(
                f"the bank at '{self.place}' was opened in another process: a fork must open it again (or be spawned)"
            )
        options: dict[str, Any] = {"esc_writing": writing}
        if self._engine.dialect.name == "postgresql":
            options["isolation_level"] = "READ COMMITTED" if writing else "REPEATABLE READ"
        if self._turn is not None:
            self._turn.acquire()
        try:
            with self._engine.connect().execution_options(**options) as connection, connection.begin():
                yield connection
        except sa.exc.IntegrityError:  # a question of two writers, answered where it was asked
            raise
        except (sa.exc.DBAPIError, sa.exc.TimeoutError) as error:
            why = " ".join(str(getattr(error, "orig", error)).split())
            raise BankError(f"the bank at '{self.place}' cannot be read or written: {why}") from error
        finally:
            if self._turn is not None:
                self._turn.release()

    def _prepare(self, create: bool) -> None:
        if self._revision() != REVISION:
            self._migrate(create)
        with self.reading() as connection:
            self.bank_id = str(connection.execute(sa.select(identity.c.bank_id)).scalar_one())

    def _revision(self) -> str | None:
        with self.reading() as connection:
            return _revision(connection)

    def _migrate(self, create: bool) -> None:
        # Imported here: an up-to-date bank opens without Alembic.
        from alembic import command
        from alembic.config import Config
        from alembic.script import ScriptDirectory

        config = Config()
        config.set_main_option("script_location", _SCRIPTS)
        known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
        with self.writing() as connection:
            _queue(connection, _MIGRATING)
            found = _revision(connection)
            if found == REVISION:
                return
            if found is None and not create:
                raise NoBank(f"no bank at '{self.place}': the database holds no ESC-Skills tables")
            if found is not None and found not in known:
                raise NewerSchema(
                    f"the bank at '{self.place}' was made by a newer version of ESC-Skills "
                    f"(schema {found}; this version knows up to {REVISION}): upgrade esc-skills"
                )
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            if found is None:
                _begin(connection)
            else:
                logger.warning("bank at '%s': schema upgraded from %s to %s", self.place, found, REVISION)

    def forget_deleted(self) -> None:
        """Make deleted rows leave the files too, as far as the database allows it.

        SQLite overwrites them (`secure_delete`) and the write-ahead log, which still holds them, is emptied. PostgreSQL
        drops them at its next vacuum.
        """
        if self._engine.dialect.name == "sqlite" and self.place != MEMORY:
            with self._engine.connect() as connection:
                driver = connection.connection.driver_connection
                assert driver is not None  # noqa: S101 - a fresh connection has its driver's
                driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Give the connections back. The journal cannot be used afterwards."""
        self._engine.dispose()


def now() -> str:
    """This moment in UTC, ISO 8601 to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def insert_missing(connection: Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert the rows whose primary key is not there yet, and leave the others as they are."""
    build = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    for start in range(0, len(rows), 300):
        some = [dict(row) for row in rows[start : start + 300]]
        connection.execute(build(table).values(some).on_conflict_do_nothing())


def _database(location: str | Path, create: bool) -> tuple[sa.URL, str]:
    text = str(location)
    if text == MEMORY:
        return sa.make_url("sqlite://"), MEMORY
    if "://" in text:
        try:
            url = sa.make_url(text)
        except sa.exc.ArgumentError as error:
            raise BankError(f"'{text}' is no database URL: {error}") from error
        if url.get_backend_name() not in ("sqlite", "postgresql"):
            raise BankError(f"a bank is kept in SQLite or PostgreSQL, not in '{url.get_backend_name()}'")
        if url.drivername == "postgresql":  # psycopg 3 is the driver that the extra installs
            url = url.set(drivername="postgresql+psycopg")
        if url.get_backend_name() == "sqlite" and not create and not Path(url.database or "").exists():
            raise NoBank(f"no bank at '{text}': there is no such file")
        return url, url.render_as_string(hide_password=True)
    folder = Path(location).expanduser()
    file = folder / DATABASE_FILE
    if folder.exists() and not folder.is_dir():
        raise BankError(f"'{folder}' is a file; a bank is a folder with a {DATABASE_FILE} in it")
    if not file.exists():
        if not create:
            raise NoBank(f"no bank at '{folder}': make one with `esc-skills discover` or `esc-skills evolve`")
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BankError(f"cannot make a bank at '{folder}': {error.strerror}") from error
    return sa.URL.create("sqlite", database=str(file)), str(folder)


def _engine(url: sa.URL) -> Engine:
    if url.get_backend_name() == "postgresql":
        return sa.create_engine(url, pool_pre_ping=True, pool_size=8, max_overflow=24)
    in_memory = not url.database or url.database == MEMORY
    pool: dict[str, Any] = {"poolclass": sa.StaticPool} if in_memory else {"pool_size": 8, "max_overflow": 56}
    engine = sa.create_engine(url, connect_args={"check_same_thread": False}, **pool)
    sa.event.listen(engine, "connect", _tune_sqlite)
    sa.event.listen(engine, "begin", begin_sqlite)
    return engine


def _tune_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver must not begin transactions behind our back
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={_LOCK_TIMEOUT_MS}")
    enter_wal(cursor)
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA secure_delete=ON")  # erased text is overwritten, not only unlinked
    cursor.close()


def enter_wal(cursor: Any) -> None:
    """Switch a SQLite file to WAL once.

    The switch does not honour the busy timeout, so simultaneous first openers try again.
    """
    import sqlite3

    deadline = time.monotonic() + _LOCK_TIMEOUT_MS / 1000
    while cursor.execute("PRAGMA journal_mode").fetchone()[0] not in ("wal", "memory"):
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def begin_sqlite(connection: Connection) -> None:
    """Begin a transaction; the execution option `esc_writing` tells that it will write."""
    # A writer takes the lock at once: a deferred transaction that turns writer later fails instead of waiting.
    writing = connection.get_execution_options().get("esc_writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _queue(connection: Connection, number: int) -> None:
    """Wait for an advisory lock until the transaction ends; SQLite has taken its write lock with the transaction."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(number)))


def _revision(connection: Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()


def _begin(connection: Connection) -> None:
    """Generation 0: a bank with a name and no skills."""
    missing = set(metadata.tables) - set(sa.inspect(connection).get_table_names())
    if missing:
        raise BankError(f"the migrations do not make the tables {', '.join(sorted(missing))}: schema.py has moved on")
    connection.execute(identity.insert().values(bank_id=uuid.uuid4().hex, made_at=now()))
    connection.execute(generations.insert().values(number=0, made_at=now(), note="", content_hash=""))
