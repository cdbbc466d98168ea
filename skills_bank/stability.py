"""How many clusters are there? The largest number whose clusters come back when the data are resampled.

After Ben-Hur, Elisseeff & Guyon (Pacific Symposium on Biocomputing, 2002); what stability can and cannot tell is
reviewed by von Luxburg (Foundations and Trends in Machine Learning, 2010).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

STABLE = 0.8
"""Mean adjusted Rand index between resamples from which a number of clusters counts as stable."""

RESAMPLES = 6
"""Pairs of resamples compared for each number of clusters."""

NUMBERS = (2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 18, 22, 27, 33, 40)
"""Numbers of clusters tried: further apart where one more or less makes no difference."""

MOST_ROUNDS = 50
"""Of one k-means; few points settle long before."""

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Clusters:
    """Centres, shape (clusters, features), and how stable their number is (mean adjusted Rand index)."""

    centres: Floats
    stability: float

    def nearest(self, points: Floats) -> Ints:
        """Number of the nearest centre of every point, shape (points,); the lower one where two are as near."""
        return _nearest(points, self.centres)


def find_clusters(points: Floats, weights: Ints, *, least: int, seed: int = 0) -> Clusters:
    """k-means with the largest stable number of clusters; the most stable number if none reaches `STABLE`.

    Two resamples are clustered, all points are assigned to the centres of each, and the two assignments are compared
    by the adjusted Rand index, every point counting as often as its weight.

    Args:
        points: Distinct points, shape (n, features), in an order that does not depend on the input's.
        weights: How often each occurs, shape (n,).
        least: Occurrences that a cluster should have on average.
        seed: Of resampling and starts.
    """
    most = min(len(points), int(weights.sum()) // least)
    numbers = [number for number in NUMBERS if number <= most]
    if not numbers:
        return Clusters(np.average(points, axis=0, weights=weights)[None, :], 1.0)
    scores = {number: _stability(points, weights, number, seed) for number in numbers}
    stable = [number for number, score in scores.items() if score >= STABLE]
    chosen = max(stable) if stable else max(scores, key=lambda number: (scores[number], -number))
    return Clusters(_best_centres(points, weights, chosen, seed), scores[chosen])


def _stability(points: Floats, weights: Ints, number: int, seed: int) -> float:
    total = int(weights.sum())
    scores = []
    for pair in range(RESAMPLES):
        labels = []
        for half in range(2):
            drawn = np.random.default_rng([seed, number, pair, half]).multinomial(total, weights / total)
            centres = _centres(points[drawn > 0], drawn[drawn > 0], number, [seed, number, pair, half, 1])
            labels.append(_nearest(points, centres))
        scores.append(adjusted_rand(labels[0], labels[1], weights))
    return float(np.mean(scores))


def adjusted_rand(first: Ints, second: Ints, weights: Ints) -> float:
    """Adjusted Rand index of two labellings of weighted points (Hubert & Arabie, Journal of Classification 1985)."""
    table = np.zeros((first.max() + 1, second.max() + 1))
    np.add.at(table, (first, second), weights)
    pairs, rows, columns = (_pairs(counts) for counts in (table, table.sum(1), table.sum(0)))
    total = _pairs(np.array(weights.sum()))
    expected, most = rows * columns / total if total else 0.0, (rows + columns) / 2
    return 1.0 if most == expected else float((pairs - expected) / (most - expected))


def _pairs(counts: Floats) -> float:
    return float((counts * (counts - 1) / 2).sum())


def _best_centres(points: Floats, weights: Ints, number: int, seed: int, starts: int = 10) -> Floats:
    """The centres with the least spread over several starts."""
    tries = [_centres(points, weights, number, [seed, number, start]) for start in range(starts)]
    return min(tries, key=lambda centres: _spread(points, weights, centres))


def _spread(points: Floats, weights: Ints, centres: Floats) -> float:
    return round(float((_distances(points, centres).min(1) * weights).sum()), 6)


def _centres(points: Floats, weights: Ints, number: int, seed: list[int]) -> Floats:
    """Lloyd's weighted k-means from a k-means++ start (Arthur & Vassilvitskii, SODA 2007).

    Written out because the points are few and distinct: a library call would cost ten times the computation.
    """
    draw = np.random.default_rng(seed)
    chosen = [int(draw.choice(len(points), p=weights / weights.sum()))]
    nearest = _distances(points, points[chosen])[:, 0]
    while len(chosen) < min(number, len(points)):
        chances = np.maximum(nearest, 0) * weights
        chosen.append(int(draw.choice(len(points), p=chances / chances.sum())))
        nearest = np.minimum(nearest, _distances(points, points[chosen[-1:]])[:, 0])
    centres = points[chosen]
    labels = _nearest(points, centres)
    for _ in range(MOST_ROUNDS):
        share = np.zeros((len(centres), len(points)))
        share[labels, np.arange(len(points))] = weights
        mass = share.sum(1, keepdims=True)
        centres = np.where(mass > 0, share @ points / np.maximum(mass, 1), centres)
        moved, labels = labels, _nearest(points, centres)
        if (moved == labels).all():
            break
    return centres


def _distances(points: Floats, centres: Floats) -> Floats:
    squared: Floats = (points**2).sum(1)[:, None] - 2 * points @ centres.T + (centres**2).sum(1)[None, :]
    return squared.round(9)  # a tie is a tie on every machine


def _nearest(points: Floats, centres: Floats) -> Ints:
    return np.asarray(_distances(points, centres).argmin(1), dtype=np.int64)
