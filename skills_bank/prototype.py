"""What is a prototype? A cluster of intervention units alike in (state, action), with how often it helped and harmed."""

from typing import Annotated

from pydantic import Field

from conversation.model import Value
from conversation.seeker import Activity, Emotion, Need, Readiness, Resistance, Scenario
from conversation.support import SupportMove


class Prototype(Value):
    """One cluster. Ids are the same whatever the order of the input."""

    id: str
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
    interval: tuple[float, float] = Field(description="95 % Wilson interval of helped / (helped + harmed)")
    effect: float = Field(description="helped share minus what is usual in that state, −1 to 1")
    effect_interval: tuple[float, float] | None = None
