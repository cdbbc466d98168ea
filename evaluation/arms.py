"""How did several supporter configurations do with the same seekers and seeds? Every two of them, paired."""

from collections.abc import Mapping, Sequence
from itertools import combinations

from conversation.episode import Episode
from evaluation.comparison import Comparison, compare


class Difference(Comparison):
    """Two arms; positive where the second ended better."""

    first: str
    second: str


def differences(arms: Mapping[str, Sequence[Episode]], *, seed: int = 0) -> tuple[Difference, ...]:
    """The paired difference of every two arms, in the order in which the arms are given.

    Each interval is for its own pair of arms: among many pairs, some will not hold 0 by chance alone.

    Args:
        arms: Name of each arm, and its episodes: seeker by seeker and seed by seed in the same order.
        seed: Of the bootstrap.

    Raises:
        ValueError: the arms were not played with the same seekers and seeds.
    """
    return tuple(
        Difference(first=first, second=second, **compare(arms[first], arms[second], seed=seed).model_dump())
        for first, second in combinations(arms, 2)
    )
