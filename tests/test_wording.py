"""The common stock of sentences serves every move, varies, and says nothing that a skill may not say."""

import re

import pytest

from conversation.support import SupportMove
from nodes.embedded.reading.moves import read_moves
from nodes.embedded.wording import templates
from skills_bank.lint import SLOTS, lint
from skills_bank.skill_md import starter

MOVES = [move for move in SupportMove if move not in (SupportMove.DISCLOSE_SELF, SupportMove.UNCLEAR)]
FILLED = {
    "problem": "the review with your manager",
    "feeling": "anxious",
    "person": "your manager",
    "effort": "kept the rota going alone",
    "quote": "it was all for nothing",
}


@pytest.mark.parametrize("move", MOVES)
def test_every_move_has_ten_to_fourteen_ways(move: SupportMove) -> None:
    assert 10 <= len(templates(move)) <= 14


@pytest.mark.parametrize("move", [SupportMove.DISCLOSE_SELF, SupportMove.UNCLEAR])
def test_what_the_agent_never_does_has_none(move: SupportMove) -> None:
    with pytest.raises(KeyError, match=move.value):
        templates(move)


@pytest.mark.parametrize("move", MOVES)
def test_a_sentence_has_at_most_two_known_slots(move: SupportMove) -> None:
    for template in templates(move):
        found = re.findall(r"\{([^}]*)\}", template)
        assert len(found) <= 2
        assert set(found) <= set(SLOTS)


@pytest.mark.parametrize("move", MOVES)
def test_every_move_can_be_made_when_nothing_was_read(move: SupportMove) -> None:
    assert any("{" not in template for template in templates(move))


@pytest.mark.parametrize("move", MOVES)
def test_ten_turns_in_a_row_open_differently(move: SupportMove) -> None:
    openings = [" ".join(template.split()[:2]).lower() for template in templates(move)]
    assert len(set(openings)) == len(openings)


def test_no_sentence_serves_two_moves() -> None:
    everything = [template for move in MOVES for template in templates(move)]
    assert len(set(everything)) == len(everything)


@pytest.mark.parametrize("move", MOVES)
def test_a_sentence_starts_with_a_capital_and_ends(move: SupportMove) -> None:
    for template in templates(move):
        assert template[0].isupper() or template[0] == "“", template
        assert template[-1] in ".?”", template
        assert len(template) <= 160


@pytest.mark.parametrize("move", MOVES)
def test_lint_finds_nothing_in_it(move: SupportMove) -> None:
    skill = starter()[0]
    for start in range(0, len(templates(move)), 7):
        step = skill.steps[0].model_copy(update={"wording": templates(move)[start : start + 7]})
        assert lint(skill.model_copy(update={"steps": (step,)})) == ()


def test_open_questions_are_open_and_plans_are_shared() -> None:
    for template in templates(SupportMove.ASK_OPENLY):
        assert template.endswith("?")
        assert re.search(r"\b(what|how|where)\b", template, re.IGNORECASE)
    for template in templates(SupportMove.ASK_TO_CLARIFY):
        assert template.endswith("?")
    for template in templates(SupportMove.PLAN):
        assert re.search(r"\b(we|our|us|let's|together|which)\b", template, re.IGNORECASE)
    for template in templates(SupportMove.REFLECT_FEELING):
        assert re.search(r"\{feeling\}|painful|heavily", template)


def test_a_reader_written_for_human_text_knows_the_moves() -> None:
    # The reader was written for other text, and its author had no hand in these sentences (91 % when both were new).
    told = [move in read_moves(template.format_map(FILLED)) for move in MOVES for template in templates(move)]
    assert sum(told) / len(told) >= 0.85
