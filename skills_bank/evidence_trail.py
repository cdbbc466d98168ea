"""Which dialogues speak for and against each part of a skill? Its units, laid under the parts that they bear on.

A unit bears on a part by its labels, never by its words:

- `applies`: every unit was such a moment; those that helped speak for it, those that harmed against it;
- `steps/<id>`: units whose supporter made one of the step's moves;
- `expected`: for it, units in which an expected change came; against it, units that harmed;
- `pitfalls`: units that harmed show what can go wrong.

A neutral unit shows no effect: it is listed, and speaks neither for nor against anything.
"""

from collections.abc import Iterable

from pydantic import Field

from conversation.model import Value
from conversation.support import Polarity
from skills_bank.intervention_unit import InterventionUnit, UnitText
from skills_bank.skill import Skill


class PartEvidence(Value):
    """One part of a skill, with the ids of the units that speak for it and against it."""

    part: str = Field(description="'applies', 'steps/<step id>', 'expected' or 'pitfalls'")
    says: str = Field(description="the part in words")
    speak_for: tuple[str, ...]
    speak_against: tuple[str, ...]


class TracedUnit(Value):
    """One unit, with where it stands in its dialogue and what it bears on."""

    id: str
    polarity: Polarity
    reason: str
    dialogue_id: str
    turns_before: tuple[int, ...]
    turns_action: tuple[int, ...]
    turns_after: tuple[int, ...]
    source: str
    licence: str
    speaks_for: tuple[str, ...] = Field(description="parts of the skill")
    speaks_against: tuple[str, ...] = Field(description="parts of the skill")
    words: UnitText | None = Field(description="None where the words were erased or never given")


class Trail(Value):
    """The way from each part of a skill to dialogues, and back."""

    parts: tuple[PartEvidence, ...]
    units: tuple[TracedUnit, ...]

    def of(self, polarity: Polarity) -> tuple[TracedUnit, ...]:
        """The units of one polarity."""
        return tuple(unit for unit in self.units if unit.polarity is polarity)


def trail(skill: Skill, units: Iterable[tuple[InterventionUnit, UnitText | None]]) -> Trail:
    """Lay a skill's units, as `Bank.units_of` gives them, under its parts."""
    said = {
        "applies": skill.applies.words,
        **{f"steps/{step.id}": step.aim for step in skill.steps},
        "expected": ", ".join(change.value.replace("_", " ") for change in skill.expected.changes),
        "pitfalls": " ".join(pitfall.what for pitfall in skill.pitfalls) or "none recorded",
    }
    traced = [_traced(skill, unit, words) for unit, words in units]
    parts = (
        PartEvidence(
            part=part,
            says=words,
            speak_for=tuple(unit.id for unit in traced if part in unit.speaks_for),
            speak_against=tuple(unit.id for unit in traced if part in unit.speaks_against),
        )
        for part, words in said.items()
    )
    return Trail(parts=tuple(parts), units=tuple(traced))


def _traced(skill: Skill, unit: InterventionUnit, words: UnitText | None) -> TracedUnit:
    made = set(unit.action.moves)
    taken = ("applies", *(f"steps/{step.id}" for step in skill.steps if made.intersection(step.moves)))
    speaks_for: tuple[str, ...] = ()
    speaks_against: tuple[str, ...] = ()
    if unit.polarity is Polarity.CONSTRUCTIVE:
        speaks_for = (*taken, "expected") if unit.change in skill.expected.changes else taken
    elif unit.polarity is Polarity.NEGATIVE:
        speaks_for, speaks_against = ("pitfalls",), (*taken, "expected")
    return TracedUnit(
        id=unit.id,
        polarity=unit.polarity,
        reason=unit.polarity_reason,
        dialogue_id=unit.dialogue_id,
        turns_before=unit.turns_before,
        turns_action=unit.turns_action,
        turns_after=unit.turns_after,
        source=unit.source,
        licence=unit.licence,
        speaks_for=speaks_for,
        speaks_against=speaks_against,
        words=words,
    )
