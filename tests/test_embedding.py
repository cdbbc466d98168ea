"""The hashing embedder gives the same vectors everywhere, and near texts lie near."""

import subprocess
import sys

import numpy as np
import pytest

from skills_bank.embedding import Embedder, HashingEmbedder

TEXTS = (
    "My boss shouted at me in front of everyone.",
    "My manager yelled at me before the whole team, and everyone watched.",
    "I cannot sleep because of the exam next week.",
    "我最近压力很大，睡不着。",
)
PINNED = (
    ((28, 106, 454), (0.345857, -0.345857, -0.345857)),
    ((454, 522, 537), (-0.282391, -0.282391, -0.282391)),
    ((247, 680, 802), (0.311889, -0.311889, -0.311889)),
    ((182, 424, 462), (-0.247017, -0.247017, 0.247017)),
)
"""The three largest numbers of each text's vector: where, and what."""


def test_rows_are_of_unit_length() -> None:
    rows = HashingEmbedder().embed(TEXTS)
    assert rows.shape == (4, 1024)
    assert rows.dtype == np.float32
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1.0, abs=1e-6)


def test_the_fingerprint_stands_for_these_very_vectors() -> None:
    """Banks keep vectors by fingerprint: if these numbers change, the fingerprint must change too."""
    embedder = HashingEmbedder()
    assert embedder.fingerprint == "hashing-2/1024/1-0.3-1"
    for row, (places, values) in zip(embedder.embed(TEXTS), PINNED, strict=True):
        assert row[list(places)] == pytest.approx(values, abs=1e-5)


def test_another_process_gives_the_same_vectors() -> None:
    script = (
        "import sys; from skills_bank.embedding import HashingEmbedder; "
        "sys.stdout.buffer.write(HashingEmbedder().embed(sys.argv[1:]).tobytes())"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *TEXTS], capture_output=True, check=True, env={"PYTHONHASHSEED": "7"}
    )
    assert done.stdout == HashingEmbedder().embed(TEXTS).tobytes()


def test_a_text_has_the_same_vector_in_any_company() -> None:
    embedder = HashingEmbedder()
    together = embedder.embed(TEXTS)
    assert all((embedder.embed([text])[0] == row).all() for text, row in zip(TEXTS, together, strict=True))


def test_near_texts_lie_near() -> None:
    same, near, far, _ = HashingEmbedder().embed(TEXTS)
    assert same @ near > same @ far + 0.1


def test_case_and_typographic_apostrophes_do_not_matter() -> None:
    first, second = HashingEmbedder().embed(["I can't face MY BOSS.", "i can’t face my boss"])
    assert first @ second == pytest.approx(1.0, abs=1e-6)


def test_chinese_is_told_apart_too() -> None:
    one, like_it, other = HashingEmbedder().embed(
        ["我最近压力很大，睡不着。", "压力很大，总是睡不着", "我的狗昨天去世了"]
    )
    assert one @ like_it > one @ other + 0.1


@pytest.mark.parametrize("text", ["", "   ", "…?!"])
def test_a_text_without_words_has_no_direction(text: str) -> None:
    assert not HashingEmbedder().embed([text]).any()


@pytest.mark.parametrize("text", ["a", "I", "the", "7", "it's"])
def test_the_shortest_words_still_have_one(text: str) -> None:
    assert np.linalg.norm(HashingEmbedder().embed([text])[0]) == pytest.approx(1.0, abs=1e-6)


def test_settings_are_part_of_the_fingerprint() -> None:
    made = [HashingEmbedder(), HashingEmbedder(512), HashingEmbedder(words=2), HashingEmbedder(characters=0.5)]
    assert len({embedder.fingerprint for embedder in made}) == 4
    with pytest.raises(ValueError, match="at least 16"):
        HashingEmbedder(8)


def test_nothing_to_embed_is_an_empty_answer() -> None:
    assert HashingEmbedder().embed([]).shape == (0, 1024)


def test_it_is_an_embedder() -> None:
    assert isinstance(HashingEmbedder(), Embedder)
