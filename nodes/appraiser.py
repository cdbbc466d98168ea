"""What state is the seeker in? Reads the conversation and nothing else."""

from pydantic import Field

from conversation.dialogue import Transcript
from conversation.model import Value
from conversation.seeker import SeekerState
from nodes.agent import Agent


class AppraiserQuestion(Value):
    """The conversation as it stands; the last line is the seeker's."""

    transcript: Transcript
    summary: str = Field(default="", description="of what was trimmed before the first line")


APPRAISER = Agent(role="appraiser", question=AppraiserQuestion, answer=SeekerState)
