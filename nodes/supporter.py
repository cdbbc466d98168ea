"""What does the supporter answer? Plain text, made with one step of one skill, or without a skill."""

from pydantic import Field

from conversation.dialogue import Transcript
from conversation.model import Value
from conversation.seeker import SeekerState
from nodes.agent import Agent
from skills_bank.skill import Skill


class SupporterQuestion(Value):
    """All that the supporter may know. No profile, no score, no thought of the judge: the type has no room for them."""

    transcript: Transcript
    summary: str = ""
    state: SeekerState
    skill: Skill | None = Field(default=None, description="None: no skill fits; answer without one")
    step_id: str = ""
    how: str = Field(default="none", description="'start', 'continue' or 'repair' the skill; 'none' without one")
    findings: tuple[str, ...] = Field(default=(), description="what the guard found in the first draft")


SUPPORTER = Agent(role="supporter", question=SupporterQuestion, answer=str)
