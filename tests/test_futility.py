"""Giving up early saves pairs, and hardly ever a good change."""

import random

from skills_bank.e_process import BettingEProcess
from skills_bank.futility import EARLIEST, hopeless, pairs_needed


def _values(effect: float, spread: float, number: int, seed: int) -> tuple[float, ...]:
    rng = random.Random(seed)
    return tuple(max(-100.0, min(100.0, rng.gauss(effect, spread))) for _ in range(number))


def _given_up(effect: float, spread: float, pairs: int, left: int) -> int:
    count = 0
    for seed in range(100):
        values = _values(effect, spread, pairs, seed)
        count += hopeless(BettingEProcess().after(values), values, left, 200)
    return count


def test_nothing_is_given_up_before_anything_is_known() -> None:
    values = (-20.0,) * (EARLIEST - 1)
    assert not hopeless(BettingEProcess().after(values), values, 200, 200)


def test_what_loses_is_given_up_and_what_gains_is_not() -> None:
    assert _given_up(-5, 25, 40, 160) > 80
    assert _given_up(10, 25, 40, 160) < 10


def test_the_fewer_pairs_are_left_the_sooner_it_is_given_up() -> None:
    assert _given_up(5, 25, 40, 20) > _given_up(5, 25, 40, 160)


def test_what_it_would_have_taken_grows_as_the_effect_shrinks() -> None:
    def needed(effect: float) -> int:
        values = (effect,) * 40
        words = pairs_needed(BettingEProcess(), values, 200)
        return int(words.split()[1])

    assert needed(5) > needed(10) > needed(20)
    # Ten points, always: 200 · 4 is reached by 1.098 ** n, for the largest stake.
    assert 65 <= needed(10) <= 75


def test_without_an_effect_no_number_of_pairs_is_promised() -> None:
    values = (0.0,) * 40
    assert "a larger effect" in pairs_needed(BettingEProcess(), values, 200)
    assert pairs_needed(BettingEProcess(), (), 200) == "pairs that can be scored"
