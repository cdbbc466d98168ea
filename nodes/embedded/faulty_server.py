"""What does an endpoint do that misbehaves? The embedded engine over HTTP, with faults at a given rate.

Which fault a request meets is drawn from the seed, the question and how often it was asked before, so that a run
repeats whatever the order in which requests arrive.
"""

import hashlib
import json
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

from nodes.embedded.server import Completion, EmbeddedServer, Wire

STALL_S = 30.0
"""A stalled request is held this long, or until the server closes."""
DRIP_S = 0.05
"""Time between the single bytes of a dripping reply, which no timeout between bytes notices."""


def _double(text: str) -> str:
    return f"{text}\n{text}"


def _wrong_types(text: str) -> str:
    """Every number as a string, every list as an object: valid JSON of the wrong shape."""

    def spoil(value: Any) -> Any:
        if isinstance(value, bool | int | float):
            return str(value)
        if isinstance(value, dict):
            return {key: spoil(each) for key, each in value.items()}
        return {str(i): each for i, each in enumerate(value)} if isinstance(value, list) else value

    return json.dumps(spoil(json.loads(text)))


def _contradicting(text: str) -> str:
    """The first key twice, with another value the second time."""
    key = next(iter(json.loads(text)))
    return f'{text.rstrip()[:-1]}, "{key}": 0}}'


