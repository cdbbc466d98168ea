"""How does a completion come from an OpenAI-compatible endpoint? Asked by the ladder, charged, retried in one layer."""

import asyncio
import json
import random
import ssl
import warnings
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from contextlib import aclosing, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.runnables import RunnableConfig

from nodes.errors import Unavailable
from nodes.models import RoleSettings
from nodes.seam.failures import Failure, Remedy, http_library, understand
from nodes.seam.ladder import JSON_SCHEMA, Form
from nodes.seam.loop import CallLoop
from nodes.seam.spending import Charge, Spending

if TYPE_CHECKING:
    from langchain_openai import ChatOpenAI

LONGEST_BACKOFF_S = 8.0
BYTES_PER_TOKEN = 3
"""An upper estimate of tokens before a call: UTF-8 bytes over three (English has about four, Chinese about three)."""


@dataclass
class Request:
    """One completion that is wanted, with its retries.

    Attributes:
        role: Who is asked.
        messages: System message first.
        seed: Passed to the endpoint; it may ignore it.
        config: LangChain's, with tags.
        schema: JSON schema of the answer; None for plain text.
        limit: The deadline of the question; no retry is begun that would have to wait beyond it.
        charges: What each request sent so far has cost.
    """

    role: str
    messages: Sequence[BaseMessage]
    seed: int
    config: RunnableConfig
    schema: dict[str, Any] | None
    limit: asyncio.Timeout
    charges: list[Charge] = field(default_factory=list)


