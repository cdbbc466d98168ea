"""How is the embedded engine reached over HTTP? As an OpenAI-compatible endpoint whose model names are the roles.

For tests, benchmarks and programs that only speak that protocol. It listens on the loopback address and has no
authentication of its own.
"""

import json
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from nodes.embedded.engine import EmbeddedChatModel
from nodes.errors import ChatError, UnknownLanguage, UnknownRole

ADDRESS = "127.0.0.1"
BACKLOG = 256
"""Connections that may wait to be accepted; the standard five would refuse a burst of episodes."""

_MESSAGES: Mapping[str, type[BaseMessage]] = {
    "system": SystemMessage,
    "developer": SystemMessage,
    "user": HumanMessage,
    "assistant": AIMessage,
}


@dataclass(frozen=True)
class Completion:
    """What the engine answered."""

    model: str
    text: str
    input_tokens: int
    output_tokens: int

    def body(self, **message: Any) -> dict[str, Any]:
        """The completion in the protocol's form; `message` and `finish_reason` replace what it would hold."""
        finish = message.pop("finish_reason", "stop")
        return {
            "id": "chatcmpl-embedded",
            "object": "chat.completion",
            "created": 0,
            "model": self.model,
            "choices": [
                {
                    "index": 0,
                    "finish_reason": finish,
                    "message": {"role": "assistant", "content": self.text, **message},
                }
            ],
            "usage": self.usage,
        }

    def chunks(self) -> Iterator[dict[str, Any]]:
        """The same as the pieces of a stream, word by word; the last piece holds the usage."""
        base = {"id": "chatcmpl-embedded", "object": "chat.completion.chunk", "created": 0, "model": self.model}
        for piece in self.text.replace(" ", " \0").split("\0"):
            delta = {"role": "assistant", "content": piece}
            yield {**base, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
        yield {**base, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
        yield {**base, "choices": [], "usage": self.usage}

    @property
    def usage(self) -> dict[str, int]:
        """Tokens in the protocol's words."""
        return {
            "prompt_tokens": self.input_tokens,
            "completion_tokens": self.output_tokens,
            "total_tokens": self.input_tokens + self.output_tokens,
        }


class Wire(BaseHTTPRequestHandler):
    """One connection: reads requests, and writes what the server decides."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else each reply waits 40 ms for an acknowledgement between headers and body
    server: "_Listener"

    def setup(self) -> None:
        """Known to the server, so that closing it closes the connections that clients keep open."""
        super().setup()
        self.server.owner.connections.add(self.connection)

    def finish(self) -> None:
        """The connection has ended."""
        self.server.owner.connections.discard(self.connection)
        super().finish()

    def do_POST(self) -> None:
        """A chat completion, or a typed refusal."""
        length = int(self.headers.get("content-length") or 0)
        data = self.rfile.read(length)
        if self.path.rstrip("/") != "/v1/chat/completions":
            return self.error(404, f"there is no {self.path} here; try /v1/chat/completions")
        try:
            request = json.loads(data)
        except ValueError:
            return self.error(400, "the request is not JSON")
        return self.server.owner.handle(request, self)

    def json(self, body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        """Send a JSON body."""
        self.data(json.dumps(body).encode(), status, {"content-type": "application/json", **(headers or {})})

    def error(self, status: int, message: str, code: str = "", headers: Mapping[str, str] | None = None) -> None:
        """Send an error as OpenAI's endpoint does."""
        self.json({"error": {"message": message, "type": "error", "code": code or None}}, status, headers)

    def data(self, data: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        """Send bytes as the body."""
        self.send_response(status)
        for name, value in {"content-length": str(len(data)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def events(self, chunks: Iterator[dict[str, Any]], *, done: bool = True) -> None:
        """Send server-sent events; without `done` the stream breaks off."""
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        self.close_connection = True
        for chunk in chunks:
            self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
            self.wfile.flush()
        if done:
            self.wfile.write(b"data: [DONE]\n\n")

    def drop(self) -> None:
        """Close the connection without a word."""
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is logged: requests hold what seekers write."""


class EmbeddedServer:
    """The engine behind HTTP, from `with` to the end of its block.

    Args:
        port: 0 takes any free one.
        latency_s: How long each answer is held back, to stand for a model that thinks.
        formats: Kinds of `response_format` that are accepted; another is refused with HTTP 400.
    """

    def __init__(
        self, port: int = 0, *, latency_s: float = 0.0, formats: tuple[str, ...] = ("json_schema", "json_object")
    ) -> None:
        self.latency_s = latency_s
        self.formats = formats
        self.requests = 0
        self.at_once = 0
        self.most_at_once = 0
        self.closing = threading.Event()
        self.connections: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._listener = _Listener((ADDRESS, port), self)
        self._thread = threading.Thread(target=self._listener.serve_forever, args=(0.01,), daemon=True)

    @property
    def url(self) -> str:
        """The base URL for clients, with its /v1."""
        return f"http://{ADDRESS}:{self._listener.server_address[1]}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        self._listener.shutdown()
        self._listener.server_close()
        self._thread.join()
        for connection in list(self.connections):
            with suppress(OSError):  # closed by the client in the meantime
                connection.shutdown(socket.SHUT_RDWR)

    def handle(self, request: dict[str, Any], wire: Wire) -> None:
        """Answer one request, and count it."""
        with self._lock:
            self.requests += 1
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            if self.latency_s:
                time.sleep(self.latency_s)
            self.respond(request, wire)
        except OSError:
            wire.close_connection = True  # the client has gone
        finally:
            with self._lock:
                self.at_once -= 1

    def respond(self, request: dict[str, Any], wire: Wire) -> None:
        """What is sent for a request."""
        asked = (request.get("response_format") or {}).get("type")
        if asked and asked not in self.formats:
            return wire.error(400, f"response_format of type '{asked}' is not known here")
        try:
            completion = self.complete(request)
        except UnknownRole as error:
            return wire.error(404, error.message, "model_not_found")
        except UnknownLanguage as error:
            return wire.error(422, error.message, "unknown_language")
        except ChatError as error:
            return wire.error(422, error.message, "bad_question")
        except (KeyError, TypeError, ValueError) as error:
            return wire.error(400, f"the request is not understood: {type(error).__name__}: {error}")
        if request.get("stream"):
            return wire.events(completion.chunks())
        return wire.json(completion.body())

    def complete(self, request: dict[str, Any]) -> Completion:
        """The engine's answer.

        Raises:
            ChatError: it has none.
        """
        role = str(request.get("model", ""))
        messages = [_MESSAGES[m["role"]](m["content"]) for m in request.get("messages", ())]
        answer = EmbeddedChatModel(role=role).invoke(messages, seed=request.get("seed") or 0)
        usage = answer.usage_metadata or {"input_tokens": 0, "output_tokens": 0, "total_tokens": 0}
        return Completion(role, answer.text, usage["input_tokens"], usage["output_tokens"])


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = BACKLOG

    def __init__(self, address: tuple[str, int], owner: EmbeddedServer) -> None:
        self.owner = owner
        super().__init__(address, Wire)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away in the middle is no news."""
