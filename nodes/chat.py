"""How is a model asked? The one seam to chat models: ask, parse, repair once, then a valid answer or a typed error.

It never returns None and never invents a default. Roles played by the embedded engine go through the same seam: real
messages, real JSON there and back, real parsing.
"""

import asyncio
import weakref
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing, contextmanager
from functools import cache
from pathlib import Path
from typing import Any, cast

from langchain_core.messages import AIMessage, AIMessageChunk
from langchain_core.runnables import RunnableConfig

from nodes.agent import Agent, Answer, Question
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
from nodes.seam.answers import TextStream
from nodes.seam.endpoint import Endpoint, Request
from nodes.seam.exchange import Exchange
from nodes.seam.ladder import Form
from nodes.seam.loop import CallLoop, call_loop
from nodes.seam.recording import Recorded, Recorder, Replay, question_key
from nodes.seam.spending import Charge, Spending
from nodes.usage import Budget, RoleUsage, Usage

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


class Chat:
    """Asks agents' questions. Opened once per process behind a context; safe between threads and event loops.

    Args:
        models: Which model answers for which role; the embedded engine for all by default.
        seed: Passed with questions that name no seed of their own.
        max_concurrency: Most requests of this chat to endpoints at the same time. All chats of a process share as
            many as the largest of them has. The embedded engine is not capped: it computes, it does not wait.
        budget: Hard limits, checked before anything is spent.
        record: A new file to which the answers of language models are written.
        replay: A recording that answers in the place of the language models; nothing is sent anywhere.

    Raises:
        FileExistsError: `record` exists already.
        FileNotFoundError: `replay` does not exist.
        ValueError: `replay` is no recording, or both are given.
    """

    def __init__(
        self,
        models: Models | None = None,
        *,
        seed: int = 0,
        max_concurrency: int = 16,
        budget: Budget | None = None,
        record: Path | None = None,
        replay: Path | None = None,
    ) -> None:
        self.models = models or Models()
        self.seed = seed
        self.max_concurrency = max_concurrency
        self.spending = Spending(budget)
        if record and replay:
            raise ValueError("a run is either recorded or replayed: give one of the two files")
        self._recorder = Recorder(record) if record else None
        self._replay = Replay(replay) if replay else None
        self._owner = _Owner()
        self._endpoints: list[Endpoint] = []
        self._forms: dict[tuple[str, str], Form] = {}
        self._loop: CallLoop | None = None
        # A chat that is dropped without `close` leaves no open connection behind.
        weakref.finalize(self, _close_later, self._endpoints).atexit = False

    @property
    def usage(self) -> Usage:
        """Calls, tokens, seconds, failures and money by role, so far."""
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
            NotRecorded: a replay, whose recording does not hold the question.
        """
        exchange = Exchange(agent, question, self.seed if seed is None else seed, config)
        settings = self.models.of(agent.role)
        if not settings.embedded:
            return cast("Answer", self._calls().run(self._ask_endpoint(exchange, settings)))
        try:
            with self.spending.call(agent.role, EMBEDDED, 0, None) as charge:
                message = _embedded(agent.role, False).invoke(exchange.messages, exchange.config, seed=exchange.seed)
                _count(charge, message)
            answer: Answer = exchange.read_embedded(message)
        except ChatError as error:
            self._end(exchange, EMBEDDED, error=error)
            raise
        self._end(exchange, EMBEDDED)
        return answer

    async def aask(
        self,
        agent: Agent[Question, Answer],
        question: Question,
        *,
        seed: int | None = None,
        config: RunnableConfig | None = None,
    ) -> Answer:
        """The agent's answer, as `ask` gives it.

        The embedded engine is invoked in place: it never waits, and LangChain's async path would only cost time.
        """
        settings = self.models.of(agent.role)
        if settings.embedded:
            return self.ask(agent, question, seed=seed, config=config)
        exchange = Exchange(agent, question, self.seed if seed is None else seed, config)
        return cast("Answer", await self._calls().arun(self._ask_endpoint(exchange, settings)))

    def stream(
        self,
        agent: Agent[Question, str],
        question: Question,
        *,
        seed: int | None = None,
        config: RunnableConfig | None = None,
    ) -> Iterator[str]:
        """A plain-text answer piece by piece; joined, the pieces are what `ask` returns.

        It is not repaired: what has been handed out cannot be taken back. Retries end with the first piece.

        Raises:
            ChatError: as `ask`, also in the middle of an answer.
        """
        exchange = Exchange(agent, question, self.seed if seed is None else seed, config)
        settings = self.models.of(agent.role)
        if not settings.embedded:
            yield from self._calls().stream(self._stream_endpoint(exchange, settings))
            return
        try:
            with self.spending.call(agent.role, EMBEDDED, 0, None) as charge:
                text = TextStream()
                for chunk in _embedded(agent.role, True).stream(exchange.messages, exchange.config, seed=exchange.seed):
                    _count(charge, chunk)
                    yield from text.add(chunk.text)
                yield from text.end()
        except ChatError as error:
            self._end(exchange, EMBEDDED, error=error)
            raise
        self._end(exchange, EMBEDDED)

    async def astream(
        self,
        agent: Agent[Question, str],
        question: Question,
        *,
        seed: int | None = None,
        config: RunnableConfig | None = None,
    ) -> AsyncIterator[str]:
        """A plain-text answer piece by piece, as `stream` gives it."""
        if self.models.of(agent.role).embedded:
            for piece in self.stream(agent, question, seed=seed, config=config):
                yield piece
            return
        exchange = Exchange(agent, question, self.seed if seed is None else seed, config)
        async for piece in self._calls().astream(self._stream_endpoint(exchange, self.models.of(agent.role))):
            yield piece

    def close(self) -> None:
        """Close connections to endpoints. The chat can be used again; it opens new ones."""
        endpoints = list(self._endpoints)
        self._endpoints.clear()
        for endpoint in endpoints:
            endpoint.loop.run(endpoint.close())

    async def _ask_endpoint(self, exchange: Exchange, settings: RoleSettings) -> Any:
        """On the call loop: one question to a language model, or to its recording."""
        if self._recorder is None:
            return await self._asked(exchange, settings)
        async with self._recorder.asking(_key(exchange, settings.model)) as known:
            if known is not None:
                return self._known(exchange, settings, known)
            return await self._asked(exchange, settings)

    async def _asked(self, exchange: Exchange, settings: RoleSettings) -> Any:
        limit = asyncio.timeout(settings.deadline_s)
        request = exchange.request(limit)
        try:
            if self._replay:
                answer = self._replayed(exchange, settings, self._replay)
            else:
                endpoint = self._endpoint(settings)
                await endpoint.open(streaming=False)
                with _deadline(settings):
                    async with limit:
                        answer = await exchange.with_endpoint(endpoint, request)
        except ChatError as error:
            self._end(exchange, settings.model, request, error)
            raise
        self._end(exchange, settings.model, request)
        return answer

    async def _stream_endpoint(self, exchange: Exchange, settings: RoleSettings) -> AsyncGenerator[str]:
        """On the call loop: the pieces of a plain-text answer."""
        if self._recorder is None:
            async with aclosing(self._streamed(exchange, settings)) as pieces:
                async for piece in pieces:
                    yield piece
            return
        async with self._recorder.asking(_key(exchange, settings.model)) as known:
            if known is not None:
                yield self._known(exchange, settings, known)
                return
            async with aclosing(self._streamed(exchange, settings)) as pieces:
                async for piece in pieces:
                    yield piece

    async def _streamed(self, exchange: Exchange, settings: RoleSettings) -> AsyncGenerator[str]:
        limit = asyncio.timeout(settings.deadline_s)
        request = exchange.request(limit)
        text = TextStream(exchange.question)
        try:
            if self._replay:
                yield self._replayed(exchange, settings, self._replay)
            else:
                whole = AIMessageChunk(content="")
                endpoint = self._endpoint(settings)
                await endpoint.open(streaming=True)
                with _deadline(settings):
                    async with limit, aclosing(endpoint.stream(request)) as pieces:
                        async for chunk in pieces:
                            whole = whole + chunk
                            for piece in text.add(chunk.text):
                                yield piece
                exchange.read(whole)  # what was handed out is judged whole: cut off, refused, empty
                for piece in text.end():
                    yield piece
        except ChatError as error:
            self._end(exchange, settings.model, request, error)
            raise
        self._end(exchange, settings.model, request)

    def _known(self, exchange: Exchange, settings: RoleSettings, text: str) -> Any:
        """What the question was answered before in the run that is recorded."""
        self.spending.book(exchange.agent.role, settings.model)
        return exchange.read_text(text)

    def _replayed(self, exchange: Exchange, settings: RoleSettings, replay: Replay) -> Any:
        recorded = replay.find(_key(exchange, settings.model), exchange.agent.role)
        with self.spending.call(
            exchange.agent.role, settings.model, recorded.input_tokens + recorded.output_tokens, None
        ) as charge:
            charge.input_tokens, charge.output_tokens = recorded.input_tokens, recorded.output_tokens
            charge.money = None if settings.price(0, 0) is None else 0.0  # tokens as recorded; nothing is paid again
        error = recorded.raised()
        if error:
            raise error
        return exchange.read_text(recorded.text)

    def _end(
        self, exchange: Exchange, model: str, request: Request | None = None, error: ChatError | None = None
    ) -> None:
        """Book the end of a question, complete its error, and record both where a recording is kept."""
        role = exchange.agent.role
        kind = type(error).__name__ if error else ""
        self.spending.book(role, model, repaired=exchange.repaired, failure=kind)
        cost = _total(model, request.charges) if request else RoleUsage(model=model, questions=1, calls=1)
        if error:
            error.role = error.role or role
            error.attempts = error.attempts or cost.calls
            error.usage = cost
        if self._recorder and request and not isinstance(error, OverBudget):
            self._recorder.write(
                Recorded(
                    key=_key(exchange, model),
                    role=role,
                    model=model,
                    text="" if error else exchange.text,
                    error=kind,
                    message=error.message if error else "",
                    attempts=cost.calls,
                    input_tokens=cost.input_tokens,
                    output_tokens=cost.output_tokens,
                )
            )

    def _calls(self) -> CallLoop:
        loop = call_loop()
        if self._loop is not loop:  # the first call, or the first after a fork
            self._loop = loop
            self._endpoints.clear()
        return loop

    def _endpoint(self, settings: RoleSettings) -> Endpoint:
        """One endpoint for equal settings; on the call loop only, so that no two are opened."""
        loop = self._calls()
        for endpoint in self._endpoints:
            if endpoint.settings == settings:
                return endpoint
        endpoint = Endpoint(
            settings,
            self.spending,
            loop=loop,
            owner=self._owner,
            limit=self.max_concurrency,
            forms=self._forms,
        )
        self._endpoints.append(endpoint)
        return endpoint


class _Owner:
    """Stands for a chat where a reference to it would keep it alive."""


def _close_later(endpoints: list[Endpoint]) -> None:
    for endpoint in endpoints:
        endpoint.loop.later(endpoint.close())


@cache
def _embedded(role: str, streaming: bool) -> EmbeddedChatModel:
    return EmbeddedChatModel(role=role, disable_streaming=not streaming)


def _count(charge: Charge, message: AIMessage) -> None:
    usage = message.usage_metadata
    if usage:
        charge.input_tokens = usage["input_tokens"]
        charge.output_tokens = usage["output_tokens"]


def _total(model: str, charges: list[Charge]) -> RoleUsage:
    money = [charge.money for charge in charges if charge.money is not None]
    return RoleUsage(
        model=model,
        questions=1,
        calls=len(charges),
        input_tokens=sum(charge.input_tokens for charge in charges),
        output_tokens=sum(charge.output_tokens for charge in charges),
        seconds=sum(charge.seconds for charge in charges),
        money=sum(money) if money else None,
    )


def _key(exchange: Exchange, model: str) -> str:
    agent = exchange.agent
    return question_key(agent.role, model, agent.prompt, exchange.question, str(exchange.schema), exchange.seed)


@contextmanager
def _deadline(settings: RoleSettings) -> Iterator[None]:
    try:
        yield
    except TimeoutError:
        raise Unavailable(
            f"no answer from {settings.model} at {settings.endpoint} within the deadline of {settings.deadline_s:g} s"
        ) from None
