"""Is the bank sound? Every row is held against what it must agree with; each disagreement is one line."""

import hashlib
from collections.abc import Iterator

import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy.engine import Connection

from skills_bank.change import Change
from skills_bank.journal import Journal
from skills_bank.schema import annotations, changes, generations, lives, skill_versions, tombstones, unit_texts, vectors
from skills_bank.skill import Skill
from skills_bank.succession import content_hash


def problems(journal: Journal) -> list[str]:
    """One line for each problem, none when the bank is sound."""
    with journal.reading() as connection:
        return [
            *_database(connection),
            *_versions(connection),
            *_generations(connection),
            *_changes(connection),
            *_texts(connection),
            *_vectors(connection),
        ]


def _database(connection: Connection) -> Iterator[str]:
    if connection.dialect.name != "sqlite":
        return
    for (line,) in connection.exec_driver_sql("PRAGMA integrity_check"):
        if line != "ok":
            yield f"database file: {line}"
    for row in connection.exec_driver_sql("PRAGMA foreign_key_check"):
        yield f"database file: a row of '{row[0]}' points to a row of '{row[2]}' that is not there"


def _versions(connection: Connection) -> Iterator[str]:
    for row in connection.execute(sa.select(skill_versions)):
        name = f"skill {row.skill_id}@{row.version}"
        if hashlib.sha256(row.body.encode()).hexdigest() != row.body_hash:
            yield f"{name}: its text is not the one that was committed"
            continue
        try:
            skill = Skill.model_validate_json(row.body)
        except ValidationError as error:
            yield f"{name}: cannot be read: {error.errors()[0]['msg']}"
            continue
        if (skill.id, skill.version) != (row.skill_id, row.version):
            yield f"{name}: its text says {skill.ref}"
        if skill.content_hash != row.content_hash:
            yield f"{name}: its content hash does not fit its text"


def _generations(connection: Connection) -> Iterator[str]:
    hashes = {
        (row.skill_id, row.version): row.content_hash
        for row in connection.execute(
            sa.select(skill_versions.c.skill_id, skill_versions.c.version, skill_versions.c.content_hash)
        )
    }
    events: dict[int, list[tuple[str, int, bool]]] = {}
    query = sa.select(lives.c.generation, lives.c.skill_id, lives.c.version, lives.c.born)
    for generation, skill_id, version, born in connection.execute(query.order_by(lives.c.generation, lives.c.number)):
        events.setdefault(generation, []).append((skill_id, version, born))
    living: dict[str, int] = {}
    rows = connection.execute(sa.select(generations).order_by(generations.c.number)).all()
    for expected, row in enumerate(rows):
        if row.number != expected:
            yield f"generation {expected}: missing"
            return
        for skill_id, version, born in events.pop(row.number, []):
            if born and skill_id in living:
                yield f"generation {row.number}: {skill_id}@{version} is born while @{living[skill_id]} lives"
            if not born and living.get(skill_id) != version:
                yield f"generation {row.number}: {skill_id}@{version} dies without having lived"
            if born:
                living[skill_id] = version
            else:
                living.pop(skill_id, None)
        content = content_hash((s, hashes.get((s, v), "")) for s, v in living.items())
        if row.number and content != row.content_hash:
            yield f"generation {row.number}: those who live are not those who were committed"
    if not rows:
        yield "generation 0: missing"
    for generation in events:
        yield f"generation {generation}: has births and deaths and no row of its own"


def _changes(connection: Connection) -> Iterator[str]:
    for row in connection.execute(sa.select(changes.c.generation, changes.c.change_id, changes.c.body)):
        try:
            Change.model_validate_json(row.body)
        except ValidationError as error:
            yield f"change {row.change_id} of generation {row.generation}: cannot be read: {error.errors()[0]['msg']}"


def _texts(connection: Connection) -> Iterator[str]:
    found: set[str] = set()
    for table in (unit_texts, annotations):
        query = sa.select(table.c.dialogue_id).join(tombstones, tombstones.c.dialogue_id == table.c.dialogue_id)
        found |= set(connection.execute(query.distinct()).scalars())
    for dialogue_id in sorted(found):
        yield f"dialogue {dialogue_id}: was erased, and some of its words are here"


def _vectors(connection: Connection) -> Iterator[str]:
    lengths: dict[str, int] = {}
    query = sa.select(vectors.c.fingerprint, sa.func.length(vectors.c.vector)).distinct()
    for fingerprint, length in connection.execute(query):
        if lengths.setdefault(fingerprint, length) != length:
            yield f"vectors of {fingerprint}: of different lengths"
