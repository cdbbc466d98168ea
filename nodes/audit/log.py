"""Where are records of turns kept, and how are they read? In a log that only grows, at one place.

    log = AuditLog.open("audit.db")
    log.append(record)
    log.referrals(2026).total

Guards against change are in `schema.py`; what `verify` finds is in `checking.py`, ways to delete in `forgetting.py`.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from conversation.seeker import RiskTier
from nodes.audit import checking, forgetting
from nodes.audit.database import Database
from nodes.audit.errors import AuditError, NewerAudit, NoAudit
from nodes.audit.place import database
from nodes.audit.prepared import Prepared
from nodes.audit.record import AuditRecord, pseudonym
from nodes.audit.referrals import Referrals
from nodes.audit.rows import entry, record_in, stamp
from nodes.audit.schema import TURN, VERSION, about, descriptions, digest, in_year, log, make, words

_PAGE = 500
_BEGINNING = re.compile(r"[0-9a-f]{8,31}")
_HEAD = sa.select(log.c.number, log.c.hash).order_by(log.c.number.desc()).limit(1)
_same = log.alias("same")
_SAME = sa.exists().where(
    _same.c.kind == sa.literal_column(f"'{TURN}'"),  # literal, as in the index that answers this
    _same.c.conversation != sa.literal_column("''"),
    _same.c.conversation == sa.bindparam("of"),
    _same.c.message_id == sa.bindparam("answered"),
    _same.c.run == sa.bindparam("by"),
)
_HEAD_OR_SAME = Prepared(_HEAD.add_columns(_SAME.label("there")))
_ADD = Prepared(log.insert())


class AuditLog:
    """One audit log. Safe to use from several threads and processes, and after a fork."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._described: set[str] = set()
        self._description = lru_cache(maxsize=64)(self._read_description)

    @classmethod
    def open(cls, place: str, *, create: bool = True) -> "AuditLog":
        """The log at a file or a postgresql:// URL.

        Args:
            place: Where it is; see `audit_place`.
            create: Make it where there is none, and check that it can be written to; without, it is only read.

        Raises:
            NoAudit: there is none and `create` is False.
            NewerAudit: it was made by a newer version.
            AuditError: it cannot be opened or written to.
        """
        url, shown = database(place, create=create)
        opened = cls(Database(url, shown))
        try:
            opened._prepare(create)
        except BaseException:
            opened.close()
            raise
        return opened

    @property
    def place(self) -> str:
        """Where it is, without a password."""
        return self._database.place

    def append(self, record: AuditRecord) -> bool:
        """Add a record behind the newest one; False when this very turn is there already.

        The same turn is the same message in the same conversation, answered by the same run of the node: after a crash
        LangGraph runs a node again under its old task id. Turns outside any thread are always added.

        Raises:
            AuditError: it could not be added; nothing of it is there.
        """
        new = entry(record)
        with self._database.writing() as connection:
            asked = {"of": record.conversation, "answered": record.message_id, "by": record.run}
            head = _HEAD_OR_SAME.run(connection, asked).first()
            if head is not None and head.there:
                return False
            if new.models not in self._described:
                _describe(connection, new.models, new.description)
            number = add(connection, new.columns, (head.number, head.hash) if head is not None else (0, ""))
            if new.words is not None:
                said = {"salt": new.words.salt, "seeker": new.words.seeker, "reply": new.words.reply}
                connection.execute(words.insert(), {"number": number, "conversation": record.conversation, **said})
        self._described.add(new.models)
        return True

    def records(
        self,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        tier: RiskTier | None = None,
        conversation: str | None = None,
        newest_first: bool = False,
    ) -> Iterator[AuditRecord]:
        """Records in the order in which they were added.

        Args:
            since: From this moment on.
            until: Before this moment.
            tier: Of this tier of the gate.
            conversation: Of this thread, by its id, its pseudonym, or the first eight or more digits of that.
            newest_first: The other way round.
        """
        found = sa.select(log.c.number, log.c.body, words.c.seeker, words.c.reply).select_from(
            log.outerjoin(words, words.c.number == log.c.number)
        )
        found = found.where(log.c.kind == TURN).limit(_PAGE)
        if since is not None:
            found = found.where(log.c.at >= stamp(_utc(since)))
        if until is not None:
            found = found.where(log.c.at < stamp(_utc(until)))
        if tier is not None:
            found = found.where(log.c.tier == tier.value)
        if conversation is not None:
            names = log.c.conversation.in_((conversation, pseudonym(conversation)))
            begins = log.c.conversation.startswith(conversation)
            found = found.where(sa.or_(names, begins) if _BEGINNING.fullmatch(conversation) else names)
        found = found.order_by(log.c.number.desc() if newest_first else log.c.number)
        page = found
        while True:
            with self._database.reading() as connection:
                rows = connection.execute(page).all()
            for row in rows:
                yield record_in(row.body, self._description, row.seeker, row.reply)
            if len(rows) < _PAGE:
                return
            last = rows[-1].number
            page = found.where(log.c.number < last if newest_first else log.c.number > last)

    def referrals(self, year: int) -> Referrals:
        """Counts of a calendar year in UTC, with those that prunings have carried over."""
        with self._database.reading() as connection:
            return forgetting.counts_of(connection, in_year(year), year).plus(forgetting.carried(connection, year))

    def verify(self, head: tuple[int, str] | None = None) -> tuple[str, ...]:
        """What is wrong with the log, one line a fault; empty when every row is as it was written.

        Args:
            head: Number and hash of a row, noted down elsewhere: that alone shows that nothing was cut off at the end,
                and that the whole was not written anew.
        """
        with self._database.reading() as connection:
            return checking.faults(connection, head)

    def head(self) -> tuple[int, str]:
        """Number and hash of the newest row; (0, '') when there is none. Keep it elsewhere, for `verify`."""
        with self._database.reading() as connection:
            return newest(connection)

    def prune(self, before: datetime) -> int:
        """Delete the turns that were recorded before a moment, and say so in a row that carries their counts over.

        Rows go from the beginning up to the first that is to stay. Returns the number of turns that went.
        """
        with self._database.writing() as connection:
            row = forgetting.pruning(connection, stamp(_utc(before)), stamp(datetime.now(UTC)))
            if row is None:
                return 0
            add(connection, row.columns, newest(connection))
            forgetting.drop_through(connection, row.columns["through"])
        self._database.forget_deleted()
        return row.turns

    def erase(self, conversation: str) -> int:
        """Delete the words of a conversation, by its thread's id or pseudonym; its records stay, and a row says so.

        Returns the number of turns whose words went.
        """
        turns = 0
        with self._database.writing() as connection:
            for name in dict.fromkeys((conversation, pseudonym(conversation))):
                count = forgetting.words_of(connection, name)
                if name and count:
                    row = forgetting.erasure(name, count, stamp(datetime.now(UTC)))
                    add(connection, row, newest(connection))
                    forgetting.drop_words(connection, name)
                    turns += count
        if turns:
            self._database.forget_deleted()
        return turns

    def close(self) -> None:
        """Give the connections back. The log cannot be used afterwards."""
        self._database.close()

    def __enter__(self) -> "AuditLog":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _read_description(self, models: str) -> str:
        with self._database.reading() as connection:
            text = connection.execute(sa.select(descriptions.c.text).where(descriptions.c.hash == models)).scalar()
        if text is None:
            raise AuditError(
                f"the audit log at '{self.place}' lacks the description {models}: 'esc-skills audit verify'"
            )
        return str(text)

    def _prepare(self, create: bool) -> None:
        if not create:
            with self._database.reading() as connection:
                found = _version(connection)
            if found is None:
                raise NoAudit(f"no audit log at '{self.place}': the database holds no tables of one")
        else:
            with self._database.writing() as connection:
                found = _version(connection)
                if found is None:
                    make(connection)
                    found = VERSION
        if found > VERSION:
            raise NewerAudit(
                f"the audit log at '{self.place}' was made by a newer version of ESC-Skills (tables {found}; this "
                f"version knows up to {VERSION}): upgrade esc-skills"
            )


def newest(connection: Connection) -> tuple[int, str]:
    """Number and hash of the newest row; (0, '') when there is none."""
    row = connection.execute(_HEAD).first()
    return (int(row.number), str(row.hash)) if row is not None else (0, "")


def add(connection: Connection, columns: dict[str, Any], behind: tuple[int, str]) -> int:
    """Add a row behind the newest one; its number. Only within a writing transaction."""
    last, previous = behind
    number = last + 1
    own = digest(number, columns["kind"], previous, columns["body"])
    _ADD.run(connection, {"number": number, "previous": previous, "hash": own, **columns})
    return number


def _describe(connection: Connection, key: str, text: str) -> None:
    if connection.execute(sa.select(descriptions.c.hash).where(descriptions.c.hash == key)).first() is None:
        connection.execute(descriptions.insert(), {"hash": key, "text": text})


def _version(connection: Connection) -> int | None:
    if not sa.inspect(connection).has_table(about.name):
        return None
    return connection.execute(sa.select(sa.func.max(about.c.version))).scalar()


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a time for the audit log needs its zone, such as datetime(2026, 1, 1, tzinfo=UTC)")
    return moment.astimezone(UTC)
