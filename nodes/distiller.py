"""How do prototypes become a skill? They are distilled into a document with steps, conditions and pitfalls."""

from pydantic import Field

from conversation.model import Value
from nodes.agent import Agent
from skills_bank.prototype import Prototype
from skills_bank.skill import Skill


class DistillerQuestion(Value):
    """Prototypes that belong together: the same kind of moment, met in ways that helped and ways that harmed."""

    skill_id: str
    helped: tuple[Prototype, ...] = Field(min_length=1)
    harmed: tuple[Prototype, ...] = ()
    followed_by: tuple[Prototype, ...] = Field(default=(), description="what helped next, for skills that span turns")
    source: str
    licence: str


DISTILLER = Agent(role="distiller", question=DistillerQuestion, answer=Skill)
