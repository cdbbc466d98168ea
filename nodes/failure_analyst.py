"""Why did an episode fail or waver? Findings, with the turns that show them."""

from enum import StrEnum

from pydantic import Field

from conversation.episode import Finding, SkillScore, SkillUse
from conversation.model import Value
from conversation.seeker import SeekerState
from nodes.agent import Agent
from skills_bank.skill import Skill


class DiagnosisKind(StrEnum):
    """Five things that can be wrong with a bank."""

    MISSING_SKILL = "missing_skill"
    UNSAFE_INTERVENTION = "unsafe_intervention"
    PROFILE_MISMATCH = "profile_mismatch"
    MISAPPLIED_SKILL = "misapplied_skill"
    INEFFECTIVE_SKILL = "ineffective_skill"


class AnalystTurn(Value):
    """One exchange as the analyst may see it: the judge's thoughts and score, never the intention."""

    seeker: str
    state: SeekerState | None
    reply: str
    used: SkillUse | None
    considered: tuple[SkillScore, ...] = ()
    findings: tuple[Finding, ...] = ()
    monologue: str
    feeling: str
    change: int
    emotion: int


class AnalystQuestion(Value):
    """An episode without profile, and the skills that were used in it."""

    episode_id: str
    turns: tuple[AnalystTurn, ...]
    skills: tuple[Skill, ...]


class AnalystFinding(Value):
    """One thing that went wrong in one episode."""

    kind: DiagnosisKind
    skill_id: str = Field(default="", description="the skill concerned; empty for a missing one")
    step_id: str = ""
    turns: tuple[int, ...] = Field(min_length=1, description="indices of the exchanges that show it")
    loss: int = Field(ge=0, description="points of emotion lost, or not gained, over those turns")
    why: str


class Analysis(Value):
    """All findings in one episode; empty when nothing went wrong."""

    findings: tuple[AnalystFinding, ...]


FAILURE_ANALYST = Agent(role="failure_analyst", question=AnalystQuestion, answer=Analysis)
