"""What is a skill? An executable unit of support that can be read, audited and rolled back.

When it applies and when it must not be used, its steps (which may span several turns), what to expect, what can go
wrong, examples, evidence and lineage.
"""

import hashlib
from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator

from conversation.model import Value
from conversation.seeker import Activity, Emotion, Need, Readiness, Resistance, RiskTier, Scenario
from conversation.support import ResponseChange, SupportMove

SKILL_SCHEMA = 1
"""Version of this schema; raised when a field changes its meaning."""

SkillId = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
"""Lowercase letters, digits and single hyphens, as the Agent Skills format asks of a folder's name."""


class Status(StrEnum):
    """`candidate` skills live only in previews; `retired` ones stay readable and are never retrieved."""

    CANDIDATE = "candidate"
    ACTIVE = "active"
    RETIRED = "retired"


class Conditions(Value):
    """What the seeker's state must look like. An empty tuple means *any*; several fields must all hold."""

    scenarios: tuple[Scenario, ...] = ()
    activities: tuple[Activity, ...] = ()
    emotions: tuple[Emotion, ...] = ()
    needs: tuple[Need, ...] = ()
    readiness: tuple[Readiness, ...] = ()
    resistance: tuple[Resistance, ...] = ()
    intensity: tuple[int, int] = Field(default=(1, 5), description="lowest and highest intensity, both included")
    words: str = Field(description="the same in words, for people and for language models")


class Exclusions(Value):
    """When the skill must not be used. One match is enough. Risk from `tier` upwards always excludes."""

    tier: RiskTier = Field(default=RiskTier.CONCERN, description="the lowest tier at which it must not be used")
    scenarios: tuple[Scenario, ...] = ()
    activities: tuple[Activity, ...] = ()
    needs: tuple[Need, ...] = ()
    readiness: tuple[Readiness, ...] = ()
    resistance: tuple[Resistance, ...] = ()
    words: str


class Requirement(StrEnum):
    """What must have come first in the conversation."""

    HEARD = "feeling_heard"
    PERMISSION = "permission"
    PROBLEM_NAMED = "problem_named"


class Step(Value):
    """One step of a skill: a turn, or a few."""

    id: SkillId
    aim: str = Field(description="what this step is for, one sentence")
    moves: tuple[SupportMove, ...] = Field(min_length=1, description="in the order in which they are made")
    actions: tuple[str, ...] = Field(min_length=1, description="what to do, in words")
    wording: tuple[str, ...] = Field(
        default=(),
        description="ways to say it; slots {problem} {feeling} {person} {effort} {quote} take the seeker's own words",
    )
    avoid: tuple[str, ...] = ()
    advance_when: tuple[ResponseChange, ...] = Field(default=(), description="go on when one of these is read")
    repair_when: tuple[ResponseChange, ...] = Field(default=(), description="repair or stop when one of these is read")
    most_turns: Annotated[int, Field(ge=1, le=5)] = 1


class Exit(Value):
    """How the skill ends."""

    done_when: str
    stop_when: str
    next_skills: tuple[SkillId, ...] = ()


class Expected(Value):
    """What should change in the seeker, and how soon."""

    changes: tuple[ResponseChange, ...] = Field(min_length=1)
    within_turns: Annotated[int, Field(ge=1, le=8)] = 2
    allowed_dip: str = Field(default="", description="a passing worsening that is part of it; empty for none")


class Pitfall(Value):
    """Something that goes wrong with this skill."""

    what: str
    sign: str
    instead: str


class Example(Value):
    """An invented or rewritten exchange; never a quote from a dialogue."""

    before: str
    reply: str
    after: str
    good: bool = Field(description="False for a counter-example")
    note: str = ""


class EvidenceSource(StrEnum):
    """Kinds of evidence, which are never pooled."""

    HUMAN = "human"
    SIMULATED = "simulated"
    AUTHORED = "authored"


