"""What is a change? One proposed edit of the bank, with its claim, its reason and the evidence that led to it."""

from enum import StrEnum

from pydantic import Field, model_validator

from conversation.model import Value
from conversation.seeker import Activity, Emotion, Need, Resistance, Scenario
from skills_bank.skill import Skill, SkillId


class ChangeKind(StrEnum):
    """Six kinds of edit."""

    ADD = "add"
    REVISE = "revise"
    RESTRICT = "restrict"
    MERGE = "merge"
    SPLIT = "split"
    RETIRE = "retire"


class Claim(StrEnum):
    """What the change claims; it enters only if that is shown (`acceptance.py`)."""

    GAIN = "gain"
    SAFETY = "safety"
    UPKEEP = "upkeep"


class Group(Value):
    """Seekers as the appraiser can read them. Empty tuples mean any. Never an intention, never a character."""

    needs: tuple[Need, ...] = ()
    activities: tuple[Activity, ...] = ()
    emotions: tuple[Emotion, ...] = ()
    resistance: tuple[Resistance, ...] = ()
    scenarios: tuple[Scenario, ...] = ()

    def __str__(self) -> str:
        """In words, for tables."""
        parts = [
            f"{name}: {' or '.join(value.value.replace('_', ' ') for value in values)}"
            for name, values in (
                ("need", self.needs),
                ("activity", self.activities),
                ("emotion", self.emotions),
                ("resistance", self.resistance),
                ("scenario", self.scenarios),
            )
            if values
        ]
        return "; ".join(parts) or "all seekers"


_TARGETS = {
    ChangeKind.ADD: (0, 0),
    ChangeKind.REVISE: (1, 1),
    ChangeKind.RESTRICT: (1, 1),
    ChangeKind.MERGE: (2, 8),
    ChangeKind.SPLIT: (1, 1),
    ChangeKind.RETIRE: (1, 1),
}
_RESULTS = {
    ChangeKind.ADD: (1, 1),
    ChangeKind.REVISE: (1, 1),
    ChangeKind.RESTRICT: (1, 1),
    ChangeKind.MERGE: (1, 1),
    ChangeKind.SPLIT: (2, 4),
    ChangeKind.RETIRE: (0, 0),
}


class Change(Value):
    """One edit.

    `targets` are the living skills that it touches; `skills` are the resulting bodies. The bank assigns versions: a
    body whose id is a target becomes its next version; a new id starts at 1; a target without a body is retired.
    """

    id: str = Field(min_length=1, description="unique; the same content under the same run gives the same id")
    kind: ChangeKind
    claim: Claim
    targets: tuple[SkillId, ...] = ()
    skills: tuple[Skill, ...] = ()
    author: str
    reason: str = Field(min_length=1)
    evidence: tuple[str, ...] = Field(default=(), description="ids of units, episodes or diagnoses")
    concerns: Group = Group()
    expected_effect: str = ""
    run: str = ""

    @model_validator(mode="after")
    def _shape_fits_kind(self) -> "Change":
        least, most = _TARGETS[self.kind]
        if not least <= len(self.targets) <= most:
            raise ValueError(f"a '{self.kind}' change names {least} to {most} targets, not {len(self.targets)}")
        least, most = _RESULTS[self.kind]
        if not least <= len(self.skills) <= most:
            raise ValueError(f"a '{self.kind}' change brings {least} to {most} skills, not {len(self.skills)}")
        if self.kind in (ChangeKind.REVISE, ChangeKind.RESTRICT) and self.skills[0].id != self.targets[0]:
            raise ValueError(f"a '{self.kind}' change keeps the id '{self.targets[0]}', not '{self.skills[0].id}'")
        return self
