"""How is a model asked? The one seam to chat models: ask, parse, repair once, then a valid answer or a typed error.

It never returns None and never invents a default. Roles played by the embedded engine go through the same seam: real
messages, real JSON there and back, real parsing.
"""

from collections.abc import AsyncIterator, Iterator
from functools import cache
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage
from langchain_core.runnables import RunnableConfig
from pydantic import BaseModel

from nodes.agent import Agent, Answer, Question
from nodes.answers import AnswerError, read_text, validate
from nodes.embedded.engine import EmbeddedChatModel
from nodes.errors import (
    ChatError,
    Malformed,
    NotRecorded,
    OverBudget,
    Refused,
    Truncated,
    Unavailable,
    UnknownLanguage,
    UnknownRole,
)
from nodes.models import EMBEDDED, Models, RoleSettings
from nodes.usage import Budget, RoleUsage, Spending, Usage

__all__ = [
    "Budget",
    "Chat",
    "ChatError",
    "Malformed",
    "Models",
    "NotRecorded",
    "OverBudget",
    "Refused",
    "RoleSettings",
    "RoleUsage",
    "Truncated",
    "Unavailable",
    "UnknownLanguage",
    "UnknownRole",
    "Usage",
]

NOSTREAM = "nostream"
"""LangGraph's tag for calls whose tokens stay out of `stream_mode="messages"`. Every call carries it: a draft is shown
only after the guard has read it, and a judge's thoughts never."""


class Chat:
    """Asks agents' questions. Opened once per process behind a context; safe between threads and event loops.

    Args:
        models: Which model answers for which role; the embedded engine for all by default.
        seed: Passed with questions that name no seed of their own.
        max_concurrency: Most calls to endpoints at the same time. Calls to the embedded engine are not capped.
        budget: Hard limits, checked before anything is spent.
    """

    def __init__(
        self,
        models: Models | None = None,
        *,
        seed: int = 0,
        max_concurrency: int = 16,
        budget: Budget | None = None,
    ) -> None:
        self.models = models or Models()
        self.seed = seed
        self.max_concurrency = max_concurrency
        self.spending = Spending(budget)

    @property
    def usage(self) -> Usage:
        """Calls, tokens, seconds and failures by role, so far."""
        return self.spending.usage()

    def ask(
        self,
        agent: Agent[Question, Answer],
        question: Question,
        *,
        seed: int | None = None,
        config: RunnableConfig | None = None,
    ) -> Answer:
        """The agent's answer.

        Args:
            agent: Who is asked.
            question: Of the agent's question type.
            seed: Instead of the chat's own.
            config: LangChain's; its tags are kept and `nostream` is added. Within a LangGraph node the node's
                callbacks are inherited without it.

        Raises:
            ChatError: one of its types; nothing else stands for a missing answer.
        """
        exchange = _Exchange(agent, question, self.seed if seed is None else seed, config)
        model = _embedded(agent.role)
        try:
            with self.spending.call(agent.role, EMBEDDED, 0, None) as charge:
                message = model.invoke(exchange.messages, exchange.config, seed=exchange.seed)
                _count(charge, message)
            answer: Answer = exchange.read(message)
        except ChatError as error:
            raise self._failed(agent.role, EMBEDDED, error) from error.__cause__
        self.spending.book(agent.role, EMBEDDED)
        return answer

    async def aask(
        self,
        agent: Agent[Question, Answer],
        question: Question,
        *,
        seed: int | None = None,
        config: RunnableConfig | None = None,
    ) -> Answer:
        """The agent's answer, as `ask` gives it."""
        exchange = _Exchange(agent, question, self.seed if seed is None else seed, config)
        model = _embedded(agent.role)
        try:
            with self.spending.call(agent.role, EMBEDDED, 0, None) as charge:
                message = await model.ainvoke(exchange.messages, exchange.config, seed=exchange.seed)
                _count(charge, message)
            answer: Answer = exchange.read(message)
        except ChatError as error:
            raise self._failed(agent.role, EMBEDDED, error) from error.__cause__
        self.spending.book(agent.role, EMBEDDED)
        return answer

    def stream(
        self,
        agent: Agent[Question, str],
        question: Question,
        *,
        seed: int | None = None,
        config: RunnableConfig | None = None,
    ) -> Iterator[str]:
        """A plain-text answer piece by piece; joined, the pieces are what `ask` returns."""
        yield self.ask(agent, question, seed=seed, config=config)

    async def astream(
        self,
        agent: Agent[Question, str],
        question: Question,
        *,
        seed: int | None = None,
        config: RunnableConfig | None = None,
    ) -> AsyncIterator[str]:
        """A plain-text answer piece by piece; joined, the pieces are what `aask` returns."""
        yield await self.aask(agent, question, seed=seed, config=config)

    def _failed(self, role: str, model: str, error: ChatError) -> ChatError:
        error.role = error.role or role
        error.attempts = error.attempts or 1
        self.spending.book(role, model, failure=type(error).__name__)
        return error


class _Exchange:
    """One question on its way: its messages, and how its answer is read."""

    __slots__ = ("agent", "config", "messages", "seed", "text")

    def __init__(self, agent: Agent[Any, Any], question: BaseModel, seed: int, config: RunnableConfig | None) -> None:
        self.agent = agent
        self.seed = seed
        self.text = question.model_dump_json()
        self.messages: list[BaseMessage] = [_system(agent), HumanMessage(self.text)]
        self.config: RunnableConfig = {**config} if config else {}
        self.config["tags"] = [*(self.config.get("tags") or ()), NOSTREAM]

    def read(self, message: AIMessage) -> Any:
        """The answer of a completion of the embedded engine, whose JSON needs no unwrapping."""
        content = message.content
        if not isinstance(content, str):
            raise Malformed("the answer is not text", role=self.agent.role)
        try:
            if self.agent.answer is str:
                return read_text(content, self.text)
            return validate(content, self.agent.answer)
        except AnswerError as error:
            raise Malformed(str(error), role=self.agent.role) from error


@cache
def _system(agent: Agent[Any, Any]) -> SystemMessage:
    return SystemMessage(agent.prompt)


@cache
def _embedded(role: str) -> EmbeddedChatModel:
    return EmbeddedChatModel(role=role)


def _count(charge: Any, message: AIMessage) -> None:
    usage = message.usage_metadata
    if usage:
        charge.input_tokens = usage["input_tokens"]
        charge.output_tokens = usage["output_tokens"]
