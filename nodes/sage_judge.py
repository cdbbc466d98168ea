"""How does the seeker take a reply? SAGE's appraisal: before the seeker answers, and after the last reply too."""

from pydantic import Field

from conversation.dialogue import Transcript
from conversation.episode import Appraisal, EmotionPoints
from conversation.model import Value
from conversation.profile import Profile
from nodes.agent import Agent


class JudgeQuestion(Value):
    """The seeker's whole profile, the conversation, and the emotion before the last reply, which is the supporter's."""

    profile: Profile
    transcript: Transcript
    emotion: EmotionPoints
    turn: int = Field(ge=0, description="index of the exchange, from 0")


SAGE_JUDGE = Agent(role="sage_judge", question=JudgeQuestion, answer=Appraisal)
