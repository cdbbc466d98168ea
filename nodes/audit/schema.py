"""Which tables make an audit log, and who may change a row? Nobody: the database itself refuses.

A row is added behind the newest one, with the hash of that one, and stays as it is. Two ways of deleting exist, and
each must first add a row that says so: a pruning (everything up to a row) and an erasure (the words of a conversation).
"""

import hashlib

import sqlalchemy as sa
from sqlalchemy.engine import Connection

VERSION = 1
"""Of the tables; a version that adds some raises it."""

TURN, PRUNED, ERASED = "turn", "pruned", "erased"

metadata = sa.MetaData()

log = sa.Table(
    "audit_log",
    metadata,
    sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("at", sa.Text, nullable=False),  # ISO 8601 in UTC with microseconds: sorts as text
    # What is asked for again in `body`, for the database to select by; `verify` compares them.
    sa.Column("conversation", sa.Text, nullable=False),
    sa.Column("message_id", sa.Text, nullable=False),
    sa.Column("run", sa.Text, nullable=False),
    sa.Column("tier", sa.Text, nullable=False),
    sa.Column("named", sa.Integer, nullable=False),
    sa.Column("through", sa.BigInteger, nullable=False),  # of a pruning: the last row that went; else 0
    sa.Column("body", sa.Text, nullable=False),  # JSON, exactly as it was hashed
    sa.Column("previous", sa.Text, nullable=False),  # hash of the row before; empty for the first
    sa.Column("hash", sa.Text, nullable=False),
)
sa.Index("ix_audit_at", log.c.at)
_OF_A_THREAD = sa.and_(log.c.kind == TURN, log.c.conversation != "")
sa.Index(
    "uq_audit_turn",
    log.c.conversation,
    log.c.message_id,
    log.c.run,
    unique=True,
    sqlite_where=_OF_A_THREAD,
    postgresql_where=_OF_A_THREAD,
)
for _kind, _column in ((PRUNED, log.c.through), (ERASED, log.c.conversation)):  # asked for each row that is to go
    sa.Index(f"ix_audit_{_kind}", _column, sqlite_where=log.c.kind == _kind, postgresql_where=log.c.kind == _kind)

words = sa.Table(
    "audit_words",
    metadata,
    sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=False),
    sa.Column("conversation", sa.Text, nullable=False, index=True),
    sa.Column("salt", sa.Text, nullable=False),  # without it, the hash in the record says nothing of erased words
    sa.Column("seeker", sa.Text, nullable=False),
    sa.Column("reply", sa.Text, nullable=False),
)

descriptions = sa.Table(
    "audit_descriptions",
    metadata,
    sa.Column("hash", sa.Text, primary_key=True),  # SHA-256 of the text
    sa.Column("text", sa.Text, nullable=False),
)

about = sa.Table(
    "audit_about",
    metadata,
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
)


def in_year(year: int) -> sa.ColumnElement[bool]:
    """Rows of a calendar year in UTC. Both ends are whole times: how other texts sort differs by database."""
    return log.c.at.between(f"{year:04d}-01-01T00:00:00.000000Z", f"{year:04d}-12-31T23:59:59.999999Z")


def digest(number: int, kind: str, previous: str, body: str) -> str:
    """Hash of a row: over its number, kind, content and the hash of the row before."""
    return hashlib.sha256(f"{number}\x1f{kind}\x1f{previous}\x1f{body}".encode()).hexdigest()


def make(connection: Connection) -> None:
    """Make the tables and their guards."""
    metadata.create_all(connection)
    for statement in _POSTGRES if connection.dialect.name == "postgresql" else _SQLITE:
        connection.exec_driver_sql(statement)
    connection.execute(about.insert().values(version=VERSION))


_TABLES = ("audit_log", "audit_words", "audit_descriptions", "audit_about")
_ONLY_ADDED = "the audit log is append-only"
_NOT_BEHIND = "a row of the audit log goes behind the newest one"
_PRUNED = "EXISTS (SELECT 1 FROM audit_log p WHERE p.kind = 'pruned' AND p.through >= OLD.number)"
_ERASED = (
    "EXISTS (SELECT 1 FROM audit_log e WHERE e.kind = 'erased' AND e.conversation = OLD.conversation "
    "AND e.number > OLD.number)"
)
_MAY_GO = {"audit_log": _PRUNED, "audit_words": f"({_PRUNED} OR {_ERASED})"}
_NEWEST = "(SELECT {column} FROM audit_log ORDER BY number DESC LIMIT 1)"
_NUMBER, _HASH = _NEWEST.format(column="number"), _NEWEST.format(column="hash")

_SAME_TURN = (
    "EXISTS (SELECT 1 FROM audit_log t WHERE t.kind = 'turn' AND NEW.kind = 'turn' AND t.conversation <> '' "
    "AND t.conversation = NEW.conversation AND t.message_id = NEW.message_id AND t.run = NEW.run)"
)


def _refuse(doing: str, table: str, why: str, when: str = "") -> str:
    name = f"{table}_{doing.split()[0].lower()}"
    condition = f"WHEN {when} " if when else ""
    return f"CREATE TRIGGER {name} BEFORE {doing} ON {table} {condition}BEGIN SELECT RAISE(ABORT, '{why}'); END"


# INSERT OR REPLACE deletes without asking the triggers for DELETE, so that whatever is there is refused before.
_SQLITE = (
    *(_refuse("UPDATE", table, _ONLY_ADDED) for table in _TABLES),
    *(_refuse("DELETE", table, _ONLY_ADDED, f"NOT {_MAY_GO[table]}" if table in _MAY_GO else "") for table in _TABLES),
    _refuse(
        "INSERT",
        "audit_log",
        _NOT_BEHIND,
        f"NEW.number <> coalesce({_NUMBER}, 0) + 1 OR NEW.previous <> coalesce({_HASH}, '') OR {_SAME_TURN}",
    ),
    *(
        _refuse("INSERT", table, _ONLY_ADDED, f"EXISTS (SELECT 1 FROM {table} r WHERE r.{key} = NEW.{key})")  # noqa: S608
        for table, key in (("audit_words", "number"), ("audit_descriptions", "hash"), ("audit_about", "version"))
    ),
)

_RAISE = "RAISE EXCEPTION '{why}' USING ERRCODE = 'integrity_constraint_violation'"
_POSTGRES = (
    "CREATE OR REPLACE FUNCTION esc_skills_audit_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    f"{_RAISE.format(why=_ONLY_ADDED)}; END $$",
    *(
        f"CREATE TRIGGER {table}_stays BEFORE UPDATE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION esc_skills_audit_stays()"
        for table in _TABLES
    ),
    *(
        f"CREATE OR REPLACE FUNCTION esc_skills_{table}_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF NOT {_MAY_GO.get(table, 'false')} THEN {_RAISE.format(why=_ONLY_ADDED)}; END IF; RETURN OLD; END $$"
        for table in _TABLES
    ),
    *(
        f"CREATE TRIGGER {table}_kept BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION esc_skills_{table}_kept()"
        for table in _TABLES
    ),
    "CREATE OR REPLACE FUNCTION esc_skills_audit_log_behind() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    f"IF NEW.number <> coalesce({_NUMBER}, 0) + 1 OR NEW.previous <> coalesce({_HASH}, '') THEN "
    f"{_RAISE.format(why=_NOT_BEHIND)}; END IF; RETURN NEW; END $$",
    "CREATE TRIGGER audit_log_behind BEFORE INSERT ON audit_log "
    "FOR EACH ROW EXECUTE FUNCTION esc_skills_audit_log_behind()",
)
