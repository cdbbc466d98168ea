"""How well does a skill's structured condition fit a seeker's state? A number from 0 to 1, the same for every bank.

Per stated field: 1 when the state holds it, a half when it cannot be told, 0 when it clearly does not. The share of
these, with one more field that counts a half for all that was not stated, is halved for every field that clearly does
not hold:

    fit = (held + unclear / 2 + 1/2) / (stated + 1) · ½ ^ missed

So a skill that states nothing has 0.5; four held of four 0.9, three of four 0.35, all unclear 0.5; more that is stated
and holds counts for more than less. The half for a miss is a choice: fields are meant to hold together, and labels read
from words are too unsure for one miss to refuse a skill altogether.
"""

from collections.abc import Sequence
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from conversation.seeker import SeekerState
from skills_bank.skill import Conditions, Skill

Numbers = npt.NDArray[np.float64]
_UNCLEAR = "unclear"
_ANY_INTENSITY = (1, 5)

FIELDS = ("scenarios", "activities", "emotions", "needs", "readiness", "resistance")
"""Fields of `Conditions` that list values; `intensity` is the seventh that can be stated."""


def readings(state: SeekerState) -> dict[str, tuple[StrEnum, ...]]:
    """What the state says for each field of a condition; a second activity holds as well as the first."""
    second = (state.second_activity,) if state.second_activity else ()
    return {
        "scenarios": (state.scenario,),
        "activities": (state.activity, *second),
        "emotions": (state.emotion,),
        "needs": (state.need,),
        "readiness": (state.readiness,),
        "resistance": (state.resistance,),
    }


def degree(listed: Sequence[StrEnum], read: Sequence[StrEnum]) -> float:
    """1 when one of the readings is listed, a half when they are unclear, 0 otherwise."""
    if any(value in listed for value in read):
        return 1.0
    return 0.5 if all(value.value == _UNCLEAR for value in read) else 0.0


def intensity_degree(bounds: tuple[int, int], intensity: int) -> float:
    """1 within the bounds, a half one point outside (a reading from words is no more exact), 0 beyond."""
    outside = max(bounds[0] - intensity, intensity - bounds[1], 0)
    return (1.0, 0.5, 0.0)[min(outside, 2)]


def degrees(conditions: Conditions, state: SeekerState) -> dict[str, float]:
    """The degree of every field that is stated."""
    read = readings(state)
    found = {name: degree(listed, read[name]) for name in FIELDS if (listed := getattr(conditions, name))}
    if conditions.intensity != _ANY_INTENSITY:
        found["intensity"] = intensity_degree(conditions.intensity, state.intensity)
    return found


def fit(conditions: Conditions, state: SeekerState) -> float:
    """The fit of one condition, 0 to 1, rounded to four digits."""
    found = degrees(conditions, state).values()
    missed = sum(value == 0.0 for value in found)
    return round((sum(found) + 0.5) / (len(found) + 1) * 0.5**missed, 4)


class FitTable:
    """The fit of many skills at once: a state is looked up, not compared, so that a thousand skills cost no more."""

    def __init__(self, skills: Sequence[Skill]) -> None:
        self._conditions = [skill.applies for skill in skills]
        self._known: dict[tuple[str, tuple[str, ...] | int], tuple[Numbers, Numbers]] = {}
        stated = [
            sum(bool(getattr(c, name)) for name in FIELDS) + (c.intensity != _ANY_INTENSITY) for c in self._conditions
        ]
        self._stated = np.array(stated, dtype=np.float64)

    def of(self, state: SeekerState) -> Numbers:
        """Fit of every skill, shape (skills,), 0 to 1; the same as `fit` gives one by one."""
        columns = [self._listed(name, read) for name, read in readings(state).items()]
        columns.append(self._intensity(state.intensity))
        degrees = np.sum([column[0] for column in columns], axis=0)
        missed = np.sum([column[1] for column in columns], axis=0)
        return np.asarray(np.round((degrees + 0.5) / (self._stated + 1) * 0.5**missed, 4), dtype=np.float64)

    def _listed(self, name: str, read: tuple[StrEnum, ...]) -> tuple[Numbers, Numbers]:
        key = (name, tuple(value.value for value in read))
        if key not in self._known:
            self._known[key] = _column(
                [degree(listed, read) if (listed := getattr(c, name)) else None for c in self._conditions]
            )
        return self._known[key]

    def _intensity(self, intensity: int) -> tuple[Numbers, Numbers]:
        key = ("intensity", intensity)
        if key not in self._known:
            self._known[key] = _column(
                [
                    None if c.intensity == _ANY_INTENSITY else intensity_degree(c.intensity, intensity)
                    for c in self._conditions
                ]
            )
        return self._known[key]


def _column(found: Sequence[float | None]) -> tuple[Numbers, Numbers]:
    """Degrees, with 0 where the field is not stated; and 1 where it is stated and clearly does not hold."""
    return np.array([value or 0.0 for value in found]), np.array([float(value == 0.0) for value in found])


_ASKED = {
    "scenarios": "the problem is",
    "activities": "the seeker is",
    "emotions": "the feeling is",
    "needs": "the need is",
    "readiness": "the seeker is ready",
    "resistance": "the resistance is",
}


def fit_reasons(conditions: Conditions, state: SeekerState) -> list[str]:
    """The fit in plain words, field by field."""
    read = readings(state)
    reasons = []
    for name, value in degrees(conditions, state).items():
        if name == "intensity":
            low, high = conditions.intensity
            said, asked = f"the intensity is {state.intensity}", f"{low} to {high}"
        else:
            said = _said(name, read[name])
            asked = " or ".join(_plain(one) for one in getattr(conditions, name))
        if value == 1.0:
            reasons.append(f"{said}, as the skill asks")
        elif value == 0.5 and name != "intensity":
            reasons.append(f"whether {_ASKED[name]} {asked} cannot be told: counts half")
        else:
            reasons.append(f"{said}, and the skill asks for {asked}" + (": counts half" if value else ""))
    return reasons or ["the skill states no condition: counts half"]


def _said(name: str, read: Sequence[StrEnum]) -> str:
    if all(value.value == _UNCLEAR for value in read):
        return f"{_ASKED[name].removesuffix(' is')}: unclear"
    return f"{_ASKED[name]} {' and '.join(_plain(value) for value in read)}"


def _plain(value: StrEnum) -> str:
    return value.value.replace("_", " ")
