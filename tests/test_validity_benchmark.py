"""The validity benchmark measures what it says, on words alone."""

import importlib.util
import math
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from conversation.dialogue import Dialogue, Outcome, Speaker, Turn

PATH = Path(__file__).parents[1] / "benchmarks" / "validity.py"


@pytest.fixture(scope="module")
def validity() -> ModuleType:
    spec = importlib.util.spec_from_file_location("validity_benchmark", PATH)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def dialogue(identity: str, words: int = 6) -> Dialogue:
    return Dialogue(
        id=identity,
        source="ours",
        licence="Apache-2.0",
        situation=identity,
        problem="job crisis",
        emotion="fear",
        turns=(
            Turn(speaker=Speaker.SEEKER, text="I lost  my job.\n"),
            Turn(speaker=Speaker.SUPPORTER, text="That sounds hard.", strategies=("Question",)),
            Turn(speaker=Speaker.SEEKER, text=" ".join(["rain"] * words), feedback=5),
        ),
        outcome=Outcome.FAILED,
        intensity_before=5,
        intensity_after=1,
        ratings={"empathy": 5},
    )


def test_nothing_but_words_is_left_of_a_masked_dialogue(validity: ModuleType) -> None:
    bare = validity.masked(dialogue("a"))
    said = bare.model_dump(exclude={"id", "source", "licence", "locale", "situation"})
    assert bare.turns[0].text == "I lost my job."
    assert said["problem"] == said["emotion"] == ""
    assert said["ratings"] == {}
    assert bare.outcome is Outcome.UNKNOWN
    assert bare.intensity_before is bare.intensity_after is None
    assert all(turn.feedback is None and not turn.strategies for turn in bare.turns)


def test_feedback_never_reaches_the_polarity_of_a_unit(validity: ModuleType) -> None:
    (unit,) = validity.read(0, dialogue("a")).units
    assert unit.feedback == 5
    assert unit.polarity == 0


def test_auc_counts_ties_half_and_knows_its_ends(validity: ModuleType) -> None:
    assert validity.auc([True, True, False], [3, 2, 1]) == 1
    assert validity.auc([True, False], [1, 1]) == 0.5
    assert validity.auc([True, False, False], [2, 1, 3]) == 0.5
    assert math.isnan(validity.auc([True, True], [1, 2]))


def test_lengths_are_matched_within_a_tenth_and_nobody_is_used_twice(validity: ModuleType) -> None:
    def read(name: str, words: int) -> object:
        return validity.Read(dialogue(name), [], words)

    failed = [read("a", 100), read("b", 100), read("c", 500)]
    helped = [read("x", 105), read("y", 300), read("z", 99)]
    left, right = validity.length_matched(failed, helped)
    assert [one.words for one in left] == [100, 100]
    assert sorted(one.words for one in right) == [99, 105]


def test_a_message_that_cannot_be_told_counts_as_wrong(validity: ModuleType) -> None:
    counts = validity.confusion(["Question", "Question"], ["Question", ""])
    assert counts.sum() == 2
    accuracy, f1 = validity.accuracy_and_f1(counts)
    assert accuracy == 0.5
    assert np.isclose(f1, (2 / 3) / 8)
