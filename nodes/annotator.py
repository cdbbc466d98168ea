"""What happened in each exchange of a recorded dialogue? Labels for states, actions and changes."""

from pydantic import Field

from conversation.dialogue import Speaker
from conversation.model import Value
from conversation.seeker import SeekerState
from conversation.support import ResponseChange, SupportMove, UnsafeIntervention
from nodes.agent import Agent


class Run(Value):
    """A run of messages by one speaker, joined."""

    speaker: Speaker
    text: str


class AnnotatorQuestion(Value):
    """A whole dialogue as merged runs. No outcome, survey, feedback or strategy: text only."""

    locale: str = "en"
    runs: tuple[Run, ...]


class SeekerLabels(Value):
    """Labels of one seeker run."""

    run: int = Field(ge=0, description="index into the question's runs")
    state: SeekerState
    change: ResponseChange | None = Field(description="against the seeker run before; None at the first")
    new_risk: bool = False


class SupporterLabels(Value):
    """Labels of one supporter run."""

    run: int = Field(ge=0)
    moves: tuple[SupportMove, ...] = Field(description="at most two, primary first; empty when unclear")
    flags: tuple[UnsafeIntervention, ...] = ()


class Annotation(Value):
    """Labels for every run of the question, in order."""

    seeker: tuple[SeekerLabels, ...]
    supporter: tuple[SupporterLabels, ...]


ANNOTATOR = Agent(role="annotator", question=AnnotatorQuestion, answer=Annotation)
