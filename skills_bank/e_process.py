"""How much evidence is there that a mean is above a bound, when one may look after every observation?

A betting e-process. Under the null hypothesis "the mean is at most `null`", start with a capital of 1 and, before
each observation, stake a fixed share of it on the observation being above `null`. With x = (d − null) / 100 the
capital is multiplied by 1 + λ·x; since E[x] ≤ 0 whatever came before, the capital is a non-negative supermartingale,
and by Ville's inequality (1939) the chance that it *ever* reaches c is at most 1 / c. So one may look after every
pair and stop at will. No single λ suits every effect and spread; the capital is split over a few, and the mean of
their capitals is again such a process (the method of mixtures).

Values above `ceiling` are lowered to it, which only makes the test harder to pass. Values are never raised: the floor
is where they end anyway, so a rare great harm weighs in full. A clip that is symmetric tests another mean than the
one that matters (FACTS: +10 in 85 % and −80 in 15 %, mean −3.5, was accepted in a third of runs).

Sources: Waudby-Smith and Ramdas, *Estimating means of bounded random variables by betting*, JRSS-B 86(1), 2024;
Shafer, *Testing by betting*, JRSS-A 184(2), 2021; Ville, *Étude critique de la notion de collectif*, 1939.
Derivation and figures: docs/statistics.md.
"""

import math
from collections.abc import Iterable

from pydantic import Field, model_validator

from conversation.model import Value

FRACTIONS = (0.25, 0.5, 0.75, 0.98)
"""Shares of the largest safe stake. Spread evenly, as effect and spread are unknown; at the sizes and spreads of
docs/statistics.md finer grids lost up to ten points of power and none gained more than two."""

SMALLEST, LARGEST = -100.0, 100.0
"""A difference of two final emotions cannot leave this range (each is 0 to 100)."""


class BettingEProcess(Value):
    """Evidence against "the mean is at most `null`", one paired difference at a time. Frozen; `update` gives the next.

    Differences are in points of emotion. JSON-able, so that it lives in the state of a graph.
    """

    null: float = Field(default=0.0, description="bound of the mean under the null hypothesis, points")
    floor: float = Field(default=SMALLEST, description="smallest possible difference; one below it is an error")
    ceiling: float = Field(default=60.0, description="larger differences count as this much")
    log_capital: tuple[float, ...] = Field(default=(0.0,) * len(FRACTIONS), description="one for each stake")
    peak: float = Field(default=0.0, description="largest log e-value so far; Ville's inequality covers it")
    pairs: int = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _a_bet_is_possible(self) -> "BettingEProcess":
        if not self.floor < self.null < self.ceiling:
            raise ValueError(f"the null {self.null} must lie between floor {self.floor} and ceiling {self.ceiling}")
        if len(self.log_capital) != len(FRACTIONS):
            raise ValueError(f"{len(self.log_capital)} capitals for {len(FRACTIONS)} stakes: state of another version")
        return self

    def update(self, difference: float) -> "BettingEProcess":
        """The process after one more difference.

        Raises:
            ValueError: the difference is not a number, or lies below the floor, where a capital could turn negative.
        """
        if not math.isfinite(difference) or difference < self.floor:
            raise ValueError(f"difference {difference} is not a number from {self.floor:g} upwards")
        gain = min(difference, self.ceiling) - self.null
        risked = self.null - self.floor
        # The largest safe stake would lose everything at the floor; each stake is a share of it, below one.
        logs = tuple(
            capital + math.log1p(share * gain / risked)
            for capital, share in zip(self.log_capital, FRACTIONS, strict=True)
        )
        return self.model_copy(
            update={"log_capital": logs, "peak": max(self.peak, _log_mean(logs)), "pairs": self.pairs + 1}
        )

    def after(self, differences: Iterable[float]) -> "BettingEProcess":
        """The process after several more differences, in order."""
        process = self
        for difference in differences:
            process = process.update(difference)
        return process

    @property
    def log_value(self) -> float:
        """Natural logarithm of the e-value now."""
        return _log_mean(self.log_capital)

    @property
    def value(self) -> float:
        """The e-value now: the capital made from 1. Above 1 speaks against the null."""
        return math.exp(min(700.0, self.log_value))

    def reached(self, threshold: float) -> bool:
        """Whether the e-value ever stood at `threshold` or above: under the null, chance ≤ 1 / threshold."""
        return self.peak >= math.log(threshold)


def lower_bound(differences: Iterable[float], alpha: float = 0.05, *, ceiling: float = LARGEST) -> float:
    """Lower bound of the mean, in points, that holds with 1 − `alpha` however early one stopped.

    It is the largest bound that the e-process rejects (a betting confidence sequence, Waudby-Smith and Ramdas 2024),
    to 0.01 points. Without differences it is the smallest possible difference: nothing is known.

    Raises:
        ValueError: a difference outside −100..100.
    """
    values = tuple(differences)
    if any(not SMALLEST <= value <= LARGEST for value in values):
        raise ValueError(f"a difference lies outside {SMALLEST:g}..{LARGEST:g}")
    low, high = SMALLEST, ceiling
    while high - low > 0.01:
        middle = (low + high) / 2
        if BettingEProcess(null=middle, ceiling=ceiling).after(values).reached(1 / alpha):
            low = middle
        else:
            high = middle
    return low


def interval(differences: Iterable[float], alpha: float = 0.05) -> tuple[float, float]:
    """Lower and upper bound of the mean, in points, that hold together with 1 − `alpha` however early one stopped."""
    values = tuple(differences)
    return lower_bound(values, alpha / 2), -lower_bound((-value for value in values), alpha / 2)


def _log_mean(logs: tuple[float, ...]) -> float:
    largest = max(logs)
    return largest + math.log(sum(math.exp(log - largest) for log in logs) / len(logs))
