"""A text is either the answer that was asked for, or it is malformed: nothing is guessed."""

import pytest

from conversation.model import Value
from nodes.errors import Malformed
from nodes.seam.answers import TextStream, read_answer, read_text, strip_thinking


class Mark(Value):
    words: str
    change: int
    turns: tuple[int, ...] = ()


GOOD = '{"words": "so-so", "change": -5, "turns": [1, 2]}'
MARK = Mark(words="so-so", change=-5, turns=(1, 2))


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        f"\n  {GOOD}  \n",
        f"```json\n{GOOD}\n```",
        f"```\n{GOOD}\n```\n",
        f"Here it is:\n```json\n{GOOD}\n```\nAnything else?",
        f"Here it is: {GOOD} Anything else?",
        f"<think>Perhaps {{9}}?</think>{GOOD}",
        f"<thinking>\none\n</thinking>\n<think>two</think>\n```json\n{GOOD}\n```",
        f"so I would say five\n</think>\n{GOOD}",
    ],
)
def test_an_answer_is_found_in_its_usual_wrappings(text: str) -> None:
    assert read_answer(text, Mark) == MARK


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "empty"),
        ("   \n", "empty"),
        ("<think>I never stopped", "empty"),
        (f"<think>{GOOD}", "empty"),
        ("I would rather not.", "no JSON object"),
        (GOOD[:-4], "not valid JSON|no JSON object"),
        (f"{GOOD}\n{GOOD}", "not valid JSON"),
        (f"For example {GOOD}, but really {GOOD}", "not valid JSON"),
        ('{"words": "a", "change": 5, "change": -5}', "'change' more than once"),
        ('{"words": "a", "change": "5"}', "change: Input should be a valid integer"),
        ('{"words": "a", "change": true}', "change: Input should be a valid integer"),
        ('{"words": "a", "change": 5.5}', "change: Input should be a valid integer"),
        ('{"words": "a", "change": null}', "change"),
        ('{"words": "a"}', "change: Field required"),
        ('{"words": "a", "change": 1, "score": 2}', "score: Extra inputs"),
        ('{"words": "a", "change": 1, "turns": {"0": 1}}', "turns"),
        ('[{"words": "a", "change": 1}]', None),
        ('{"words": "\\ud83d", "change": 1}', "broken characters"),
        ('{"words": "a\ufffdb", "change": 1}', "broken characters"),
    ],
)
def test_what_is_not_the_answer_is_malformed_and_says_why(text: str, why: str | None) -> None:
    if why is None:  # an object within a list is still one object, and whole
        assert read_answer(text, Mark).change == 1
        return
    with pytest.raises(Malformed, match=why):
        read_answer(text, Mark)


def test_a_broken_character_that_the_question_holds_may_come_back() -> None:
    assert read_answer('{"words": "a\ufffdb", "change": 1}', Mark, question="the seeker wrote a\ufffdb").change == 1


def test_many_errors_are_quoted_in_part() -> None:
    turns = ", ".join('"x"' for _ in range(20))
    with pytest.raises(Malformed) as caught:
        read_answer(f'{{"words": "a", "change": 1, "turns": [{turns}]}}', Mark)
    assert "turns.7" in caught.value.message
    assert "turns.8" not in caught.value.message
    assert "and 12 more" in caught.value.message


def test_tags_within_an_answer_are_its_own_words() -> None:
    text = '{"words": "she wrote </think> and <think>", "change": 1}'
    assert read_answer(text, Mark).words == "she wrote </think> and <think>"


def test_plain_text_loses_thinking_and_white_space_only() -> None:
    assert strip_thinking("<think>hm</think>\n\nI hear you.\n\nGo on. ") == "I hear you.\n\nGo on."
    assert read_text(" That sounds { heavy }. ") == "That sounds { heavy }."
    with pytest.raises(Malformed, match="empty"):
        read_text("<think>hm</think> ")


@pytest.mark.parametrize(
    "whole",
    [
        "I hear you.\n\nGo on.",
        "<think>They say <b>.</think>\n\nI hear you.\n\nGo on.  \n",
        "  <THINKING>a</THINKING><think>b</think>I hear you.\n\nGo on.",
    ],
)
@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_a_stream_gives_the_same_text_however_it_is_cut(whole: str, size: int) -> None:
    stream = TextStream()
    pieces = [p for i in range(0, len(whole), size) for p in stream.add(whole[i : i + size])] + list(stream.end())
    assert "".join(pieces) == read_text(whole) == "I hear you.\n\nGo on."


def test_a_stream_hands_words_out_as_they_come() -> None:
    stream = TextStream()
    assert [list(stream.add(word)) for word in ("I ", "hear ", "you.")] == [["I"], [" hear"], [" you."]]


def test_a_stream_that_turns_out_to_have_been_thinking_is_malformed() -> None:
    stream = TextStream()
    assert list(stream.add("I should ask. </th")) == ["I should ask. </th"]
    with pytest.raises(Malformed, match="thinking"):
        list(stream.add("ink>Hello."))


@pytest.mark.parametrize("text", ["", "  \n", "<think>on and on"])
def test_a_stream_without_an_answer_is_malformed(text: str) -> None:
    stream = TextStream()
    assert list(stream.add(text)) == []
    with pytest.raises(Malformed, match="empty"):
        list(stream.end())


def test_a_short_answer_that_begins_like_a_tag_is_not_lost() -> None:
    stream = TextStream()
    assert list(stream.add("<t")) == []
    assert list(stream.end()) == ["<t"]
