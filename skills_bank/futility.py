"""Is it still worth drawing pairs, and how many would it take?

Used only to give up or to inform: nothing here can accept a change, so nothing here needs error control.
"""

from math import ceil, inf, log, log1p, sqrt
from statistics import fmean, stdev

from skills_bank.e_process import FRACTIONS, SMALLEST, BettingEProcess

EARLIEST = 30
"""Pairs before which nothing is given up: an effect of 10 at a spread of 25 still looks like −2 in one of 200 there."""
OPTIMISM = 1.28
"""Standard errors added to the mean seen so far (its upper 90 % bound), so that bad luck alone rarely ends a test."""


def hopeless(process: BettingEProcess, values: tuple[float, ...], left: int, threshold: float) -> bool:
    """Whether `left` more pairs would not reach `threshold` even if the truth were as good as it could well be."""
    if len(values) < EARLIEST:
        return False
    bonus = OPTIMISM * stdev(values) / sqrt(len(values))
    growths = _growths(process, tuple(value + bonus for value in values))
    reach = max(capital + left * growth for capital, growth in zip(process.log_capital, growths, strict=True))
    return reach - log(len(FRACTIONS)) < log(threshold)


def pairs_needed(process: BettingEProcess, values: tuple[float, ...], threshold: float) -> str:
    """What it would have taken, in words, if the truth were what was seen."""
    if not values:
        return "pairs that can be scored"
    average = fmean(values)
    growth = max(_growths(process, values))
    if growth <= 0:
        return f"a larger effect: at the {average:+.1f} points seen, no number of pairs would show it"
    needed = (log(threshold) + log(len(FRACTIONS))) / growth
    if needed == inf or needed > 10_000:
        return f"a larger effect: at the {average:+.1f} points seen, more than 10,000 pairs"
    return f"about {ceil(needed)} pairs, if the truth is the {average:+.1f} points seen on {len(values)}"


def _growths(process: BettingEProcess, values: tuple[float, ...]) -> list[float]:
    """Mean growth of log capital a pair, for each stake."""
    risked = process.null - process.floor
    gains = [max(SMALLEST, min(value, process.ceiling)) - process.null for value in values]
    return [fmean(log1p(share * gain / risked) for gain in gains) for share in FRACTIONS]
