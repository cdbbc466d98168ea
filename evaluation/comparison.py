"""Did the seekers end better with one supporter than with another? The same seekers and seeds, paired.

The interval is a bootstrap over seekers: conversations with one seeker are alike, so seekers are drawn and not
conversations. It speaks of simulated seekers as this simulator and judge play them, and of no others.
"""

from collections.abc import Sequence
from statistics import fmean

from pydantic import Field

from conversation.episode import Episode
from conversation.model import Value

RESAMPLES = 4000


class Comparison(Value):
    """The paired difference of final emotion, in points; positive where the second arm ends better."""

    seekers: int = Field(description="seekers with at least one pair scored in both arms")
    pairs: int = Field(description="pairs scored in both arms")
    unscored: int = Field(description="pairs in which at least one arm is unscored; they enter no mean")
    mean: float | None = Field(description="mean over seekers; None without a scored pair")
    interval: tuple[float, float] | None = Field(description="95 % bootstrap interval; None below two seekers")


def compare(first: Sequence[Episode], second: Sequence[Episode], *, seed: int = 0) -> Comparison:
    """Compare two arms that were played with the same seekers and seeds.

    Args:
        first: Episodes of one arm.
        second: Episodes of the other, seeker by seeker and seed by seed in the same order.
        seed: Of the bootstrap.

    Raises:
        ValueError: the arms were not played with the same seekers and seeds.
    """
    if [_seat(e) for e in first] != [_seat(e) for e in second]:
        raise ValueError("the two arms were not played with the same seekers and seeds: they cannot be paired")
    by_seeker: dict[str, list[int]] = {}
    for a, b in zip(first, second, strict=True):
        if a.final_emotion is not None and b.final_emotion is not None:
            by_seeker.setdefault(a.key.profile_id, []).append(b.final_emotion - a.final_emotion)
    means = [fmean(differences) for differences in by_seeker.values()]
    pairs = sum(len(differences) for differences in by_seeker.values())
    return Comparison(
        seekers=len(means),
        pairs=pairs,
        unscored=len(first) - pairs,
        mean=fmean(means) if means else None,
        interval=bootstrap(means, seed) if len(means) > 1 else None,
    )


def _seat(episode: Episode) -> tuple[str, int, int]:
    return episode.key.profile_id, episode.key.seed, episode.key.sample


def bootstrap(values: Sequence[float], seed: int) -> tuple[float, float]:
    """95 % percentile interval of the mean, drawn over the values."""
    import numpy as np

    drawn = np.random.default_rng(seed).choice(values, size=(RESAMPLES, len(values))).mean(axis=1)
    low, high = np.percentile(drawn, [2.5, 97.5])
    return float(low), float(high)
