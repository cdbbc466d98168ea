"""The authored phrases can be read, found, and trusted to mean what their notation says."""

import pytest

from conversation.seeker import Activity, Need, Scenario
from conversation.support import SupportMove
from nodes.embedded.reading.cues import Cues, read_phrase
from nodes.embedded.reading.lexicon import phrases, sections, word_classes
from nodes.embedded.reading.reactions import Reaction
from nodes.embedded.reading.words import words_of

FILES = {"moves": SupportMove, "activities": Activity, "needs": Need, "scenarios": Scenario, "changes": Reaction}


def found(phrase: str, text: str) -> bool:
    return bool(Cues({"label": [phrase]}, {"sad": "sad low"}).find(words_of(text)))


@pytest.mark.parametrize("name", FILES)
def test_every_section_of_a_lexicon_is_a_label_and_every_line_a_phrase(name: str) -> None:
    kind = FILES[name]
    classes = word_classes(name)
    for label, lines in phrases(name, kind).items():
        for line in lines:
            assert read_phrase(line, label, classes).weight in range(1, 9)


def test_every_move_and_need_and_scenario_has_phrases() -> None:
    assert {label.value for label in SupportMove} - {"unclear"} == set(phrases("moves", SupportMove))
    assert {label.value for label in Need} - {"unclear"} == set(phrases("needs", Need))
    assert {label.value for label in Scenario} - {"unclear"} == set(phrases("scenarios", Scenario))


def test_a_phrase_needs_its_words_in_order() -> None:
    assert found("i feel sad", "Today I feel sad.")
    assert not found("i feel sad", "Sad, I feel.")


def test_alternatives_optional_words_stems_gaps_and_classes() -> None:
    assert found("he|she left", "She left.")
    assert found("very [very] sad", "very sad")
    assert found("worr* about", "worrying about it")
    assert found("not .. help", "it does not really help")
    assert not found("not .. help", "not one two three four help")
    assert found("feel @sad", "I feel low")


def test_start_end_and_forbidden_words() -> None:
    assert found("^ but", "But no.")
    assert not found("^ but", "No but.")
    assert found("thanks $", "Many thanks!")
    assert not found("thanks $", "Thanks a lot.")
    assert not found("will do !it", "I will do it")
    assert found("will do !it", "I will do that")


def test_words_joined_by_an_underscore_stand_together() -> None:
    assert found("a_lot|much pain", "so a lot pain")
    assert not found("a_lot|much pain", "a pain")


@pytest.mark.parametrize("bad", ["ab* now", "^ $", "so|^ much", "go [now]"])
def test_a_phrase_that_cannot_mean_anything_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match=r"phrase|sign"):
        read_phrase(bad, "label", {})


def test_the_weight_stands_before_the_phrase() -> None:
    assert Cues({"label": ["3: so sad", "so"]}).find(words_of("so sad")) == {"label": 4}


def test_spelling_is_evened_out() -> None:
    assert words_of("I can't, cuz im tired").line == words_of("i cant because I'm tired").line


def test_feelings_name_adjectives_that_fit_after_feeling() -> None:
    for section in ("anger", "sadness", "fear"):
        assert sections("feelings")[section]
