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
Flags = npt.NDArray[np.bool_]
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
    return 0.5 if _is_unclear(read) else 0.0


def _is_unclear(read: Sequence[StrEnum]) -> bool:
    return all(value == _UNCLEAR for value in read)


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
    """The fit of many skills at once: values are looked up, not compared, so that a thousand skills cost no more."""

    def __init__(self, skills: Sequence[Skill]) -> None:
        conditions = [skill.applies for skill in skills]
        self._listed: dict[tuple[str, StrEnum], Flags] = {}
        for place, one in enumerate(conditions):
            for name in FIELDS:
                for value in getattr(one, name):
                    self._listed.setdefault((name, value), np.zeros(len(skills), dtype=bool))[place] = True
        self._nowhere = np.zeros(len(skills), dtype=bool)
        self._stated = {name: np.array([bool(getattr(one, name)) for one in conditions], dtype=bool) for name in FIELDS}
        self._bounds = np.array([one.intensity for one in conditions], dtype=np.int64).reshape(-1, 2)
        self._bounded = np.any(self._bounds != _ANY_INTENSITY, axis=1)
        self._fields = np.sum([*self._stated.values(), self._bounded], axis=0) + 1.0

    def of(self, state: SeekerState) -> Numbers:
        """Fit of every skill, shape (skills,), 0 to 1; the same as `fit` gives one by one."""
        outside = np.max([self._bounds[:, 0] - state.intensity, state.intensity - self._bounds[:, 1]], axis=0)
        degrees = self._bounded * (1.0 - np.clip(outside, 0, 2) / 2)
        missed = (self._bounded & (outside >= 2)).astype(np.int64)
        for name, read in readings(state).items():
            stated = self._stated[name]
            held = self._listed.get((name, read[0]), self._nowhere)
            for value in read[1:]:
                held = held | self._listed.get((name, value), self._nowhere)
            degrees += held
            if _is_unclear(read):
                degrees += 0.5 * (stated & ~held)
            else:
                missed += stated & ~held
        return np.asarray(np.round((degrees + 0.5) / self._fields * 0.5**missed, 4), dtype=np.float64)


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
    if _is_unclear(read):
        return f"{_ASKED[name].removesuffix(' is')}: unclear"
    return f"{_ASKED[name]} {' and '.join(_plain(value) for value in read)}"


def _plain(value: StrEnum) -> str:
    return value.value.replace("_", " ")
