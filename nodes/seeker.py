"""What does the simulated seeker say next?"""

from pydantic import Field

from conversation.dialogue import Transcript
from conversation.episode import Appraisal, EmotionPoints
from conversation.model import Value
from conversation.profile import Profile
from nodes.agent import Agent


class SeekerQuestion(Value):
    """The seeker's own profile and how the last reply was taken. The last line of the transcript is the supporter's."""

    profile: Profile
    transcript: Transcript
    emotion: EmotionPoints = Field(description="after the last reply")
    appraisal: Appraisal
    turn: int = Field(ge=0, description="index of the exchange just ended, from 0")


class SeekerReply(Value):
    """The seeker's next message, with the steps that led to it (SAGE)."""

    attitude: str
    goal: str
    text: str = Field(min_length=1, description="the message; never reveals the hidden intention")
    ends: bool = Field(default=False, description="whether the seeker says goodbye with it")


SEEKER = Agent(role="seeker", question=SeekerQuestion, answer=SeekerReply)
