"""Two small agents behind a real loopback endpoint, for the tests of the seam."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

from conversation.model import Value
from nodes.agent import Agent
from nodes.chat import (
    Budget,
    Chat,
    Models,
    RoleSettings,
    UnknownLanguage,
)
from nodes.embedded.engine import PLAYERS
from nodes.embedded.server import EmbeddedServer, Wire


class Sum(Value):
    numbers: tuple[int, ...] = ()
    text: str = ""


class Total(Value):
    words: str
    total: int
    parts: tuple[int, ...]


COUNTER = Agent(role="test_endpoint_counter", question=Sum, answer=Total, instructions="Add the numbers.")
TELLER = Agent(role="test_endpoint_teller", question=Sum, answer=str, instructions="Say the numbers.")


def count(question: Sum, seed: int) -> Total:
    if question.text == "bonjour":
        raise UnknownLanguage("the embedded engine does not speak 'fr'")
    return Total(words="sum — “über”", total=sum(question.numbers) + seed, parts=question.numbers)


def tell(question: Sum, seed: int) -> str:
    return f"I heard {len(question.numbers)} numbers — “über” them, {seed}."


def players() -> Iterator[None]:
    PLAYERS.register(COUNTER, count)
    PLAYERS.register(TELLER, tell)
    yield
    PLAYERS.remove(COUNTER.role)
    PLAYERS.remove(TELLER.role)


def chat_with(server: EmbeddedServer, *, max_concurrency: int = 16, budget: Budget | None = None, **more: Any) -> Chat:
    settings = {"timeout_s": 5.0, "deadline_s": 10.0, "backoff_s": 0.001, "retry_after_s": 0.01, **more}
    roles = {role: RoleSettings(model=role, base_url=server.url, **settings) for role in (COUNTER.role, TELLER.role)}
    return Chat(Models(roles=roles), max_concurrency=max_concurrency, budget=budget)


class Scripted(EmbeddedServer):
    """Keeps the requests, and lets a test answer the first of them by itself."""

    def __init__(self, *script: Callable[[dict[str, Any], Wire], None], **options: Any) -> None:
        super().__init__(**options)
        self.seen: list[dict[str, Any]] = []
        self.script = list(script)
        self._script_lock = threading.Lock()

    def respond(self, request: dict[str, Any], wire: Wire) -> None:
        with self._script_lock:
            self.seen.append(request)
            step = self.script.pop(0) if self.script else None
        if step:
            return step(request, wire)
        return super().respond(request, wire)

    @property
    def formats_asked(self) -> list[str | None]:
        return [(request.get("response_format") or {}).get("type") for request in self.seen]


def refusing(status: int, message: str, code: str = "") -> Callable[[dict[str, Any], Wire], None]:
    return lambda request, wire: wire.error(status, message, code)


def saying(content: str) -> Callable[[dict[str, Any], Wire], None]:
    usage = {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": content}}
    return lambda request, wire: wire.json({"id": "x", "choices": [choice], "usage": usage})
