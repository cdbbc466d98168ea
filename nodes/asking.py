"""How does an agent become a node? Its question is made from the state, asked, and its answer told to the state.

One definition serves `invoke` and `ainvoke`: an async-only node would break the first, a sync one would block a server.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from langchain_core.runnables import RunnableLambda
from pydantic import BaseModel

from nodes.agent import Agent
from nodes.context import Resources, current

Question = TypeVar("Question", bound=BaseModel)
Answer = TypeVar("Answer", bound=BaseModel | str)


def agent_node(
    agent: Agent[Question, Answer],
    ask: Callable[[Any, Resources], Question],
    tell: Callable[[Any, Answer, Resources], Mapping[str, Any]],
    *,
    seed: Callable[[Any], int | None] = lambda state: state.get("seed"),
) -> RunnableLambda[Any, Mapping[str, Any]]:
    """A node that asks one agent one question.

    Args:
        agent: Who is asked.
        ask: Makes the question from the state.
        tell: The changed keys, from the state before and the answer.
        seed: The seed of this question; None takes the run's.
    """

    def run(state: Any) -> Mapping[str, Any]:
        resources = current()
        answer = resources.chat.ask(agent, ask(state, resources), seed=_seed(state, resources))
        return tell(state, answer, resources)

    async def arun(state: Any) -> Mapping[str, Any]:
        resources = current()
        answer = await resources.chat.aask(agent, ask(state, resources), seed=_seed(state, resources))
        return tell(state, answer, resources)

    def _seed(state: Any, resources: Resources) -> int:
        own = seed(state)
        return resources.context.seed if own is None else own

    return RunnableLambda(run, arun, name=agent.role)
