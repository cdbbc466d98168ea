"""The betting e-process: what it can and cannot be talked into."""

import math
import random

import numpy as np
import pytest

from skills_bank.e_process import FRACTIONS, BettingEProcess, interval, lower_bound


def _batch_peaks(differences: np.ndarray, null: float = 0.0, ceiling: float = 60.0) -> np.ndarray:
    """Largest e-value of each row: the same mathematics, written a second time and vectorised."""
    gains = (np.minimum(differences, ceiling) - null) / (null + 100.0)
    capital = np.exp(np.cumsum(np.log1p(gains[:, :, None] * np.array(FRACTIONS)), axis=1)).mean(axis=2)
    return np.asarray(np.maximum(capital, 1.0).max(axis=1))


def test_capital_starts_at_one_and_is_a_mean_of_products() -> None:
    process = BettingEProcess()
    assert process.value == pytest.approx(1.0)
    by_hand = sum((1 + share * 0.30) * (1 - share * 0.10) for share in FRACTIONS) / len(FRACTIONS)
    assert process.after([30, -10]).value == pytest.approx(by_hand)


def test_gains_above_the_ceiling_count_as_the_ceiling_and_harm_counts_in_full() -> None:
    assert BettingEProcess().update(95).value == pytest.approx(BettingEProcess().update(60).value)
    assert BettingEProcess().update(-95).value < BettingEProcess().update(-60).value


def test_no_capital_turns_negative_even_if_everything_is_lost_again_and_again() -> None:
    process = BettingEProcess().after([-100.0] * 50)
    assert all(math.isfinite(capital) for capital in process.log_capital)
    assert 0 < process.value < 1


@pytest.mark.parametrize("difference", [-100.5, math.nan, math.inf, -math.inf])
def test_a_difference_that_no_bet_could_survive_is_an_error(difference: float) -> None:
    with pytest.raises(ValueError, match="not a number from -100"):
        BettingEProcess().update(difference)


def test_the_null_must_leave_room_for_a_bet() -> None:
    with pytest.raises(ValueError, match="must lie between"):
        BettingEProcess(null=-100)


def test_state_survives_json_between_any_two_pairs() -> None:
    process = BettingEProcess(null=-5).after([10, -20, 35])
    again = BettingEProcess.model_validate_json(process.model_dump_json())
    assert again.update(7) == process.update(7)


def test_what_was_reached_stays_reached() -> None:
    process = BettingEProcess().after([40.0] * 30)
    assert process.reached(200)
    later = process.after([-60.0] * 30)
    assert later.value < 200
    assert later.reached(200)


def test_a_worthless_change_reaches_the_threshold_less_often_than_promised() -> None:
    rng = np.random.default_rng(7)
    for name, draws in {
        "normal, SD 25": rng.normal(0, 25, (4000, 200)).clip(-100, 100),
        "rare great harm": np.where(rng.random((4000, 200)) < 0.15, -85.0, 15.0),
        "rare great gain": np.where(rng.random((4000, 200)) < 0.15, 85.0, -15.0),
        "coin": np.where(rng.random((4000, 200)) < 0.5, 5.0, -5.0),
    }.items():
        reached = int((_batch_peaks(draws) >= 20).sum())
        assert reached <= 0.05 * 4000, f"{name}: {reached} of 4000 at 1/20"


def test_it_agrees_with_a_second_writing_of_itself() -> None:
    rng = random.Random(3)
    values = [max(-100.0, min(100.0, rng.gauss(8, 30))) for _ in range(60)]
    for null, ceiling in ((0.0, 60.0), (-5.0, 60.0), (3.0, 100.0)):
        slow = BettingEProcess(null=null, ceiling=ceiling).after(values)
        fast = _batch_peaks(np.array([values]), null, ceiling)[0]
        assert math.exp(slow.peak) == pytest.approx(fast)


def test_a_mean_below_zero_is_refused_though_most_seekers_gain() -> None:
    """+10 in 85 %, −80 in 15 %: mean −3.5, and a symmetric clip at ±30 would see a mean of +4."""
    rng = np.random.default_rng(11)
    draws = np.where(rng.random((2000, 200)) < 0.15, -80.0, 10.0)
    assert (_batch_peaks(draws) >= 20).mean() < 0.05
    symmetric = draws.clip(-30, 30)
    gains = symmetric[:, :, None] / 30 * np.array(FRACTIONS)
    peaks = np.exp(np.cumsum(np.log1p(gains), axis=1)).mean(axis=2).max(axis=1)
    assert (peaks >= 20).mean() > 0.25


def test_the_lower_bound_holds_and_tightens() -> None:
    rng = random.Random(5)
    missed = 0
    for _ in range(60):
        values = [max(-100.0, min(100.0, rng.gauss(10, 25))) for _ in range(80)]
        low, high = interval(values)
        missed += not low <= 10 <= high
        assert low < sum(values) / len(values) < high
    assert missed <= 6
    few = lower_bound([10.0] * 20)
    many = lower_bound([10.0] * 150)
    assert few < many < 10
    assert lower_bound([]) == pytest.approx(-100)


def test_the_lower_bound_is_where_the_test_turns() -> None:
    values = [12.0, -8.0, 30.0, 5.0, 9.0, 14.0, -3.0] * 12
    bound = lower_bound(values, 0.05)
    assert BettingEProcess(null=bound - 0.05, ceiling=100).after(values).reached(20)
    assert not BettingEProcess(null=bound + 0.05, ceiling=100).after(values).reached(20)


def test_zero_harm_in_fifty_pairs_is_not_yet_proof_of_a_margin_of_five() -> None:
    """A harm of 100 points in one seeker of twenty could still hide there (0.95 ** 50 = 8 %)."""
    assert lower_bound([0.0] * 50) < -5
    assert lower_bound([0.0] * 80) > -5