class Evidence(Value):
    """What was seen of the skill, in one kind of source."""

    source: EvidenceSource
    helped: Annotated[int, Field(ge=0)] = 0
    harmed: Annotated[int, Field(ge=0)] = 0
    neutral: Annotated[int, Field(ge=0)] = 0
    effect: float | None = Field(default=None, description="share helped minus what is usual in that state, −1 to 1")
    interval: tuple[float, float] | None = Field(default=None, description="95 % interval of the effect")
    group: str = Field(default="", description="for whom, as the appraiser reads them")
    judge: str = Field(default="", description="who judged it: a simulator and judge, or the data set's own labels")
    units: tuple[str, ...] = Field(default=(), description="ids of intervention units, for and against")
    references: tuple[str, ...] = Field(default=(), description="verdicts, publications")


class Relations(Value):
    """How the skill stands to others."""

    conflicts_with: tuple[SkillId, ...] = ()
    precedes: tuple[SkillId, ...] = ()
    replaces: tuple[SkillId, ...] = ()


class Review(Value):
    """A person's sign-off."""

    role: str
    date: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    scope: str
    expires: str | None = Field(default=None, pattern=r"^\d{4}-\d{2}-\d{2}$")


class Lineage(Value):
    """Where this version came from."""

    parents: tuple[str, ...] = Field(default=(), description="'skill@version' of what it was made from")
    change: str = Field(default="", description="id of the change that brought it in")
    run: str = Field(default="", description="id of the run, if any")
    author: str = "ESC-Skills"


class Skill(Value):
    """One version of one skill."""

    id: SkillId
    version: Annotated[int, Field(ge=1)] = 1
    schema_version: int = SKILL_SCHEMA
    title: Annotated[str, Field(min_length=3, max_length=80)]
    summary: Annotated[str, Field(min_length=10, max_length=1024, description="what it does and when to use it")]
    locale: str = "en"
    status: Status = Status.ACTIVE
    reviews: tuple[Review, ...] = ()
    rationale: str = Field(description="why it should help")
    sources: tuple[str, ...] = Field(default=(), description="citations, or ids of the data it was mined from")
    licence: str = "Apache-2.0"
    applies: Conditions
    requires: tuple[Requirement, ...] = ()
    excludes: Exclusions
    steps: tuple[Step, ...] = Field(min_length=1, max_length=6)
    exit: Exit
    expected: Expected
    pitfalls: tuple[Pitfall, ...] = ()
    examples: tuple[Example, ...] = ()
    relations: Relations = Relations()
    evidence: tuple[Evidence, ...] = ()
    limits: str = Field(default="", description="groups in which it has not been tested, and other bounds")
    lineage: Lineage = Lineage()

    @model_validator(mode="after")
    def _steps_have_distinct_ids(self) -> "Skill":
        ids = [step.id for step in self.steps]
        if len(set(ids)) != len(ids):
            raise ValueError(f"steps of skill '{self.id}' share an id: {', '.join(ids)}")
        return self

    @property
    def ref(self) -> str:
        """`id@version`, the immutable name of this version."""
        return f"{self.id}@{self.version}"

    @property
    def content_hash(self) -> str:
        """SHA-256 over what decides behaviour and retrieval: everything but version, status, lineage and reviews."""
        body = self.model_dump_json(exclude={"version", "status", "lineage", "reviews"})
        return hashlib.sha256(body.encode()).hexdigest()

    @property
    def moves(self) -> tuple[SupportMove, ...]:
        """All moves of all steps, in order, repeats kept."""
        return tuple(move for step in self.steps for move in step.moves)

    def step(self, step_id: str) -> Step:
        """The step of that id.

        Raises:
            KeyError: the skill has no such step.
        """
        for step in self.steps:
            if step.id == step_id:
                return step
        raise KeyError(f"skill '{self.ref}' has no step '{step_id}'; it has {', '.join(s.id for s in self.steps)}")
