"""How is a role played without a language model? A LangChain chat model whose replies are computed in process.

A reply is a pure function of (role, seed, question). Each role is a module `nodes/embedded/<role>.py` with a function
`play(question, seed) -> answer`, found by name when it is first asked.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManager, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LangSmithParams, LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import RunnableConfig
from langchain_core.runnables.config import ensure_config
from pydantic import BaseModel, ValidationError

from nodes.agent import Agent
from nodes.errors import Malformed, UnknownRole
from nodes.models import ROLES

CHARACTERS_PER_TOKEN = 4
"""Rough, for English: the embedded engine costs nothing, its counts only show the order of size."""


@dataclass(frozen=True)
class Player:
    """Who plays a role: the agent's contract, and the function that answers."""

    agent: Agent[Any, Any]
    play: Callable[[Any, int], BaseModel | str]


class Players:
    """Role → player. The project's own are found by name when first asked; others are registered."""

    def __init__(self) -> None:
        self._players: dict[str, Player] = {}

    def __getitem__(self, role: str) -> Player:
        """The player of a role.

        Raises:
            UnknownRole: no such player; the message names those that there are.
        """
        player = self._players.get(role)
        if player is None:
            if role not in ROLES:
                raise UnknownRole(
                    f"the embedded engine does not play '{role}'; it plays {', '.join(self.roles)}. "
                    "Register a player for it, or give the role a language model"
                )
            agent = getattr(import_module(f"nodes.{role}"), role.upper())
            play = import_module(f"nodes.embedded.{role}").play
            player = self._players[role] = Player(agent, play)
        return player

    def register(self, agent: Agent[Any, Any], play: Callable[[Any, int], BaseModel | str]) -> None:
        """Teach the engine a role of one's own. `play(question, seed)` must depend on nothing else.

        Raises:
            ValueError: the role is one of the project's own.
        """
        if agent.role in ROLES:
            raise ValueError(f"the role '{agent.role}' is taken by the embedded engine; choose another name")
        self._players[agent.role] = Player(agent, play)

    def remove(self, role: str) -> None:
        """Forget a registered role; one that is not registered is no error.

        Raises:
            ValueError: the role is one of the project's own.
        """
        if role in ROLES:
            raise ValueError(f"the role '{role}' belongs to the embedded engine and stays")
        self._players.pop(role, None)

    @property
    def roles(self) -> tuple[str, ...]:
        """All roles that can be played, sorted."""
        return tuple(sorted({*ROLES, *self._players}))


PLAYERS = Players()
"""The players of this process."""


class EmbeddedChatModel(BaseChatModel):
    """The embedded engine in one role.

    The question is the last human message that holds a JSON object (a repair turn after it holds none); system
    messages are not read. The answer is JSON, or plain text where the agent's answer type is `str`. Invoking with
    `seed=` takes that seed instead of the model's own.

    Raises:
        UnknownRole: nobody plays the role.
        UnknownLanguage: the player does not speak the question's language.
        Malformed: the question is not of the agent's question type.
    """

    role: str
    seed: int = 0

    @property
    def _llm_type(self) -> str:
        return "esc-skills-embedded"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model": "embedded", "role": self.role}

    def _get_ls_params(self, stop: list[str] | None = None, **kwargs: Any) -> LangSmithParams:
        return LangSmithParams(ls_provider="esc-skills", ls_model_type="chat", ls_model_name=f"embedded/{self.role}")

    def invoke(
        self,
        input: LanguageModelInput,
        config: RunnableConfig | None = None,
        *,
        stop: list[str] | None = None,
        **kwargs: Any,
    ) -> AIMessage:
        """The reply. Where no callback listens, it comes without LangChain's run bookkeeping, which takes longer."""
        config = ensure_config(config)
        listeners = CallbackManager.configure(config.get("callbacks"), None, self.verbose).handlers
        if listeners:
            return super().invoke(input, config, stop=stop, **kwargs)
        return self._reply(self._convert_input(input).to_messages(), kwargs.get("seed"))

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=self._reply(messages, kwargs.get("seed")))])

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return self._generate(messages, **kwargs)  # pure computation: a thread would only cost time

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        """Word by word, each with the space after it; the last piece carries the usage."""
        text = self._answer(messages, kwargs.get("seed"))
        for piece in _words(text):
            chunk = ChatGenerationChunk(message=AIMessageChunk(content=piece))
            if run_manager:
                run_manager.on_llm_new_token(piece, chunk=chunk)
            yield chunk
        yield ChatGenerationChunk(
            message=AIMessageChunk(
                content="",
                response_metadata={"finish_reason": "stop"},
                usage_metadata=_usage(messages, text),
                chunk_position="last",
            )
        )

    def _reply(self, messages: list[BaseMessage], seed: int | None) -> AIMessage:
        text = self._answer(messages, seed)
        usage = _usage(messages, text)
        return AIMessage(content=text, response_metadata={"finish_reason": "stop"}, usage_metadata=usage)

    def _answer(self, messages: list[BaseMessage], seed: int | None) -> str:
        player = PLAYERS[self.role]
        try:
            question = player.agent.question.model_validate_json(_question_text(messages, self.role))
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            place = ".".join(str(part) for part in first["loc"]) or "question"
            raise Malformed(f"the question does not fit: {place}: {first['msg']}", role=self.role) from None
        answer = player.play(question, self.seed if seed is None else seed)
        return answer if isinstance(answer, str) else answer.model_dump_json()


def _question_text(messages: list[BaseMessage], role: str) -> str:
    for message in reversed(messages):
        if isinstance(message, HumanMessage) and isinstance(message.content, str):
            text = message.content
            if text.lstrip().startswith("{"):
                return text
    raise Malformed("the embedded engine was asked nothing: no human message holds a question as JSON", role=role)


def _usage(messages: list[BaseMessage], answer: str) -> UsageMetadata:
    asked = sum(len(m.content) for m in messages if isinstance(m.content, str)) // CHARACTERS_PER_TOKEN
    answered = len(answer) // CHARACTERS_PER_TOKEN
    return UsageMetadata(input_tokens=asked, output_tokens=answered, total_tokens=asked + answered)


def _words(text: str) -> Iterator[str]:
    start = 0
    for index in range(1, len(text)):
        if text[index - 1].isspace() and not text[index].isspace():
            yield text[start:index]
            start = index
    if text:
        yield text[start:]
