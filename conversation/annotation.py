"""What do the labels of a recorded dialogue look like? One entry for each run of messages by one speaker."""

from pydantic import Field

from conversation.model import Value
from conversation.seeker import SeekerState
from conversation.support import ResponseChange, SupportMove, UnsafeIntervention


class SeekerLabels(Value):
    """Labels of one seeker run."""

    run: int = Field(ge=0, description="index into the dialogue's merged runs")
    state: SeekerState
    change: ResponseChange | None = Field(description="against the seeker run before; None at the first")
    new_risk: bool = False


class SupporterLabels(Value):
    """Labels of one supporter run."""

    run: int = Field(ge=0)
    moves: tuple[SupportMove, ...] = Field(description="at most two, primary first; empty when unclear")
    flags: tuple[UnsafeIntervention, ...] = ()


class Annotation(Value):
    """Labels for every run of a dialogue, in order."""

    seeker: tuple[SeekerLabels, ...]
    supporter: tuple[SupporterLabels, ...]