def _cut(text: str) -> str:
    return text[: max(1, len(text) * 2 // 3)]


_CALL = {"id": "call_1", "type": "function", "function": {"name": "answer", "arguments": "{}"}}

SPOILED: Mapping[str, Callable[[Completion], dict[str, Any]]] = {
    "fenced": lambda c: c.body(content=f"```json\n{c.text}\n```"),
    "prose": lambda c: c.body(content=f"Here is my answer:\n\n{c.text}\n\nI hope it helps."),
    "think": lambda c: c.body(content=f'<think>They ask {{"much"}} of me.</think>\n{c.text}'),
    "think_unopened": lambda c: c.body(content=f"Let me think.\n</think>\n\n{c.text}"),
    "think_only": lambda c: c.body(content=f"<think>{c.text}"),
    "truncated": lambda c: c.body(content=_cut(c.text), finish_reason="length"),
    "cut": lambda c: c.body(content=_cut(c.text)),
    "refusal": lambda c: c.body(content=None, refusal="I cannot help with that."),
    "content_filter": lambda c: c.body(content="", finish_reason="content_filter"),
    "tool_call": lambda c: c.body(content=None, tool_calls=[_CALL], finish_reason="tool_calls"),
    "wrong_types": lambda c: c.body(content=_wrong_types(c.text)),
    "two_answers": lambda c: c.body(content=_double(c.text)),
    "key_twice": lambda c: c.body(content=_contradicting(c.text)),
    "null_content": lambda c: c.body(content=None),
    "reasoning_only": lambda c: c.body(content="", reasoning_content=c.text),
    "lone_surrogate": lambda c: c.body(content=c.text.replace('"', '"\ud83d', 1)),
    "replacement": lambda c: c.body(content=c.text.replace('"', '"\ufffd', 1)),
    "empty_choices": lambda c: {**c.body(), "choices": []},
    "null_choices": lambda c: {**c.body(), "choices": None},
    "no_choices": lambda c: {"id": "x", "object": "chat.completion", "usage": c.usage},
}
"""Faults within a reply that is sent as HTTP 200."""

TRANSPORT = (
    "rate_limited",
    "server_error",
    "bad_gateway",
    "dropped",
    "dropped_midway",
    "stalled",
    "dripping",
    "web_page",
    "broken_unicode",
)
"""Faults of the transport. `broken_stream` stands for all of them when a stream was asked for."""

JSON_FAULTS = (*TRANSPORT, *SPOILED)
HARMLESS = ("fenced", "prose", "think", "think_unopened")
"""Faults that a parser should see through without asking again."""

_TELLING = ("cut", "fenced", "prose", "wrong_types", "two_answers", "key_twice", "lone_surrogate", "replacement")
TEXT_FAULTS = tuple(fault for fault in JSON_FAULTS if fault not in _TELLING)
"""Faults for plain-text answers: those of JSON cannot be made of it, and a silent cut cannot be told by anyone."""

STREAM_SPOILED = ("think", "think_only", "truncated", "content_filter", "tool_call", "null_content", "empty_choices")
"""Faults within a reply that is streamed. A refusal beside the content never reaches us: langchain-openai drops it."""

STREAM_TRANSPORT = (
    "rate_limited",
    "server_error",
    "dropped",
    "stalled",
    "web_page",
    "broken_stream",
    "broken_unicode",
    "unfinished_stream",
)
STREAM_FAULTS = (*STREAM_TRANSPORT, *STREAM_SPOILED)


class FaultyServer(EmbeddedServer):
    """An endpoint with faults.

    Args:
        rate: Share of requests that meet one, 0 to 1.
        faults: Which, all equally likely; None takes those that fit what is asked for.
        seed: Of the draw.
        retry_after_s: What a rate-limited request is told to wait.
        options: Of the server without faults.
    """

    def __init__(
        self,
        rate: float,
        faults: tuple[str, ...] | None = None,
        *,
        seed: int = 0,
        retry_after_s: float = 90.0,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.rate = rate
        self.faults = faults
        self.seed = seed
        self.retry_after_s = retry_after_s
        self.met: Counter[str] = Counter()
        self._asked: Counter[str] = Counter()
        self._draw_lock = threading.Lock()

    def respond(self, request: dict[str, Any], wire: Wire) -> None:
        """The engine's answer, or a fault in its place."""
        fault = self._draw(request)
        if fault is None:
            return super().respond(request, wire)
        if fault in SPOILED:
            body = SPOILED[fault](self.complete(request))
            return wire.events(_in_pieces(body)) if request.get("stream") else wire.json(body)
        simple: Mapping[str, Callable[[], None]] = {
            "rate_limited": lambda: wire.error(429, "slow down", headers={"retry-after": f"{self.retry_after_s:g}"}),
            "server_error": lambda: wire.error(500, "something broke"),
            "bad_gateway": lambda: wire.data(b"<html>Bad gateway</html>", 502, {"content-type": "text/html"}),
            "dropped": wire.drop,
            "web_page": lambda: wire.data(b"<html>Welcome</html>", 200, {"content-type": "text/html"}),
        }
        if fault in simple:
            return simple[fault]()
        if fault == "stalled":
            self.closing.wait(STALL_S)
            return wire.drop()
        if fault == "broken_unicode" and request.get("stream"):
            return wire.data(b'data: {"choices": [{"delta": {"content": "\xff\xc3"}}]}\n\n', 200, _EVENTS)
        return self._broken_body(fault, self.complete(request), wire)

    def _broken_body(self, fault: str, completion: Completion, wire: Wire) -> None:
        if fault in ("broken_stream", "unfinished_stream"):
            chunks = islice(completion.chunks(), max(1, len(completion.text.split()) // 2))
            return wire.events(chunks if fault == "broken_stream" else _unfinished(completion), done=False)
        data = json.dumps(completion.body()).encode()
        if fault == "broken_unicode":
            return wire.data(data.replace(b'"content": "', b'"content": "\xff\xc3', 1), 200, _JSON)
        wire.send_response(200)
        wire.send_header("content-type", "application/json")
        wire.send_header("content-length", str(len(data)))
        wire.end_headers()
        if fault == "dripping":
            for byte in data:
                if self.closing.wait(DRIP_S):
                    break
                wire.wfile.write(bytes([byte]))
        else:  # dropped midway
            wire.wfile.write(data[: len(data) // 2])
            wire.wfile.flush()
        return wire.drop()

    def _draw(self, request: dict[str, Any]) -> str | None:
        question = json.dumps([request.get("model"), request.get("messages"), request.get("seed")], sort_keys=True)
        with self._draw_lock:
            time_asked = self._asked[question]
            self._asked[question] += 1
        draw = random.Random(hashlib.sha256(f"{self.seed}/{time_asked}/{question}".encode()).digest())
        if draw.random() >= self.rate:
            return None
        fault = draw.choice(self.faults or self._fitting(request))
        with self._draw_lock:
            self.met[fault] += 1
        return fault

    @staticmethod
    def _fitting(request: dict[str, Any]) -> tuple[str, ...]:
        if request.get("stream"):
            return STREAM_FAULTS
        return JSON_FAULTS if request.get("response_format") else TEXT_FAULTS


_JSON = {"content-type": "application/json"}
_EVENTS = {"content-type": "text/event-stream"}


def _in_pieces(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A whole completion as the pieces of a stream."""
    base = {"id": body["id"], "object": "chat.completion.chunk", "created": 0, "model": body["model"]}
    for choice in body["choices"]:
        message = choice["message"]
        for word in (message["content"] or "").replace(" ", " \0").split("\0"):
            yield {**base, "choices": [{"index": 0, "delta": {"role": "assistant", "content": word}}]}
        for index, call in enumerate(message.get("tool_calls") or ()):
            delta = {"role": "assistant", "tool_calls": [{**call, "index": index}]}
            yield {**base, "choices": [{"index": 0, "delta": delta}]}
        yield {**base, "choices": [{"index": 0, "delta": {}, "finish_reason": choice["finish_reason"]}]}
    yield {**base, "choices": [], "usage": body["usage"]}


def _unfinished(completion: Completion) -> Iterator[dict[str, Any]]:
    """All words, and no word that it was the end."""
    return (chunk for chunk in completion.chunks() if chunk["choices"] and chunk["choices"][0]["delta"])
