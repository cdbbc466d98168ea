"""The index is rebuilt whenever it is missing, behind or broken, and banks never mix."""

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skills_bank.embedding import HashingEmbedder, Vectors
from skills_bank.errors import BankError
from skills_bank.index import IndexUnavailable, VectorIndex

EMBEDDER = HashingEmbedder(64)


class Source:
    """Vectors as the journal gives them, with a count of how many were asked for."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, texts: Sequence[str]) -> Vectors:
        self.asked += len(texts)
        return EMBEDDER.embed(texts)


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture(params=["memory", "server"])
def make(request: pytest.FixtureRequest, source: Source) -> Iterator[Callable[..., VectorIndex]]:
    """Makes indexes in memory, and on a real Chroma server."""
    where = "memory" if request.param == "memory" else str(request.getfixturevalue("chroma_url"))
    made: list[VectorIndex] = []
    name = os.urandom(16).hex()

    def make_one(bank: str = name, fingerprint: str = EMBEDDER.fingerprint) -> VectorIndex:
        made.append(VectorIndex(where, bank, fingerprint, source))
        return made[-1]

    yield make_one
    for index in made:
        index.close()


def entries(count: int, start: int = 0) -> dict[str, str]:
    return {f"skill-{n}#0": f"text {n} about subject {n} and matter {n * n}" for n in range(start, start + count)}


def query(text: str) -> Vectors:
    return np.asarray(EMBEDDER.embed([text])[0])


def exact(text: str, known: dict[str, str], count: int) -> list[tuple[str, float]]:
    rows = EMBEDDER.embed(list(known.values()))
    found = sorted(zip(known, rows @ query(text), strict=True), key=lambda pair: -pair[1])
    return [(entry, float(similarity)) for entry, similarity in found[:count]]


def test_the_nearest_are_found_with_their_cosine(make: Callable[..., VectorIndex]) -> None:
    known = entries(40)
    found = make().nearest(query("subject 7"), 5, known, known)
    assert [similarity for _, similarity in found] == pytest.approx(
        [similarity for _, similarity in exact("subject 7", known, 5)], abs=1e-5
    )
    assert found[0][0] == "skill-7#0"


@pytest.mark.parametrize("every", [2, 15, 40])
def test_the_nearest_of_the_allowed_are_found_however_few(make: Callable[..., VectorIndex], every: int) -> None:
    known = entries(200)
    allowed = {entry: text for n, (entry, text) in enumerate(known.items()) if n % every == 0}
    found = make().nearest(query("subject 7"), 5, allowed, known)
    assert {entry for entry, _ in found} == {entry for entry, _ in exact("subject 7", allowed, 5)}


def test_a_filter_that_takes_away_all_the_nearest_still_leaves_the_next(make: Callable[..., VectorIndex]) -> None:
    known = entries(200)
    nearest = {entry for entry, _ in exact("subject 7", known, 60)}
    allowed = {entry: text for entry, text in known.items() if entry not in nearest}
    found = make().nearest(query("subject 7"), 5, allowed, known)
    assert {entry for entry, _ in found} == {entry for entry, _ in exact("subject 7", allowed, 5)}


def test_entries_are_embedded_once(make: Callable[..., VectorIndex], source: Source) -> None:
    index = make()
    for _ in range(3):
        index.nearest(query("subject 7"), 5, entries(20), entries(20))
    assert source.asked == 20
    index.nearest(query("subject 7"), 5, entries(25), entries(25))
    assert source.asked == 25


def test_more_than_there_are_is_all_there_are(make: Callable[..., VectorIndex]) -> None:
    known = entries(3)
    assert len(make().nearest(query("text"), 10, known, known)) == 3
    assert make().nearest(query("text"), 10, [], known) == []


def test_an_older_view_sees_only_its_own(make: Callable[..., VectorIndex]) -> None:
    index, old, new = make(), entries(10), entries(20)
    index.nearest(query("subject 15"), 3, new, new)
    assert {entry for entry, _ in index.nearest(query("subject 15"), 10, old, old)} == set(old)


def test_two_banks_never_mix(make: Callable[..., VectorIndex]) -> None:
    first, second = make("a" * 32), make("b" * 32)
    first.nearest(query("text"), 3, entries(10), entries(10))
    assert {e for e, _ in second.nearest(query("subject 3"), 10, entries(5, 50), entries(5, 50))} == set(entries(5, 50))


def test_two_embedders_never_mix(make: Callable[..., VectorIndex], source: Source) -> None:
    known = entries(10)
    make("c" * 32).nearest(query("text"), 3, known, known)
    make("c" * 32, fingerprint="another").nearest(query("text"), 3, known, known)
    assert source.asked == 20


def test_a_collection_that_vanishes_is_rebuilt_and_said_in_one_line(
    make: Callable[..., VectorIndex], source: Source, caplog: pytest.LogCaptureFixture
) -> None:
    index, known = make(), entries(20)
    before = index.nearest(query("subject 7"), 5, known, known)
    index._client.delete_collection(index._name)
    assert index.nearest(query("subject 7"), 5, known, known) == before
    (message,) = caplog.messages
    assert "rebuilt from the journal" in message
    assert "\n" not in message
    assert source.asked == 40


def test_a_collection_that_lost_entries_is_rebuilt(
    make: Callable[..., VectorIndex], caplog: pytest.LogCaptureFixture
) -> None:
    index, known = make(), entries(8)
    before = index.nearest(query("subject 7"), 8, known, known)
    index._collection.delete(ids=["skill-7#0", "skill-3#0"])
    assert index.nearest(query("subject 7"), 8, known, known) == before
    assert ["rebuilt from the journal" in message for message in caplog.messages] == [True]


def test_an_index_that_cannot_be_mended_says_so(
    make: Callable[..., VectorIndex], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    index, known = make(), entries(8)

    def broken(*_: object, **__: object) -> Any:
        raise RuntimeError("Error finding id\nand a long trace")

    monkeypatch.setattr(index, "_query", broken)
    with pytest.raises(BankError, match=r"stays broken after a rebuild \(RuntimeError: Error finding id\)"):
        index.nearest(query("subject 7"), 8, known, known)
    assert len(caplog.messages) == 1


def test_wrong_vectors_are_found_and_a_rebuild_mends_them(make: Callable[..., VectorIndex]) -> None:
    index, known = make(), entries(20)
    index.nearest(query("text"), 1, known, known)
    assert index.problems(known) == []
    index._collection.upsert(ids=["skill-7#0"], embeddings=[query("something else")])
    (problem,) = index.problems(known)
    assert "1 of 20 entries hold another vector, such as skill-7#0" in problem
    index.rebuild(known)
    assert index.problems(known) == []


def test_a_fork_is_told_before_chroma_hangs(make: Callable[..., VectorIndex], monkeypatch: pytest.MonkeyPatch) -> None:
    index, known = make(), entries(3)
    index.nearest(query("text"), 1, known, known)
    with monkeypatch.context() as patched:
        patched.setattr(os, "getpid", lambda: -1)
        with pytest.raises(BankError, match="a fork must open the bank again"):
            index.nearest(query("text"), 1, known, known)


def test_a_second_client_finds_the_entries_on_the_server(chroma_url: str, source: Source) -> None:
    name, known = os.urandom(16).hex(), entries(30)
    for _ in range(2):
        index = VectorIndex(chroma_url, name, EMBEDDER.fingerprint, source)
        assert index.nearest(query("subject 7"), 1, known, known)[0][0] == "skill-7#0"
        index.close()
    assert source.asked == 30


def test_a_server_that_is_away_is_said_at_first_and_in_between(source: Source, tmp_path: Path) -> None:
    servers = pytest.importorskip("servers")
    known, port = entries(5), servers.free_port()
    with pytest.raises(IndexUnavailable, match=rf"no Chroma server answers at http://127\.0\.0\.1:{port}"):
        VectorIndex(f"http://127.0.0.1:{port}", "d" * 32, "x", source).nearest(query("text"), 1, known, known)
    with servers.chroma(port, tmp_path) as (url, _):
        index = VectorIndex(url, "d" * 32, EMBEDDER.fingerprint, source)
        before = index.nearest(query("subject 3"), 5, known, known)
    with pytest.raises(IndexUnavailable, match="does not answer"):
        index.nearest(query("subject 3"), 5, known, known)
    with servers.chroma(port, tmp_path):
        assert index.nearest(query("subject 3"), 5, known, known) == before
        index.close()


@pytest.mark.parametrize("where", ["", "Memory", "localhost:8000", "ftp://localhost"])
def test_an_index_is_memory_or_a_url(where: str, source: Source) -> None:
    with pytest.raises(BankError, match=r"'memory' or the URL of a Chroma server.*not '" + where):
        VectorIndex(where, "d" * 32, "x", source)


def test_a_dotenv_file_of_the_project_does_not_disturb_chroma(
    make: Callable[..., VectorIndex], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text(
        "OPENAI_API_KEY=x\nESC_SKILLS_BANK=y\nANONYMIZED_TELEMETRY=True\nIS_PERSISTENT=True\n"
    )
    monkeypatch.chdir(tmp_path)
    assert len(make().nearest(query("text"), 2, entries(4), entries(4))) == 2
    assert [path.name for path in tmp_path.iterdir()] == [".env"]
