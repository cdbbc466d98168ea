"""How do prototypes become a skill? They are distilled into a document with steps, conditions and pitfalls."""

from typing import Any

from langgraph.config import get_stream_writer
from pydantic import Field

from conversation.model import Value
from nodes.agent import Agent
from nodes.context import acurrent, current
from nodes.errors import ChatError
from nodes.node import Node
from nodes.workbench import bench_of
from skills_bank.grouping import SkillGroup
from skills_bank.prototype import Prototype
from skills_bank.skill import Lineage, Skill, Status


class DistillerQuestion(Value):
    """Prototypes that belong together: the same kind of moment, met in ways that helped and ways that harmed.

    The surest come first: prototypes of few units were pooled with what the same move does elsewhere.
    """

    skill_id: str
    helped: tuple[Prototype, ...] = Field(min_length=1)
    harmed: tuple[Prototype, ...] = ()
    followed_by: tuple[Prototype, ...] = Field(default=(), description="what helped next, for skills that span turns")
    source: str
    licence: str


DISTILLER = Agent(role="distiller", question=DistillerQuestion, answer=Skill)


def question_about(group: SkillGroup, source: str, licence: str) -> DistillerQuestion:
    """The group as a question."""
    return DistillerQuestion(
        skill_id=group.id,
        helped=group.helped,
        harmed=group.harmed,
        followed_by=group.followed_by,
        source=source,
        licence=licence,
    )


def grounded(answer: Skill, question: DistillerQuestion, group: SkillGroup, run: str) -> Skill:
    """The answer with what no model decides: id, licence, sources, evidence and lineage are the harness's own."""
    sources = tuple(dict.fromkeys((*answer.sources, question.source)))
    return answer.model_copy(
        update={
            "id": question.skill_id,
            "version": 1,
            "status": Status.ACTIVE,
            "reviews": (),
            "licence": question.licence,
            "sources": sources,
            "evidence": (group.evidence,),
            "lineage": Lineage(run=run, author="ESC-Skills discovery"),
        }
    )


def _ask(state: Any) -> tuple[DistillerQuestion, SkillGroup]:
    group = bench_of(state["bench"]).groups[state["group"]]
    return question_about(group, state["source"], state["licence"]), group


def _tell(state: Any, question: DistillerQuestion, group: SkillGroup, answer: Skill) -> dict[str, Any]:
    bench = bench_of(state["bench"])
    bench.skills[group.id] = grounded(answer, question, group, state["run"])
    get_stream_writer()({"event": "distilled", "done": len(bench.skills), "total": len(bench.groups)})
    return {"distilled": 1}


def _failed(state: Any, error: ChatError) -> dict[str, Any]:
    return {"failures": [f"skill {state['group']}: {type(error).__name__}: {error}"]}


def _distil(state: Any) -> dict[str, Any]:
    question, group = _ask(state)
    resources = current()
    try:
        answer = resources.chat.ask(DISTILLER, question, seed=resources.context.seed)
    except ChatError as error:
        return _failed(state, error)
    return _tell(state, question, group, answer)


async def _adistil(state: Any) -> dict[str, Any]:
    question, group = _ask(state)
    resources = await acurrent()
    try:
        answer = await resources.chat.aask(DISTILLER, question, seed=resources.context.seed)
    except ChatError as error:
        return _failed(state, error)
    return _tell(state, question, group, answer)


distil = Node("distil", _distil, _adistil)
"""Node, one of a fan-out: distils the group `group` of the run. A failed call is recorded and costs it alone."""
