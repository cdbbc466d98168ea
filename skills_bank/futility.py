"""Is it still worth drawing pairs, and how many would it take?

Used only to give up or to inform: nothing here can accept a change, so nothing here needs error control.
"""

from math import ceil, log, log1p, sqrt
from statistics import fmean, stdev

from skills_bank.e_process import FRACTIONS, SMALLEST, BettingEProcess

EARLIEST = 30
"""Pairs before which nothing is given up: mean and spread are hardly known."""
OPTIMISM = 1.64
"""Standard deviations of good luck that are allowed for, in what is known of the growth and in what is still to come.

Measured (benchmarks/false_acceptance.py): a worthless change then takes 43 to 50 pairs instead of 200, for 3 points of
power at effect 10 and SD 25, and 6 at SD 35."""


def hopeless(process: BettingEProcess, values: tuple[float, ...], left: int, threshold: float) -> bool:
    """Whether `left` more pairs would hardly reach `threshold`, even with luck.

    Each stake's log capital is carried forward at its mean growth so far, plus `OPTIMISM` predictive standard
    deviations, s · √(left + left² / n).
    """
    seen = len(values)
    if seen < EARLIEST:
        return False
    luck = OPTIMISM * sqrt(left + left * left / seen)
    reach = max(
        capital + left * fmean(growth) + luck * stdev(growth)
        for capital, growth in zip(process.log_capital, _growths(process, values), strict=True)
    )
    return reach - log(len(FRACTIONS)) < log(threshold)


def pairs_needed(process: BettingEProcess, values: tuple[float, ...], threshold: float) -> str:
    """What it would have taken, in words, if the truth were what was seen."""
    if not values:
        return "pairs that can be scored"
    average = fmean(values)
    growth = max(fmean(growth) for growth in _growths(process, values))
    needed = (log(threshold) + log(len(FRACTIONS))) / growth if growth > 0 else float("inf")
    if needed > 10_000:
        return f"a larger effect: at the {average:+.1f} points seen, 10,000 pairs would not show it"
    return f"about {ceil(needed)} pairs, if the truth is the {average:+.1f} points seen on {len(values)}"


def _growths(process: BettingEProcess, values: tuple[float, ...]) -> list[list[float]]:
    """Growth of log capital with each pair, for each stake."""
    risked = process.null - process.floor
    gains = [max(SMALLEST, min(value, process.ceiling)) - process.null for value in values]
    return [[log1p(share * gain / risked) for gain in gains] for share in FRACTIONS]
