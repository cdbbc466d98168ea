"""What does the supporter answer? Plain text, made with one step of one skill, or without a skill."""

from typing import Any

from pydantic import Field

from conversation.dialogue import Transcript
from conversation.episode import Finding
from conversation.model import Value
from conversation.seeker import SeekerState
from nodes.agent import Agent
from nodes.context import Resources
from nodes.node import agent_node
from nodes.retriever import Choice
from nodes.turn import TurnState, passed_gate, transcript_of
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


def _ask(state: TurnState, resources: Resources) -> SupporterQuestion:
    passed_gate(state, resources.context.locale)
    choice = Choice.model_validate(state["choice"])
    found = [Finding.model_validate(finding) for finding in state.get("findings", [])]
    return SupporterQuestion(
        transcript=transcript_of(state["messages"]),
        state=SeekerState.model_validate(state["seeker"]),
        skill=choice.skill,
        step_id=choice.step_id,
        how=choice.how,
        findings=tuple(f"{finding.kind.value}: {finding.words}" for finding in found),
    )


def _tell(state: TurnState, answer: str, resources: Resources) -> dict[str, Any]:
    return {"draft": answer, "drafts": state.get("drafts", 0) + 1}


respond = agent_node(SUPPORTER, _ask, _tell)
"""Node: writes `draft`. It is not a reply before the guard has read it."""
