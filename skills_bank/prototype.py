"""What is a prototype? Intervention units alike in (state, action), with how often they helped and harmed."""

from typing import Annotated

from pydantic import Field

from conversation.model import Value
from conversation.seeker import Activity, Emotion, Need, Readiness, Resistance, Scenario
from conversation.support import ResponseChange, SupportMove, UnsafeIntervention


class Prototype(Value):
    """One cluster. Ids are the same whatever the order of the input."""

    id: str
    moment: str = Field(default="", description="the kind of moment it belongs to; others of it share the state")
    activity: Activity
    moves: tuple[SupportMove, ...] = Field(min_length=1)
    scenarios: tuple[Scenario, ...] = ()
    emotions: tuple[Emotion, ...] = ()
    needs: tuple[Need, ...] = ()
    readiness: tuple[Readiness, ...] = ()
    resistance: tuple[Resistance, ...] = ()
    units: tuple[str, ...] = Field(description="ids of the members, sorted")
    helped: Annotated[int, Field(ge=0)]
    harmed: Annotated[int, Field(ge=0)]
    neutral: Annotated[int, Field(ge=0, description="units like these in which nothing changed")] = 0
    changes: tuple[ResponseChange, ...] = Field(default=(), description="what changed where it helped, commonest first")
    setbacks: tuple[ResponseChange, ...] = Field(default=(), description="the same where it harmed")
    flags: tuple[UnsafeIntervention, ...] = Field(default=(), description="found where it harmed, commonest first")
    interval: tuple[float, float] = Field(description="95 % Wilson interval of helped / (helped + harmed)")
    effect: float = Field(description="helped share minus what is usual in that state, −1 to 1")
    effect_interval: tuple[float, float] | None = None
