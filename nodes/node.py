"""How does an agent become a node? Its question is made from the state, asked, and its answer told to the state.

One definition serves `invoke` and `ainvoke`: an async-only node would break the first, a sync one would block a server.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from langchain_core.runnables import Runnable, RunnableConfig
from pydantic import BaseModel

from nodes.agent import Agent
from nodes.context import Resources, acurrent, current

Question = TypeVar("Question", bound=BaseModel)
Answer = TypeVar("Answer", bound=BaseModel | str)

Update = Mapping[str, Any]


class Node(Runnable[Any, Any]):
    """A node with a way for threads and a way for event loops.

    `RunnableLambda` would do; it inspects its function and opens callbacks at every call, a tenth of an embedded turn.
    """

    def __init__(self, name: str, run: Callable[[Any], Update], arun: Callable[[Any], Awaitable[Update]]) -> None:
        self.name = name
        self._run = run
        self._arun = arun

    def invoke(self, input: Any, config: RunnableConfig | None = None, **_: Any) -> Update:
        """The changed keys."""
        return self._run(input)

    async def ainvoke(self, input: Any, config: RunnableConfig | None = None, **_: Any) -> Update:
        """The changed keys, awaited."""
        return await self._arun(input)


def seed_of(state: Any, resources: Resources) -> int:
    """The state's own seed where it has one, and the run's otherwise."""
    own = state.get("seed")
    return resources.context.seed if own is None else int(own)


def agent_node(
    agent: Agent[Question, Answer],
    ask: Callable[[Any, Resources], Question],
    tell: Callable[[Any, Answer, Resources], Update],
) -> Node:
    """A node that asks one agent one question, with the state's seed where it has one and the run's otherwise.

    Args:
        agent: Who is asked.
        ask: Makes the question from the state.
        tell: The changed keys, from the state before and the answer.
    """

    def run(state: Any) -> Update:
        resources = current()
        return tell(state, resources.chat.ask(agent, ask(state, resources), seed=seed_of(state, resources)), resources)

    async def arun(state: Any) -> Update:
        resources = await acurrent()
        question = ask(state, resources)
        return tell(state, await resources.chat.aask(agent, question, seed=seed_of(state, resources)), resources)

    return Node(agent.role, run, arun)
