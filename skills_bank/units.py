"""What was seen? Intervention units and prototypes, and the words of real people, which can be erased."""

import json
from collections.abc import Iterable, Iterator, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from conversation.model import Value
from conversation.seeker import SeekerState
from skills_bank.intervention_unit import InterventionUnit, UnitText
from skills_bank.journal import Journal, insert_missing, now
from skills_bank.prototype import Prototype
from skills_bank.schema import annotations, prototypes, tombstones, unit_texts, units

_QUOTED = ("problem", "feeling", "person", "effort")
"""Fields of a seeker state that hold the seeker's own words; `risk.signs` is the fifth."""
_STEP = 400


class Erasure(Value):
    """What `erase` did: how many texts went, and how many units keep their labels."""

    dialogue_id: str
    texts: int
    units: int


class UnitStore:
    """Units, their texts and prototypes. Adding the same again changes nothing; a newer reading is laid on top."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def add_units(self, found: Iterable[InterventionUnit], texts: Iterable[UnitText]) -> int:
        """Add units with their texts, all or nothing; the number of units that were new or read anew.

        Of a dialogue that was erased the labels enter and the words do not.

        Raises:
            ValueError: a text belongs to no unit of this call.
        """
        bodies = {unit.id: unit for unit in found}
        words = {text.unit_id: text for text in texts}
        if strangers := sorted(words.keys() - bodies.keys()):
            raise ValueError(f"text without its unit: {', '.join(strangers[:5])}")
        with self._journal.writing() as connection:
            known = dict(_latest(connection, units, units.c.unit_id, list(bodies)))
            erased = set(connection.execute(sa.select(tombstones.c.dialogue_id)).scalars())
            labels, spoken = [], []
            for unit in bodies.values():
                bare, quotes = _without_words(unit)
                body = bare.model_dump_json()
                if known.get(unit.id) != body:
                    labels.append({"unit_id": unit.id, "dialogue_id": unit.dialogue_id, "body": body})
                if unit.dialogue_id not in erased:
                    text = words.get(unit.id)
                    spoken.append(
                        {
                            "unit_id": unit.id,
                            "dialogue_id": unit.dialogue_id,
                            "words": text.model_dump_json() if text else "",
                            "quotes": json.dumps(quotes, ensure_ascii=False),
                        }
                    )
            if labels:
                connection.execute(units.insert(), labels)
            _replace_texts(connection, spoken)
        return len(labels)

    def units(self, ids: Sequence[str] | None = None) -> list[InterventionUnit]:
        """The latest reading of each unit, in the order of `ids`, or all sorted by id. Unknown ids are left out."""
        with self._journal.reading() as connection:
            known = dict(_latest(connection, units, units.c.unit_id, ids))
            quotes = dict(_rows(connection, unit_texts.c.unit_id, unit_texts.c.quotes, ids))
        order = sorted(known) if ids is None else [unit_id for unit_id in ids if unit_id in known]
        return [_with_words(InterventionUnit.model_validate_json(known[i]), quotes.get(i)) for i in order]

    def text(self, unit_id: str) -> UnitText | None:
        """The words of a unit; None where they were erased or never given."""
        return self.texts([unit_id]).get(unit_id)

    def texts(self, ids: Sequence[str]) -> dict[str, UnitText]:
        """The words of units by id; erased ones are absent."""
        with self._journal.reading() as connection:
            rows = list(_rows(connection, unit_texts.c.unit_id, unit_texts.c.words, ids))
        return {unit_id: UnitText.model_validate_json(words) for unit_id, words in rows if words}

    def erased(self) -> set[str]:
        """Ids of the dialogues whose text was erased."""
        with self._journal.reading() as connection:
            return set(connection.execute(sa.select(tombstones.c.dialogue_id)).scalars())

    def erase(self, dialogue_id: str) -> Erasure:
        """Erase every word of a dialogue. Labels and counts stay, and a tombstone keeps the words from coming back."""
        with self._journal.writing() as connection:
            gone = connection.execute(unit_texts.delete().where(unit_texts.c.dialogue_id == dialogue_id)).rowcount
            connection.execute(annotations.delete().where(annotations.c.dialogue_id == dialogue_id))
            kept = connection.execute(
                sa.select(sa.func.count(sa.distinct(units.c.unit_id))).where(units.c.dialogue_id == dialogue_id)
            ).scalar_one()
            row = {"dialogue_id": dialogue_id, "erased_at": now(), "texts": gone}
            insert_missing(connection, tombstones, [row])
        self._journal.forget_deleted()
        return Erasure(dialogue_id=dialogue_id, texts=gone, units=kept)

    def add_prototypes(self, found: Iterable[Prototype]) -> int:
        """Add prototypes, all or nothing; the number that were new or counted anew."""
        bodies = {prototype.id: prototype.model_dump_json() for prototype in found}
        with self._journal.writing() as connection:
            known = dict(_latest(connection, prototypes, prototypes.c.prototype_id, list(bodies)))
            rows = [{"prototype_id": i, "body": body} for i, body in bodies.items() if known.get(i) != body]
            if rows:
                connection.execute(prototypes.insert(), rows)
        return len(rows)

    def prototypes(self, ids: Sequence[str] | None = None) -> list[Prototype]:
        """The latest count of each prototype, in the order of `ids`, or all sorted by id."""
        with self._journal.reading() as connection:
            known = dict(_latest(connection, prototypes, prototypes.c.prototype_id, ids))
        order = sorted(known) if ids is None else [i for i in ids if i in known]
        return [Prototype.model_validate_json(known[i]) for i in order]


def _rows(
    connection: Connection, key: sa.Column[str], value: sa.Column[str], ids: Sequence[str] | None
) -> Iterator[tuple[str, str]]:
    query = sa.select(key, value)
    if ids is None:
        yield from ((row[0], row[1]) for row in connection.execute(query))
        return
    for start in range(0, len(ids), _STEP):
        found = connection.execute(query.where(key.in_(ids[start : start + _STEP])))
        yield from ((row[0], row[1]) for row in found)


def _latest(
    connection: Connection, table: sa.Table, key: sa.Column[str], ids: Sequence[str] | None
) -> Iterator[tuple[str, str]]:
    """(id, body) of the newest row of each id."""
    newest = sa.select(sa.func.max(table.c.number)).group_by(key)
    query = sa.select(key, table.c.body)
    if ids is None:
        yield from ((row[0], row[1]) for row in connection.execute(query.where(table.c.number.in_(newest))))
        return
    for start in range(0, len(ids), _STEP):
        some = newest.where(key.in_(ids[start : start + _STEP]))
        yield from ((row[0], row[1]) for row in connection.execute(query.where(table.c.number.in_(some))))


def _replace_texts(connection: Connection, rows: Sequence[dict[str, str]]) -> None:
    """Words are a copy of a source that stands elsewhere, not history: a newer reading takes the place of the old."""
    for start in range(0, len(rows), _STEP):
        some = rows[start : start + _STEP]
        connection.execute(unit_texts.delete().where(unit_texts.c.unit_id.in_([row["unit_id"] for row in some])))
        connection.execute(unit_texts.insert(), some)


def _without_words(unit: InterventionUnit) -> tuple[InterventionUnit, dict[str, dict[str, object]]]:
    """The unit with the seeker's own words taken out of both states, and those words."""
    quotes: dict[str, dict[str, object]] = {}
    bare: dict[str, SeekerState] = {}
    for when in ("before", "after"):
        state: SeekerState = getattr(unit, when)
        quotes[when] = {name: getattr(state, name) for name in _QUOTED} | {"signs": list(state.risk.signs)}
        bare[when] = state.model_copy(
            update=dict.fromkeys(_QUOTED, "") | {"risk": state.risk.model_copy(update={"signs": ()})}
        )
    return unit.model_copy(update=bare), quotes


def _with_words(unit: InterventionUnit, quotes: str | None) -> InterventionUnit:
    if not quotes:
        return unit
    update: dict[str, SeekerState] = {}
    for when, found in json.loads(quotes).items():
        state: SeekerState = getattr(unit, when)
        signs = tuple(found.pop("signs"))
        update[when] = state.model_copy(update=found | {"risk": state.risk.model_copy(update={"signs": signs})})
    return unit.model_copy(update=update)
