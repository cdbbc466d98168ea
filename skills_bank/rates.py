"""How sure is a share? Intervals for one share, and for its distance from what is usual."""

import math


def wilson(helped: int, total: int) -> tuple[float, float]:
    """95 % Wilson interval of helped / total (Wilson, JASA 1927); (0, 1) where nothing was seen."""
    if total == 0:
        return 0.0, 1.0
    from scipy.stats import binomtest

    interval = binomtest(helped, total).proportion_ci(method="wilson")
    return float(interval.low), float(interval.high)


def effect_against_the_rest(
    helped: int, total: int, usual_helped: int, usual_total: int
) -> tuple[float, tuple[float, float] | None]:
    """Share helped minus the usual share, with its 95 % interval; the usual counts include the group's own.

    The group's distance from the whole is its distance from the rest, times the rest's part of the whole; group and
    rest share no unit, so Newcombe's hybrid score interval (Statistics in Medicine 1998, method 10) applies to them.

    Args:
        helped: Units of the group that helped.
        total: Units of the group that helped or harmed, at least 1.
        usual_helped: The same in the whole, the group included.
        usual_total: The same in the whole, the group included.

    Returns:
        The effect, −1 to 1, and its interval; None where the group is all there is.
    """
    rest, rest_helped = usual_total - total, usual_helped - helped
    if rest <= 0:
        return 0.0, None
    share, other = helped / total, rest_helped / rest
    part = rest / usual_total
    (low, high), (other_low, other_high) = wilson(helped, total), wilson(rest_helped, rest)
    difference = share - other
    lower = difference - math.hypot(share - low, other_high - other)
    upper = difference + math.hypot(high - share, other - other_low)
    return part * difference, (part * lower, part * upper)
