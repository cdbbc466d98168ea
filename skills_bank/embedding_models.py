"""Which learned models can embed? Chroma's ONNX MiniLM, and any OpenAI-compatible endpoint; and how one is chosen."""

import os
import time
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any

import numpy as np

from skills_bank.embedding import Embedder, EmbeddingError, HashingEmbedder, Vectors


class MiniLM:
    """Chroma's own ONNX copy of all-MiniLM-L6-v2: 384 dimensions, English, about 80 MB downloaded once."""

    fingerprint = "minilm/all-MiniLM-L6-v2"
    dim = 384

    def __init__(self) -> None:
        self._model: Any = None
        self._lock = Lock()

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit rows.

        Raises:
            EmbeddingError: the model is not on this machine and cannot be downloaded.
        """
        from chromadb.utils.embedding_functions import ONNXMiniLM_L6_V2

        try:
            with self._lock:  # a first call downloads: two threads must not write the same file
                self._model = self._model or ONNXMiniLM_L6_V2()
                rows = self._model(list(texts))
        except Exception as error:  # httpx, onnxruntime and archive errors alike: no model, no vectors
            raise EmbeddingError(
                "the embedder 'minilm' needs its model, about 80 MB, downloaded once into "
                f"{ONNXMiniLM_L6_V2.DOWNLOAD_PATH}, and that failed ({type(error).__name__}: {error}); "
                "use the embedder 'hashing', which needs none"
            ) from error
        return _unit_rows(rows, len(texts))


class Endpoint:
    """An OpenAI-compatible `/embeddings` endpoint, asked directly.

    Our own adapter, since Chroma's prefers `OPENAI_API_KEY` over the key it is given.
    """

    def __init__(
        self,
        model: str,
        *,
        base_url: str,
        api_key: str = "",
        dim: int | None = None,
        batch: int = 64,
        timeout_s: float = 60.0,
        attempts: int = 3,
        before_call: Callable[[int], None] | None = None,
    ) -> None:
        """An embedder that asks `base_url`.

        Args:
            model: The endpoint's name for it.
            base_url: Up to and with `/v1`.
            api_key: Sent as a bearer token; none when empty.
            dim: Length of a vector; asked of the endpoint when not given.
            batch: Texts in one call.
            timeout_s: For one call.
            attempts: Calls before giving up; connection errors, 408, 429 and 5xx are tried again.
            before_call: Told the number of texts before each call; raises to refuse it (a budget).
        """
        self._model, self._base_url, self._api_key = model, base_url.rstrip("/"), api_key
        self._dim, self._batch, self._timeout_s, self._attempts = dim, batch, timeout_s, attempts
        self._before_call = before_call
        self.fingerprint = f"endpoint/{model}@{self._base_url}"

    @property
    def dim(self) -> int:
        """Length of a vector; the endpoint is asked once when it was not given."""
        if self._dim is None:
            self._dim = len(self._ask(["dimension"])[0])
        return self._dim

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit rows.

        Raises:
            EmbeddingError: the endpoint cannot be reached, refuses, or answers in another shape.
        """
        rows: list[list[float]] = []
        for start in range(0, len(texts), self._batch):
            rows.extend(self._ask(list(texts[start : start + self._batch])))
        if not rows:
            return np.zeros((0, self.dim), dtype=np.float32)
        vectors = _unit_rows(rows, len(texts))
        if self._dim is None:
            self._dim = vectors.shape[1]
        if vectors.shape[1] != self._dim:
            raise EmbeddingError(f"{self.fingerprint} gave {vectors.shape[1]} dimensions after {self._dim}")
        return vectors

    def _ask(self, texts: list[str]) -> list[list[float]]:
        import httpx

        headers = {"Authorization": f"Bearer {self._api_key}"} if self._api_key else {}
        body = {"model": self._model, "input": texts, "encoding_format": "float"}
        problem = ""
        for attempt in range(self._attempts):
            if attempt:
                time.sleep(min(0.5 * 2**attempt, 5.0))
            if self._before_call is not None:
                self._before_call(len(texts))
            try:
                answer = httpx.post(f"{self._base_url}/embeddings", json=body, headers=headers, timeout=self._timeout_s)
            except httpx.TransportError as error:
                problem = f"{type(error).__name__}: {error}"
                continue
            if answer.status_code in (408, 429) or answer.status_code >= 500:
                problem = f"HTTP {answer.status_code}"
                continue
            if answer.status_code != 200:
                raise EmbeddingError(f"{self.fingerprint} refused: HTTP {answer.status_code}: {answer.text[:200]}")
            return self._rows(answer, len(texts))
        raise EmbeddingError(f"{self.fingerprint} cannot be reached after {self._attempts} attempts: {problem}")

    def _rows(self, answer: Any, expected: int) -> list[list[float]]:
        try:
            data = sorted(answer.json()["data"], key=lambda item: int(item["index"]))
            rows = [[float(number) for number in item["embedding"]] for item in data]
        except (ValueError, KeyError, TypeError) as error:
            raise EmbeddingError(f"{self.fingerprint} answered in another shape: {error}") from error
        if len(rows) != expected:
            raise EmbeddingError(f"{self.fingerprint} gave {len(rows)} vectors for {expected} texts")
        return rows


def make_embedder(name: str) -> Embedder:
    """The embedder of that name: `hashing`, `minilm`, or `endpoint:<model>`.

    An endpoint's address and key come from `OPENAI_BASE_URL` and `OPENAI_API_KEY`, and never from a bank: a bank that
    came from elsewhere must not say where the key is sent.

    Raises:
        EmbeddingError: there is none of that name, or the environment names no endpoint.
    """
    kind, _, model = name.partition(":")
    if kind == "hashing" and not model:
        return HashingEmbedder()
    if kind == "minilm" and not model:
        return MiniLM()
    if kind == "endpoint" and model:
        base_url = os.environ.get("OPENAI_BASE_URL", "")
        if not base_url:
            raise EmbeddingError(f"the embedder '{name}' needs the address of its endpoint in OPENAI_BASE_URL")
        return Endpoint(model, base_url=base_url, api_key=os.environ.get("OPENAI_API_KEY", ""))
    raise EmbeddingError(f"no embedder '{name}': choose hashing, minilm or endpoint:<model>")


def kind_of(fingerprint: str) -> str:
    """The name that `make_embedder` takes for a fingerprint; `hashing` for none.

    Raises:
        EmbeddingError: the fingerprint is of an embedder of the caller's own.
    """
    kind, _, rest = fingerprint.partition("/")
    if not fingerprint or kind.startswith("hashing-"):
        return "hashing"
    if kind == "minilm":
        return "minilm"
    if kind == "endpoint":
        return f"endpoint:{rest.rpartition('@')[0]}"
    raise EmbeddingError(
        f"the bank was last opened with the embedder '{fingerprint}': name an embedder to open it with"
    )


def _unit_rows(rows: Any, expected: int) -> Vectors:
    try:
        vectors = np.asarray(rows, dtype=np.float32)
    except ValueError as error:
        raise EmbeddingError("the vectors of one answer are of different lengths") from error
    if vectors.ndim != 2 or vectors.shape[0] != expected or not vectors.shape[1] or not np.isfinite(vectors).all():
        raise EmbeddingError(f"expected {expected} finite vectors, got an array of shape {vectors.shape}")
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths == 0, 1, lengths), dtype=np.float32)
