"""How does text become a vector? Three embedders behind one small protocol; no vector without its fingerprint.

`hashing` needs no download and no fit and gives the same vectors on every machine; `minilm` is Chroma's own ONNX model;
`endpoint` is any OpenAI-compatible server. Rows are float32 of unit length, so that a dot product is the cosine.
"""

import hashlib
import math
import os
import re
import time
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]


class EmbeddingError(RuntimeError):
    """No vectors can be had: a missing model, an unreachable endpoint, an answer of the wrong shape."""


@runtime_checkable
class Embedder(Protocol):
    """What the bank asks of an embedder."""

    @property
    def fingerprint(self) -> str:
        """All that decides a vector, as one short name: kind, model, version, settings."""
        ...

    @property
    def dim(self) -> int:
        """Length of a vector."""
        ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit rows, shape (len(texts), dim), in the order of the texts.

        Raises:
            EmbeddingError: no vectors can be had.
        """
        ...


_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_UINT = np.uint64
_PRIME = _UINT(0x100000001B3)  # FNV's 64-bit prime and offset: a published constant, the same everywhere
_OFFSET = _UINT(0xCBF29CE484222325)

# Function words carry no topic. Without a fit there are no inverse document frequencies, so they are named.
_FUNCTION_WORDS = frozenset(
    [
        "a",
        "about",
        "above",
        "after",
        "again",
        "all",
        "also",
        "am",
        "an",
        "and",
        "any",
        "are",
        "as",
        "at",
        "be",
        "because",
        "been",
        "before",
        "being",
        "below",
        "between",
        "both",
        "but",
        "by",
        "can",
        "could",
        "did",
        "do",
        "does",
        "doing",
        "don't",
        "down",
        "during",
        "each",
        "even",
        "few",
        "for",
        "from",
        "further",
        "get",
        "got",
        "had",
        "has",
        "have",
        "having",
        "he",
        "her",
        "here",
        "hers",
        "him",
        "his",
        "how",
        "i",
        "i'm",
        "i've",
        "i'd",
        "i'll",
        "if",
        "in",
        "into",
        "is",
        "isn't",
        "it",
        "it's",
        "its",
        "just",
        "like",
        "me",
        "more",
        "most",
        "my",
        "myself",
        "no",
        "nor",
        "not",
        "now",
        "of",
        "off",
        "on",
        "once",
        "only",
        "or",
        "other",
        "our",
        "out",
        "over",
        "own",
        "really",
        "same",
        "she",
        "so",
        "some",
        "such",
        "than",
        "that",
        "that's",
        "the",
        "their",
        "them",
        "then",
        "there",
        "these",
        "they",
        "this",
        "those",
        "through",
        "to",
        "too",
        "um",
        "under",
        "until",
        "up",
        "us",
        "very",
        "was",
        "we",
        "were",
        "what",
        "when",
        "where",
        "which",
        "while",
        "who",
        "why",
        "will",
        "with",
        "would",
        "yes",
        "you",
        "you're",
        "your",
    ]
)


class HashingEmbedder:
    """Signed feature hashing of words, word pairs and character n-grams (Weinberger et al., ICML 2009).

    Counts enter as 1 + ln(count); each of the three feature families is scaled to unit length before they are added
    with their weights, so that the many character n-grams do not drown the words.
    """

    def __init__(self, dim: int = 1024, *, words: float = 1.0, pairs: float = 0.3, characters: float = 1.0) -> None:
        if dim < 16:
            raise ValueError(f"an embedding of {dim} dimensions holds nothing; take at least 16")
        self.dim = dim
        self._weights = (words, pairs, characters)
        self.fingerprint = f"hashing-2/{dim}/{words:g}-{pairs:g}-{characters:g}"

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit rows; a text without any letter or digit gives a zero row."""
        out = np.zeros((len(texts), self.dim), dtype=np.float32)
        for row, text in enumerate(texts):
            out[row] = self._one(text)
        return out

    def _one(self, text: str) -> npt.NDArray[np.float64]:
        tokens = [token.replace("’", "'") for token in _WORD.findall(text.lower())]
        content = [token for token in tokens if token not in _FUNCTION_WORDS] or tokens
        hashes = np.array([_word_hash(token) for token in content], dtype=_UINT)
        with np.errstate(over="ignore"):
            pairs = hashes[:-1] * _PRIME ^ hashes[1:]
        families = (hashes, pairs, _character_hashes(content))
        total = np.zeros(self.dim)
        for weight, family in zip(self._weights, families, strict=True):
            total += weight * self._fold(family)
        length = float(np.sqrt(total @ total))
        return total / length if length else total

    def _fold(self, features: npt.NDArray[np.uint64]) -> npt.NDArray[np.float64]:
        if not features.size:
            return np.zeros(self.dim, dtype=np.float64)
        distinct, counts = np.unique(_mixed(features), return_counts=True)
        signs = np.where(distinct >> _UINT(63), 1.0, -1.0)
        places = (distinct & _UINT(0x7FFFFFFFFFFFFFFF)) % _UINT(self.dim)
        weights = signs * (1.0 + np.log(counts))
        folded = np.bincount(places.astype(np.int64), weights, self.dim).astype(np.float64)
        length = math.sqrt(float(folded @ folded))
        return folded / length if length else folded


def _word_hash(word: str) -> int:
    """64 bits of a word. Python's own `hash` is salted in every process and would give other vectors each time."""
    return int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "little")


def _character_hashes(words: Sequence[str]) -> npt.NDArray[np.uint64]:
    """Hashes of all runs of 3 to 5 characters, word boundaries included."""
    points = np.frombuffer(f" {' '.join(words)} ".encode("utf-32-le"), dtype="<u4").astype(_UINT)
    found = []
    with np.errstate(over="ignore"):
        for size in (3, 4, 5):
            if len(points) < size:
                break
            rolling = np.full(len(points) - size + 1, _OFFSET ^ _UINT(size))
            for shift in range(size):
                rolling = (rolling ^ points[shift : len(points) - size + 1 + shift]) * _PRIME
            found.append(rolling)
    return np.concatenate(found) if found else np.zeros(0, dtype=_UINT)


def _mixed(values: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """SplitMix64's finaliser (Steele et al., OOPSLA 2014): every bit of the input reaches sign and place."""
    with np.errstate(over="ignore"):
        values = (values ^ (values >> _UINT(30))) * _UINT(0xBF58476D1CE4E5B9)
        values = (values ^ (values >> _UINT(27))) * _UINT(0x94D049BB133111EB)
        return np.asarray(values ^ (values >> _UINT(31)), dtype=_UINT)


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

    An endpoint's address and key come from `OPENAI_BASE_URL` and `OPENAI_API_KEY`.

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


def _unit_rows(rows: Any, expected: int) -> Vectors:
    try:
        vectors = np.asarray(rows, dtype=np.float32)
    except ValueError as error:
        raise EmbeddingError("the vectors of one answer are of different lengths") from error
    if vectors.ndim != 2 or vectors.shape[0] != expected or not np.isfinite(vectors).all():
        raise EmbeddingError(f"expected {expected} finite vectors, got an array of shape {vectors.shape}")
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths == 0, 1, lengths), dtype=np.float32)
