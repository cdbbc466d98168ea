"""How does text become a vector? Three embedders behind one small protocol; no vector without its fingerprint.

`hashing` needs no download and no fit and gives the same vectors on every machine; `minilm` is Chroma's own ONNX model;
`endpoint` is any OpenAI-compatible server. Rows are float32 of unit length, so that a dot product is the cosine.
"""

import hashlib
import math
import re
from collections.abc import Sequence
from typing import Protocol, runtime_checkable

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
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_UINT = np.uint64
_PRIME = _UINT(0x100000001B3)  # FNV's 64-bit prime and offset: a published constant, the same everywhere
_OFFSET = _UINT(0xCBF29CE484222325)

# Function words carry no topic. Without a fit there are no inverse document frequencies, so they are named.
_FUNCTION_WORDS_TEXT = """
a about above after again all also am an and any are as at be because been before being below between both but by can
could did do does doing don't down during each even few for from further get got had has have having he her here hers
him his how i i'm i've i'd i'll if in into is isn't it it's its just like me more most my myself no nor not now of off
on once only or other our out over own really same she so some such than that that's the their them then there these
they this those through to too um under until up us very was we were what when where which while who why will with would
yes you you're your
"""
_FUNCTION_WORDS = frozenset(_FUNCTION_WORDS_TEXT.split())


class HashingEmbedder:
    """Signed feature hashing of words, word pairs and character n-grams (Weinberger et al., ICML 2009).

    Counts enter as 1 + ln(count); each of the three feature families is scaled to unit length before they are added
    with their weights, so that the many character n-grams do not drown the words.

    Length and weights come from `benchmarks/bank_embedders.py`: precision at 5 among 196 and 910 real situations is
    .51 and .56 with 1,024 dimensions, .52 and .57 with 2,048 (twice the cost, within a standard error), .49 and .52
    without characters; chance is .21 and .19.
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
        hashes = np.array([_word_hash(word) for token in content for word in _words(token)], dtype=_UINT)
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


def _words(token: str) -> Sequence[str]:
    """Chinese and Japanese write no spaces: there, every two neighbouring characters stand for a word."""
    if len(token) < 3 or not _UNSPACED.search(token):
        return (token,)
    return [token[start : start + 2] for start in range(len(token) - 1)]


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
