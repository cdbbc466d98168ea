"""A vector is computed once, kept by fingerprint, and never mixed with another embedder's."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

from skills_bank.embedding import HashingEmbedder, Vectors
from skills_bank.journal import Journal
from skills_bank.schema import vectors
from skills_bank.vectors import VectorCache


class Counting:
    """The hashing embedder, with a list of what it was asked."""

    def __init__(self, dim: int = 32) -> None:
        self._own = HashingEmbedder(dim)
        self.fingerprint, self.dim = self._own.fingerprint, dim
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.asked.extend(texts)
        return self._own.embed(texts)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    opened = Journal.open(tmp_path)
    yield opened
    opened.close()


def test_vectors_of_skills_outlive_the_process(journal: Journal) -> None:
    first, second = Counting(), Counting()
    rows = VectorCache(journal, first).of_skills(["a", "b", "a"])
    assert first.asked == ["a", "b"]
    assert (VectorCache(journal, second).of_skills(["b", "a"]) == rows[[1, 0]]).all()
    assert second.asked == []
    assert VectorCache(journal, second).of_skills(["c", "a"]).shape == (2, 32)
    assert second.asked == ["c"]


def test_another_embedder_computes_its_own(journal: Journal) -> None:
    VectorCache(journal, Counting(32)).of_skills(["a"])
    other = Counting(64)
    assert VectorCache(journal, other).of_skills(["a"]).shape == (1, 64)
    assert other.asked == ["a"]


def test_a_vector_of_the_wrong_length_is_computed_again(journal: Journal) -> None:
    embedder = Counting()
    cache = VectorCache(journal, embedder)
    right = cache.of_skills(["a"])
    with journal.writing() as connection:
        connection.execute(vectors.update().values(vector=b"1234"))
    assert (cache.of_skills(["a"]) == right).all()


def test_queries_are_remembered_and_never_written_down(journal: Journal) -> None:
    embedder = Counting()
    cache = VectorCache(journal, embedder)
    first = cache.of_query("what the seeker said")
    assert (cache.of_query("what the seeker said") == first).all()
    assert embedder.asked == ["what the seeker said"]
    with journal.reading() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(vectors)).scalar_one() == 0


def test_only_the_latest_queries_are_remembered(journal: Journal) -> None:
    embedder = Counting()
    cache = VectorCache(journal, embedder)
    for n in range(600):
        cache.of_query(str(n))
    cache.of_query("599")
    assert len(embedder.asked) == 600
    cache.of_query("0")
    assert len(embedder.asked) == 601


def test_a_bank_with_thousands_of_texts_is_read_in_one_go(journal: Journal) -> None:
    texts = [f"text {n}" for n in range(1500)]
    embedder = Counting()
    cache = VectorCache(journal, embedder)
    assert np.array_equal(cache.of_skills(texts), cache.of_skills(texts))
    assert len(embedder.asked) == 1500
