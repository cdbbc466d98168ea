"""A situation decides on which side of the split a dialogue stands."""

import pytest

from conversation.split import held_out

SITUATIONS = [f"I argued with my neighbour about tree number {n}." for n in range(2000)]
KNOWN = [6, 7, 14, 19]
"""Computed once; a change of the rule would move dialogues across the split."""


def test_about_the_asked_share_is_held_out() -> None:
    share = sum(held_out(situation) for situation in SITUATIONS) / len(SITUATIONS)
    assert 0.26 < share < 0.34
    assert 0.46 < sum(held_out(s, 0.5) for s in SITUATIONS) / len(SITUATIONS) < 0.54


def test_the_same_situation_in_other_dress_stands_on_the_same_side() -> None:
    assert all(held_out(s) == held_out(f"  {s.upper()}\n") == held_out(s.replace(".", "!")) for s in SITUATIONS)


def test_a_larger_share_keeps_what_a_smaller_one_held_out() -> None:
    assert all(held_out(s, 0.5) for s in SITUATIONS if held_out(s, 0.3))


def test_the_split_is_the_same_on_every_machine() -> None:
    assert [n for n, situation in enumerate(SITUATIONS[:20]) if held_out(situation)] == KNOWN


def test_a_share_outside_zero_to_one_is_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        held_out("anything", 1.5)
