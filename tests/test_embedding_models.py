"""Learned embedders: one clear line when the model is not to be had, and never a vector that was not asked for."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
import pytest

from skills_bank.embedding import EmbeddingError, HashingEmbedder
from skills_bank.embedding_models import Endpoint, MiniLM, kind_of, make_embedder


class Server(ThreadingHTTPServer):
    """A real HTTP server that answers as an embedding endpoint does, in the way that `plan` says for each call."""

    plan: list[Any]
    calls: list[tuple[dict[str, str], dict[str, Any]]]


class _Answering(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.calls.append((dict(self.headers), body))
        step = self.server.plan.pop(0) if self.server.plan else 200
        if isinstance(step, int) and step != 200:
            self._send(step, {"error": {"message": f"code {step}"}})
            return
        data = [{"index": n, "embedding": [len(text), 1.0, 0.0]} for n, text in enumerate(body["input"])]
        self._send(200, step if isinstance(step, dict) else {"data": data[::-1]})

    def _send(self, status: int, body: object) -> None:
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server(("127.0.0.1", 0), _Answering)
    running.plan, running.calls = [], []
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield running
    running.shutdown()
    running.server_close()
    thread.join()


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("skills_bank.embedding_models.time.sleep", lambda _: None)


def endpoint(server: Server, **settings: Any) -> Endpoint:
    return Endpoint("tiny", base_url=f"http://127.0.0.1:{server.server_port}/v1/", api_key="key-1", **settings)


def test_vectors_come_in_the_order_of_the_texts_and_of_unit_length(server: Server) -> None:
    rows = endpoint(server).embed(["a", "bbb"])
    assert rows == pytest.approx(np.array([[1, 1, 0], [3, 1, 0]]) / np.sqrt([[2], [10]]))
    headers, body = server.calls[0]
    assert headers["Authorization"] == "Bearer key-1"
    assert body == {"model": "tiny", "input": ["a", "bbb"], "encoding_format": "float"}


def test_many_texts_go_in_batches_and_each_is_asked_of_the_budget_first(server: Server) -> None:
    asked: list[int] = []
    rows = endpoint(server, batch=2, before_call=asked.append).embed(["a", "bb", "ccc", "dddd", "eeeee"])
    assert rows.shape == (5, 3)
    assert asked == [2, 2, 1] == [len(body["input"]) for _, body in server.calls]


def test_a_budget_that_refuses_stops_the_call(server: Server) -> None:
    def refuse(_: int) -> None:
        raise RuntimeError("over budget")

    with pytest.raises(RuntimeError, match="over budget"):
        endpoint(server, before_call=refuse).embed(["a"])
    assert server.calls == []


@pytest.mark.usefixtures("no_waiting")
def test_what_passes_is_tried_again(server: Server) -> None:
    server.plan = [503, 429, 200]
    assert endpoint(server).embed(["a"]).shape == (1, 3)
    assert len(server.calls) == 3


@pytest.mark.usefixtures("no_waiting")
def test_what_does_not_pass_is_told_after_the_last_attempt(server: Server) -> None:
    server.plan = [500] * 9
    with pytest.raises(EmbeddingError, match=r"tiny.*after 3 attempts: HTTP 500"):
        endpoint(server).embed(["a"])
    assert len(server.calls) == 3


def test_a_refusal_is_not_tried_again(server: Server) -> None:
    server.plan = [401]
    with pytest.raises(EmbeddingError, match="refused: HTTP 401"):
        endpoint(server).embed(["a"])
    assert len(server.calls) == 1


@pytest.mark.usefixtures("no_waiting")
def test_an_absent_endpoint_is_told(server: Server) -> None:
    with pytest.raises(EmbeddingError, match="cannot be reached"):
        Endpoint("tiny", base_url="http://127.0.0.1:9", attempts=1).embed(["a"])


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ({"data": []}, "0 vectors for 1 texts"),
        ({"items": []}, "another shape"),
        ({"data": [{"index": 0, "embedding": ["x"]}]}, "another shape"),
        ({"data": [{"index": 0, "embedding": [float("nan"), 1.0]}]}, "finite"),
        ({"data": [{"index": 0, "embedding": []}]}, r"shape \(1, 0\)"),
    ],
)
def test_an_answer_of_another_shape_is_an_error_and_no_vector(server: Server, answer: object, says: str) -> None:
    server.plan = [answer]
    with pytest.raises(EmbeddingError, match=says):
        endpoint(server).embed(["a"])


def test_a_model_that_changes_its_length_is_refused(server: Server) -> None:
    embedder = endpoint(server)
    assert embedder.dim == 3
    server.plan = [{"data": [{"index": 0, "embedding": [1.0, 2.0]}]}]
    with pytest.raises(EmbeddingError, match="2 dimensions after 3"):
        embedder.embed(["a"])


def test_minilm_without_its_model_says_what_is_missing_and_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    from chromadb.utils.embedding_functions import ONNXMiniLM_L6_V2

    def no_network(*_: object, **__: object) -> None:
        raise ConnectionError("no network")

    monkeypatch.setattr(ONNXMiniLM_L6_V2, "_download_model_if_not_exists", no_network)
    with pytest.raises(EmbeddingError, match=r"about 80 MB.*no network.*use the embedder 'hashing'"):
        MiniLM().embed(["a"])


@pytest.mark.parametrize("name", ["", "bert", "hashing:512", "endpoint", "endpoint:", "minilm:x"])
def test_an_unknown_embedder_is_named_with_the_known_ones(name: str) -> None:
    with pytest.raises(EmbeddingError, match=r"choose hashing, minilm or endpoint:<model>"):
        make_embedder(name)


def test_an_endpoint_takes_its_address_from_the_environment_and_never_from_a_bank(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    with pytest.raises(EmbeddingError, match="OPENAI_BASE_URL"):
        make_embedder("endpoint:tiny")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://mine/v1")
    assert make_embedder("endpoint:tiny").fingerprint == "endpoint/tiny@http://mine/v1"
    assert kind_of("endpoint/tiny@http://theirs/v1") == "endpoint:tiny"


def test_a_fingerprint_leads_back_to_its_embedder() -> None:
    assert kind_of("") == kind_of(HashingEmbedder(64).fingerprint) == kind_of("hashing-1/2048") == "hashing"
    assert kind_of(MiniLM.fingerprint) == "minilm"
    with pytest.raises(EmbeddingError, match="name an embedder"):
        kind_of("mine/1")
