"""What state is the seeker in? Reads the conversation and nothing else."""

from typing import Any

from pydantic import Field

from conversation.dialogue import Transcript
from conversation.model import Value
from conversation.seeker import SeekerState
from nodes.agent import Agent
from nodes.context import Resources
from nodes.node import agent_node
from nodes.summariser import shown
from nodes.turn import TurnState, passed_gate


class AppraiserQuestion(Value):
    """The conversation as it stands; the last line is the seeker's."""

    transcript: Transcript
    summary: str = Field(default="", description="of what was trimmed before the first line")


APPRAISER = Agent(role="appraiser", question=AppraiserQuestion, answer=SeekerState)


def _ask(state: TurnState, resources: Resources) -> AppraiserQuestion:
    passed_gate(state, resources.context.locale)
    lines, summary = shown(state)
    return AppraiserQuestion(transcript=lines, summary=summary)


def _tell(state: TurnState, answer: SeekerState, resources: Resources) -> dict[str, Any]:
    # The gate alone speaks of risk: whatever the appraiser says of it is replaced by the gate's verdict.
    risk = passed_gate(state, resources.context.locale)
    return {"seeker": answer.model_copy(update={"risk": risk}).model_dump(mode="json")}


appraise = agent_node(APPRAISER, _ask, _tell)
"""Node: reads the seeker's state into `seeker`."""
