"""How is the audit log's database reached? In SQLite (WAL) or PostgreSQL, one writer at a time, through one code path.

SQLite runs with `synchronous=NORMAL`: a process that is killed loses nothing that was appended; a power cut may take
back the last turns. With FULL every turn would wait for the disk.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from nodes.audit.errors import AuditError
from nodes.audit.place import VARIABLE
from skills_bank.journal import begin_sqlite, enter_wal

_PATIENCE_MS = 5_000
"""A reply waits behind an append: no longer than this for another writer."""
_APPENDING = 0x45534304  # any number, as long as every ESC-Skills process takes the same


class Database:
    """Transactions on the audit log. Safe to use from several threads; a fork opens connections of its own."""

    def __init__(self, url: sa.URL, place: str) -> None:
        self.place = place
        self._turn = Lock()  # threads queue here; SQLite's own waiting is polling, and unfair
        self._process = os.getpid()
        try:
            self._engine = _engine(url)
        except ModuleNotFoundError as error:
            raise AuditError(
                f"the audit log at '{place}' needs a driver that is not installed: pip install 'esc-skills[postgres]'"
            ) from error
        except sa.exc.ArgumentError as error:
            raise AuditError(f"the audit log at '{place}' cannot be opened: {_first_line(error)}") from error
        levels = ({}, {}) if self.is_sqlite else ({"isolation_level": "READ COMMITTED"}, _SNAPSHOT)
        self._writer = self._engine.execution_options(esc_writing=True, **levels[0])
        self._reader = self._engine.execution_options(**levels[1])

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file of its own."""
        return self._engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A snapshot: everything read through this connection belongs to one moment."""
        with self._transaction(writing=False) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction of the only writer there is, in any process; nothing is left of it when it raises."""
        turn = self._own_turn()
        with turn, self._transaction(writing=True) as connection:
            if not self.is_sqlite:  # SQLite has taken its write lock with BEGIN IMMEDIATE
                connection.execute(_LOCK)
            yield connection

    def forget_deleted(self) -> None:
        """Make deleted rows leave SQLite's write-ahead log too; PostgreSQL drops them at its next vacuum."""
        if self.is_sqlite:
            with self._told("written"), self._engine.connect() as connection:
                driver = connection.connection.driver_connection
                assert driver is not None  # noqa: S101 - a fresh connection has its driver's
                driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Give the connections back. The log cannot be used afterwards."""
        self._engine.dispose()

    def _own_turn(self) -> Lock:
        if os.getpid() != self._process:  # forked: what was inherited belongs to the other process
            self._process, self._turn = os.getpid(), Lock()
            self._engine.dispose(close=False)
        return self._turn

    @contextmanager
    def _transaction(self, *, writing: bool) -> Iterator[Connection]:
        self._own_turn()
        engine = self._writer if writing else self._reader
        with self._told("written" if writing else "read"), engine.begin() as connection:
            yield connection

    @contextmanager
    def _told(self, doing: str) -> Iterator[None]:
        try:
            yield
        except (sa.exc.DBAPIError, sa.exc.TimeoutError) as error:
            why = _first_line(getattr(error, "orig", error))
            raise AuditError(
                f"the audit log at '{self.place}' cannot be {doing}: {why}; mend it, or set {VARIABLE} to another "
                "place or to 'off'"
            ) from error


_SNAPSHOT = {"isolation_level": "REPEATABLE READ"}
_LOCK = sa.select(sa.func.pg_advisory_xact_lock(_APPENDING))


def _engine(url: sa.URL) -> Engine:
    # Parameters hold what is recorded, and errors are logged.
    options: dict[str, Any] = {"hide_parameters": True, "pool_size": 4, "max_overflow": 28, "pool_timeout": 10}
    if url.get_backend_name() == "postgresql":
        engine = sa.create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": 5}, **options)
        sa.event.listen(engine, "connect", _tune_postgres)
        return engine
    engine = sa.create_engine(url, connect_args={"check_same_thread": False}, **options)
    sa.event.listen(engine, "connect", _tune_sqlite)
    sa.event.listen(engine, "begin", begin_sqlite)
    return engine


def _tune_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver must not begin transactions behind our back
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={_PATIENCE_MS}")
    enter_wal(cursor)
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA secure_delete=ON")  # what is pruned is overwritten, not only unlinked
    cursor.close()


def _tune_postgres(connection: Any, _record: object) -> None:
    connection.execute(f"SET lock_timeout = {_PATIENCE_MS}")
    connection.commit()


def _first_line(error: object) -> str:
    return " ".join(str(error).splitlines()[0].split()) if str(error) else type(error).__name__
