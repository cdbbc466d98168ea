"""How does one question become an answer? Asked, checked, read, and repaired once where it could not be read."""

import asyncio
from functools import cache
from typing import Any

from langchain_core.callbacks import BaseCallbackManager, Callbacks
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage
from langchain_core.runnables import RunnableConfig
from langchain_core.runnables.config import ensure_config
from langchain_core.tracers._streaming import _StreamingCallbackHandler
from pydantic import BaseModel
from pydantic_core import PydanticSerializationError

from nodes.agent import Agent
from nodes.errors import ChatError, Malformed, Refused, Truncated
from nodes.seam.answers import read_answer, read_text, schema_of, validate
from nodes.seam.endpoint import Endpoint, Request
from nodes.seam.failures import clip

NOSTREAM = "nostream"
"""LangGraph's tag for calls whose tokens stay out of `stream_mode="messages"`. Every call carries it: a draft is shown
only after the guard has read it, and a judge's thoughts never."""

LONGEST_QUOTE = 4_000
"""Characters of an unreadable answer that a repair turn shows to the model again."""


class Exchange:
    """One question on its way: its messages, and how its answer is read.

    Attributes:
        agent: Who is asked.
        seed: The question's seed.
        question: Its JSON, as sent.
        messages: The prompt and the question.
        config: LangChain's, tagged `nostream`.
        repaired: Whether the repair turn was used.
        text: The text that the answer was read from.
    """

    __slots__ = ("agent", "config", "messages", "question", "repaired", "seed", "text")

    def __init__(self, agent: Agent[Any, Any], question: BaseModel, seed: int, config: RunnableConfig | None) -> None:
        self.agent = agent
        self.seed = seed
        try:
            self.question = question.model_dump_json()
        except PydanticSerializationError:
            raise Malformed("the question holds broken characters and cannot be sent", role=agent.role) from None
        self.messages: list[BaseMessage] = [_system(agent), HumanMessage(self.question)]
        self.config: RunnableConfig = {**config} if config else {}
        self.config["tags"] = [*(self.config.get("tags") or ()), NOSTREAM]
        callbacks = ensure_config(config).get("callbacks")
        if callbacks:
            self.config["callbacks"] = _without_streams(callbacks)
        self.repaired = False
        self.text = ""

    @property
    def plain(self) -> bool:
        """Whether the answer is plain text."""
        return self.agent.answer is str

    @property
    def schema(self) -> dict[str, Any] | None:
        """JSON schema of the answer; None for plain text."""
        return None if self.plain else _schema(self.agent)

    def request(self, limit: asyncio.Timeout) -> Request:
        """The first request to an endpoint, under a deadline that has been entered."""
        return Request(self.agent.role, self.messages, self.seed, self.config, self.schema, limit)

    async def with_endpoint(self, endpoint: Endpoint, request: Request) -> Any:
        """The answer of a language model, repaired once if need be.

        Raises:
            ChatError: no valid answer.
        """
        message = await endpoint.complete(request)
        try:
            return self.read(message)
        except (Malformed, Truncated) as error:
            self.repaired = True
            request.messages = [*self.messages, _shown(message), HumanMessage(self._repair(error))]
        return self.read(await endpoint.complete(request))

    def read(self, message: AIMessage) -> Any:
        """The answer in a completion that may be anything.

        Raises:
            Refused: the model declined, or a filter did.
            Truncated: it was cut off at the token limit.
            Malformed: it cannot be read as the agent's answer.
        """
        # Pieces of a stream are added up by LangChain: a reason that was sent twice reads 'lengthlength'.
        finish = str(message.response_metadata.get("finish_reason") or "")
        refusal = message.additional_kwargs.get("refusal")
        if refusal or finish.startswith("content_filter"):
            raise Refused(f"the model declined to answer: {clip(str(refusal or 'content filter'))}")
        if finish.startswith("length"):
            raise Truncated("the answer was cut off at the token limit; raise max_tokens for this role")
        self.text = message.text
        if not self.text.strip() and (message.tool_calls or message.invalid_tool_calls):
            raise Malformed("the answer came as a tool call, which was not offered")
        return self.read_text(self.text)

    def read_text(self, text: str) -> Any:
        """The answer in a text that may hold think blocks, fences and prose.

        Raises:
            Malformed: it cannot be read as the agent's answer.
        """
        return read_text(text, self.question) if self.plain else read_answer(text, self.agent.answer, self.question)

    def read_embedded(self, message: AIMessage) -> Any:
        """The answer in a completion of the embedded engine: JSON as written, which needs no unwrapping.

        Raises:
            Malformed: it is not of the answer type.
        """
        text = str(message.content)
        return read_text(text, self.question) if self.plain else validate(text, self.agent.answer)

    def _repair(self, error: ChatError) -> str:
        """The repair turn. It begins with a word, so that it is never taken for a question."""
        if isinstance(error, Truncated):
            return "Your answer was cut off because it was too long. Answer the question again, whole and much shorter."
        if self.plain:
            return f"That could not be used: {error.message}. Answer the question again, in plain text."
        return (
            f"That could not be used: {error.message}. Answer the question again with the whole JSON object, "
            "corrected, and nothing else."
        )


def _shown(message: AIMessage) -> AIMessage:
    """The failed answer as the model is shown it: never empty, never unencodable, never endless."""
    text = message.text.encode("utf-8", "replace").decode()[:LONGEST_QUOTE]
    return AIMessage(text if text.strip() else "(no answer)")


def _without_streams(callbacks: Callbacks) -> Callbacks:
    """The listeners without those that send what a model writes to the caller: `astream_events`, `astream_log`.

    They do not heed the tag. Tracers, which the operator has switched on, stay.
    """
    if not isinstance(callbacks, BaseCallbackManager):
        return [each for each in callbacks or () if not isinstance(each, _StreamingCallbackHandler)]
    kept = callbacks.copy()
    for each in (*callbacks.handlers, *callbacks.inheritable_handlers):
        if isinstance(each, _StreamingCallbackHandler):
            kept.remove_handler(each)
    return kept


@cache
def _system(agent: Agent[Any, Any]) -> SystemMessage:
    return SystemMessage(agent.prompt)


@cache
def _schema(agent: Agent[Any, Any]) -> dict[str, Any]:
    return schema_of(agent.answer)
