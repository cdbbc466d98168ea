"""Which skill versions lived at which generation? The append-only tables behind the bank, read and added to."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from threading import RLock
from typing import Any
from weakref import WeakValueDictionary

import sqlalchemy as sa
from pydantic import BaseModel, ValidationError
from sqlalchemy.engine import Connection

from conversation.model import Value
from skills_bank.change import Change
from skills_bank.errors import BankError, Conflict, UnknownGeneration
from skills_bank.journal import Journal, now
from skills_bank.schema import changes, generations, lives, skill_versions, verdicts
from skills_bank.skill import Skill, SkillId
from skills_bank.succession import Living, Succession, content_hash

_STEP = 400
"""Ids in one query; SQLite allows 999 parameters in its oldest builds."""


class SkillVersion(Value):
    """One life of one version. A rollback can give a version a second life, which is then listed beside the first."""

    skill: Skill
    born: int
    died: int | None
    change: str
    run: str
    reason: str


class Difference(Value):
    """How the living of one generation differ from those of another."""

    added: tuple[SkillId, ...]
    removed: tuple[SkillId, ...]
    revised: tuple[tuple[SkillId, int, int], ...]


class Commit(Value):
    """What made a generation."""

    generation: int
    made_at: str
    note: str
    content_hash: str
    changes: tuple[Change, ...]
    verdicts: tuple[Any, ...]


class Generations:
    """The history of the living. Every method opens its own transaction unless it is handed a connection."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._lock = RLock()
        self._folded: tuple[int, Living] = (0, {})  # the newest generation that was read, to fold on from there
        self._skills: WeakValueDictionary[tuple[SkillId, int], Skill] = WeakValueDictionary()
        self._hashes: dict[tuple[SkillId, int], str] = {}

    def head(self, connection: Connection | None = None) -> int:
        """Number of the newest generation."""
        query = sa.select(sa.func.max(generations.c.number))
        if connection is not None:
            return int(connection.execute(query).scalar_one())
        with self._journal.reading() as fresh:
            return int(fresh.execute(query).scalar_one())

    def living(self, generation: int, connection: Connection) -> Living:
        """Version by skill id of those that live at a generation.

        Raises:
            UnknownGeneration: there is none of that number.
        """
        head = self.head(connection)
        if not 0 <= generation <= head:
            raise UnknownGeneration(f"the bank has generations 0 to {head}, not {generation}")
        with self._lock:
            start, folded = self._folded
        if start > generation:
            start, folded = 0, {}
        folded = dict(folded)
        rows = connection.execute(
            sa.select(lives.c.skill_id, lives.c.version, lives.c.born)
            .where(lives.c.generation > start, lives.c.generation <= generation)
            .order_by(lives.c.generation, lives.c.number)
        )
        for skill_id, version, born in rows:
            if born:
                folded[skill_id] = version
            elif folded.get(skill_id) == version:
                del folded[skill_id]
        with self._lock:
            if generation >= self._folded[0]:
                self._folded = (generation, dict(folded))
        return folded

    def skills(self, living: Mapping[SkillId, int], connection: Connection) -> dict[SkillId, Skill]:
        """The versions as skills, parsed once and shared as long as anyone holds them."""
        found: dict[SkillId, Skill] = {}
        missing: list[SkillId] = []
        for skill_id, version in living.items():
            skill = self._skills.get((skill_id, version))
            if skill is None:
                missing.append(skill_id)
            else:
                found[skill_id] = skill
        for start in range(0, len(missing), _STEP):
            query = sa.select(skill_versions.c.skill_id, skill_versions.c.version, skill_versions.c.body)
            for skill_id, version, body in connection.execute(
                query.where(skill_versions.c.skill_id.in_(missing[start : start + _STEP]))
            ):
                if living[skill_id] == version:
                    found[skill_id] = self._parsed(skill_id, version, body)
        if len(found) != len(living):
            lost = sorted(set(living) - set(found))
            raise BankError(f"the journal has lost the text of {', '.join(lost)}: restore the bank from a copy")
        return found

    def content_hash(self, living: Mapping[SkillId, int], connection: Connection, born: Iterable[Skill] = ()) -> str:
        """Content hash of versions, from the hashes that stand in their rows; of those just born, from themselves."""
        fresh = {(skill.id, skill.version): skill.content_hash for skill in born}
        missing = [version for version in living.items() if version not in self._hashes and version not in fresh]
        for start in range(0, len(missing), _STEP):
            query = sa.select(skill_versions.c.skill_id, skill_versions.c.version, skill_versions.c.content_hash)
            ids = [skill_id for skill_id, _ in missing[start : start + _STEP]]
            for skill_id, version, body in connection.execute(query.where(skill_versions.c.skill_id.in_(ids))):
                if living[skill_id] == version:
                    self._hashes[skill_id, version] = body
        return content_hash((one[0], fresh.get(one) or self._hashes[one]) for one in living.items())

    def last_version(self, skill_id: SkillId, connection: Connection) -> int:
        """Highest version that the id has ever had; 0 for none."""
        query = sa.select(sa.func.max(skill_versions.c.version)).where(skill_versions.c.skill_id == skill_id)
        return int(connection.execute(query).scalar() or 0)

    def begin(self, expected: int, note: str, content: str, connection: Connection) -> int:
        """Make the next generation, or learn that somebody else has.

        Raises:
            Conflict: the head is not the expected generation.
        """
        head = self.head(connection)
        if head == expected:
            row = {"number": expected + 1, "made_at": now(), "note": note, "content_hash": content}
            try:
                connection.execute(generations.insert().values(row))
                return expected + 1
            except sa.exc.IntegrityError:  # PostgreSQL: the other writer was let in while we waited
                head = expected + 1
        raise Conflict(f"the bank has moved on to generation {head} or later; this change was made for {expected}")

    def append(
        self,
        generation: int,
        succession: Succession,
        proposed: Sequence[Change],
        judged: Sequence[Any],
        connection: Connection,
    ) -> None:
        """Write what a generation brings, ends and rests on."""
        if succession.born:
            connection.execute(skill_versions.insert(), [_version_row(skill) for skill, _ in succession.born])
        passing = {(skill.id, skill.version) for skill, _ in succession.born}  # may be born and gone within one commit
        events = [
            {"skill_id": skill_id, "version": version, "born": False, "change_id": change_id}
            for skill_id, version, change_id in succession.died
            if (skill_id, version) not in passing
        ] + [
            {"skill_id": skill.id, "version": skill.version, "born": True, "change_id": change_id}
            for skill, change_id in succession.born
            if succession.living.get(skill.id) == skill.version
        ]
        self.append_lives(generation, events, connection)
        rows = [
            {
                "generation": generation,
                "position": position,
                "change_id": change.id,
                "kind": change.kind.value,
                "run": change.run,
                "reason": change.reason,
                "body": change.model_dump_json(),
            }
            for position, change in enumerate(proposed)
        ]
        if rows:
            connection.execute(changes.insert(), rows)
        if judged:
            connection.execute(
                verdicts.insert(), [{"generation": generation, "body": as_json(verdict)} for verdict in judged]
            )

    def append_lives(self, generation: int, events: Iterable[Mapping[str, Any]], connection: Connection) -> None:
        """Write births and deaths of a generation, in order."""
        rows = [{"generation": generation, **event} for event in events]
        if rows:
            connection.execute(lives.insert(), rows)

    def history(self, skill_id: SkillId, connection: Connection) -> list[SkillVersion]:
        """Every life of every version of a skill, oldest first; empty for an id that never was."""
        bodies = {
            version: self._parsed(skill_id, version, body)
            for version, body in connection.execute(
                sa.select(skill_versions.c.version, skill_versions.c.body).where(skill_versions.c.skill_id == skill_id)
            )
        }
        found: list[dict[str, Any]] = []
        rows = connection.execute(
            sa.select(lives.c.generation, lives.c.version, lives.c.born, lives.c.change_id, generations.c.note)
            .join(generations, generations.c.number == lives.c.generation)
            .where(lives.c.skill_id == skill_id)
            .order_by(lives.c.generation, lives.c.number)
        ).all()
        told = self._told({row.change_id for row in rows}, connection)
        for row in rows:
            if row.born:
                run, reason = told.get((row.generation, row.change_id), ("", row.note))
                found.append(
                    {
                        "skill": bodies[row.version],
                        "born": row.generation,
                        "died": None,
                        "change": row.change_id,
                        "run": run,
                        "reason": reason,
                    }
                )
            else:
                for life in reversed(found):
                    if life["skill"].version == row.version and life["died"] is None:
                        life["died"] = row.generation
                        break
        return [SkillVersion(**life) for life in found]

    def commits(self, connection: Connection, newest: int | None = None) -> list[Commit]:
        """What made each generation, newest first; of the `newest` ones when a number is given."""
        query = sa.select(generations).order_by(generations.c.number.desc()).limit(newest)
        rows = connection.execute(query).all()
        if not rows:
            return []
        since = rows[-1].number
        made: dict[int, list[Change]] = {}
        found = sa.select(changes.c.generation, changes.c.body).where(changes.c.generation >= since)
        for generation, body in connection.execute(found.order_by(changes.c.generation, changes.c.position)):
            made.setdefault(generation, []).append(Change.model_validate_json(body))
        judged: dict[int, list[Any]] = {}
        found = sa.select(verdicts.c.generation, verdicts.c.body).where(verdicts.c.generation >= since)
        for generation, body in connection.execute(found.order_by(verdicts.c.number)):
            judged.setdefault(generation, []).append(json.loads(body))
        return [
            Commit(
                generation=row.number,
                made_at=row.made_at,
                note=row.note,
                content_hash=row.content_hash,
                changes=tuple(made.get(row.number, ())),
                verdicts=tuple(judged.get(row.number, ())),
            )
            for row in rows
        ]

    def _told(self, change_ids: set[str], connection: Connection) -> dict[tuple[int, str], tuple[str, str]]:
        query = sa.select(changes.c.generation, changes.c.change_id, changes.c.run, changes.c.reason)
        rows = connection.execute(query.where(changes.c.change_id.in_(change_ids)))
        return {(generation, change_id): (run, reason) for generation, change_id, run, reason in rows}

    def _parsed(self, skill_id: SkillId, version: int, body: str) -> Skill:
        skill = self._skills.get((skill_id, version))
        if skill is None:
            try:
                skill = Skill.model_validate_json(body)
            except ValidationError as error:
                raise BankError(
                    f"skill '{skill_id}@{version}' in the bank cannot be read ({error.errors()[0]['msg']}): "
                    "`verify` tells what is damaged; restore the bank from a copy"
                ) from error
            self._skills[skill_id, version] = skill
        return skill


def difference(before: Mapping[SkillId, int], after: Mapping[SkillId, int]) -> Difference:
    """What came, what went, and what lives on in another version."""
    return Difference(
        added=tuple(sorted(after.keys() - before.keys())),
        removed=tuple(sorted(before.keys() - after.keys())),
        revised=tuple(
            (skill_id, before[skill_id], after[skill_id])
            for skill_id in sorted(before.keys() & after.keys())
            if before[skill_id] != after[skill_id]
        ),
    )


def as_json(value: Any) -> str:
    """JSON of a pydantic model or of plain data, keys sorted."""
    if isinstance(value, BaseModel):
        value = value.model_dump(mode="json")
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _version_row(skill: Skill) -> dict[str, Any]:
    body = skill.model_dump_json()
    return {
        "skill_id": skill.id,
        "version": skill.version,
        "content_hash": skill.content_hash,
        "body_hash": hashlib.sha256(body.encode()).hexdigest(),
        "body": body,
    }