class _FailedError(Exception):
    """One request failed, and how."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(str(failure.error))
        self.failure = failure


class Endpoint:
    """One model behind one address, with the settings of one role. Used on the call loop only.

    Args:
        settings: Of a role with a language model.
        spending: The account that is asked before, and charged after, each request.
        loop: The call loop on which this endpoint's connections live.
        owner: Whose concurrency limit holds.
        limit: That limit.
        forms: What each (address, model) has been found to take; shared by the roles of one chat.
    """

    def __init__(
        self,
        settings: RoleSettings,
        spending: Spending,
        *,
        loop: CallLoop,
        owner: object,
        limit: int,
        forms: dict[tuple[str, str], Form],
    ) -> None:
        self.settings = settings
        self._spending = spending
        self.loop = loop
        self._owner = owner
        self._limit = limit
        self._forms = forms
        self._place = (settings.endpoint, settings.model)
        self._models: dict[bool, ChatOpenAI] = {}
        self._opening = asyncio.Lock()

    async def complete(self, request: Request) -> AIMessage:
        """A whole completion, as it came: nothing of it is checked but that there is one.

        Raises:
            ChatError: no completion, after retries.
        """
        form = self._forms.get(self._place, Form())
        retries = 0
        while True:
            try:
                message = await self._once(request, form)
            except _FailedError as failed:
                form, retries = await self._mend(failed, request, form, retries, streaming=False)
            else:
                self._keep(form)
                return message

    async def stream(self, request: Request) -> AsyncGenerator[AIMessageChunk]:
        """A completion piece by piece. Retried only while no text has come.

        Raises:
            ChatError: no completion, or a stream that broke off.
        """
        form = self._forms.get(self._place, Form())
        retries = 0
        while True:
            begun = False
            try:
                async with aclosing(self._once_streamed(request, form)) as pieces:
                    async for piece in pieces:
                        begun = begun or bool(piece.text)
                        yield piece
            except _FailedError as failed:
                if begun:
                    raise failed.failure.error from failed.__cause__
                form, retries = await self._mend(failed, request, form, retries, streaming=True)
            else:
                self._keep(form)
                return

    async def open(self, *, streaming: bool) -> None:
        """Load what a first request needs, before its deadline begins to run.

        Raises:
            Unavailable: there is neither a key nor an address.
        """
        await self._model(streaming=streaming)

    async def close(self) -> None:
        """Close the connections."""
        models = list(self._models.values())
        self._models.clear()
        for model in models:
            await model.root_async_client.close()

    async def _once(self, request: Request, form: Form) -> AIMessage:
        model = await self._model(streaming=False)
        async with self._slot(request):
            with self._charged(request, form) as charge:
                try:
                    async with asyncio.timeout(self.settings.timeout_s):
                        message = await model.ainvoke(
                            form.messages(request.messages, request.schema),
                            request.config,
                            **self._options(request, form),
                        )
                except Exception as error:
                    raise self._failed(error, charge) from error
                self._count(charge, message)
                return message

    async def _once_streamed(self, request: Request, form: Form) -> AsyncGenerator[AIMessageChunk]:
        model = await self._model(streaming=True)
        async with self._slot(request):
            with self._charged(request, form) as charge:
                whole: AIMessageChunk | None = None
                stream = model.astream(
                    form.messages(request.messages, request.schema),
                    request.config,
                    stream_usage="stream_options" not in form.without,
                    **self._options(request, form),
                )
                try:
                    while True:
                        async with asyncio.timeout(self.settings.timeout_s):
                            piece = await anext(stream, None)
                        if piece is None:
                            break
                        whole = piece if whole is None else whole + piece
                        self._count(charge, whole)
                        yield piece
                    if whole is None or not whole.response_metadata.get("finish_reason"):
                        raise ConnectionError("the stream broke off before its end")
                except Exception as error:
                    raise self._failed(error, charge, begun=whole is not None) from error

    @asynccontextmanager
    async def _slot(self, request: Request) -> AsyncIterator[None]:
        """A turn under the cap. The deadline rests meanwhile: else the last of a large fan-out would never be sent."""
        now = asyncio.get_running_loop().time
        left = (request.limit.when() or now()) - now()
        request.limit.reschedule(None)
        async with self.loop.slot(self._owner, self._limit):
            request.limit.reschedule(now() + left)
            yield

    @contextmanager
    def _charged(self, request: Request, form: Form) -> Iterator[Charge]:
        asked, most = _estimate(form.messages(request.messages, request.schema)), self.settings.max_tokens
        if request.schema is not None and form.rung == JSON_SCHEMA:
            asked += len(json.dumps(request.schema)) // BYTES_PER_TOKEN  # endpoints put it into the prompt
        if most is None:
            most = 0
            self._spending.require_bound(request.role)
        money = self.settings.price(asked, most)
        with self._spending.call(request.role, self.settings.model, asked + most, money) as charge:
            # The estimate stands if a reply comes that cannot be read.
            charge.input_tokens, charge.money = asked, self.settings.price(asked, 0)
            request.charges.append(charge)
            yield charge

    def _failed(self, error: Exception, charge: Charge, *, begun: bool = False) -> _FailedError:
        failure = understand(error, self.settings)
        if not (failure.spent or begun):
            charge.input_tokens, charge.money = 0, None
        return _FailedError(failure)

    def _count(self, charge: Charge, message: AIMessage) -> None:
        usage = message.usage_metadata
        if usage:
            charge.input_tokens, charge.output_tokens = usage["input_tokens"], usage["output_tokens"]
        else:
            charge.output_tokens = len(message.text.encode("utf-8", "replace")) // BYTES_PER_TOKEN
        charge.money = self.settings.price(charge.input_tokens, charge.output_tokens)

    async def _mend(
        self, failed: _FailedError, request: Request, form: Form, retries: int, *, streaming: bool
    ) -> tuple[Form, int]:
        """Wait or ask for less, so that the request can be sent again; raises where neither can help."""
        failure = failed.failure
        if failure.remedy is Remedy.LOWER:
            lowered = form.lowered(str(failure.error), plain=request.schema is None, streaming=streaming)
            if lowered is not None:
                return lowered, retries
        wait = self._wait(failure, retries)
        too_late = asyncio.get_running_loop().time() + wait >= (request.limit.when() or 0.0)
        if failure.remedy is not Remedy.RETRY or retries >= self.settings.retries or too_late:
            raise failure.error from failed.__cause__
        await asyncio.sleep(wait)
        return form, retries + 1

    def _wait(self, failure: Failure, retries: int) -> float:
        """Seconds before the next try: what the endpoint asks, capped, or a backoff with jitter."""
        if failure.after_s is not None:
            return min(failure.after_s, self.settings.retry_after_s)
        longest = min(LONGEST_BACKOFF_S, self.settings.backoff_s * 2.0**retries)
        return longest * random.uniform(0.5, 1.0)

    def _keep(self, form: Form) -> None:
        """What was taken is asked for at once from now on."""
        self._forms[self._place] = self._forms.get(self._place, Form()).joined(form)

    def _options(self, request: Request, form: Form) -> dict[str, Any]:
        return form.options(
            role=request.role, schema=request.schema, seed=request.seed, extra_body=self.settings.extra_body
        )

    async def _model(self, *, streaming: bool) -> "ChatOpenAI":
        async with self._opening:
            if streaming not in self._models:
                # Reading certificates blocks: not on the loop.
                self._models[streaming] = await asyncio.to_thread(_open, self.settings, streaming)
            return self._models[streaming]


def _estimate(messages: Sequence[BaseMessage]) -> int:
    return sum(len(message.text.encode("utf-8", "replace")) for message in messages) // BYTES_PER_TOKEN


def _open(settings: RoleSettings, streaming: bool) -> "ChatOpenAI":
    import openai
    from langchain_openai import ChatOpenAI
    from pydantic import SecretStr

    if settings.api_key is None and settings.base_url is None:
        raise Unavailable(
            f"{settings.model} needs a key: set OPENAI_API_KEY, or OPENAI_BASE_URL for a server that asks for none"
        )
    # It warns on some refusals that the ladder deals with.
    warnings.filterwarnings("ignore", message="(This model does not support|Invalid schema for) .*structured output")
    return ChatOpenAI(
        model=settings.model,
        base_url=settings.base_url or "https://api.openai.com/v1",
        api_key=settings.api_key or SecretStr("none"),
        temperature=settings.temperature,
        max_completion_tokens=settings.max_tokens,
        timeout=settings.timeout_s,
        max_retries=0,
        use_responses_api=False,
        disable_streaming=not streaming,
        http_client=_idle_client(),
        http_async_client=openai.DefaultAsyncHttpxClient(timeout=settings.timeout_s, verify=_certificates()),
    )


@cache
def _certificates() -> ssl.SSLContext:
    """Read once: reading them anew for each endpoint takes longer than many a call."""
    context: ssl.SSLContext = http_library().create_ssl_context()
    return context


@cache
def _idle_client() -> Any:
    """The sync client that langchain-openai wants to have and that nobody uses: all calls run on the call loop."""
    import openai

    return openai.DefaultHttpxClient(verify=_certificates())
