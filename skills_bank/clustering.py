"""Which prototypes do the units form? Units of one activity, clustered by moves, need, readiness and feeling.

How many there are in an activity is chosen by stability: the largest number whose clusters come back when the units
are resampled (Ben-Hur, Elisseeff & Guyon, PSB 2002; von Luxburg, 2010). Only units that went somewhere, for better
or worse, are clustered; neutral ones are counted with the prototype that they lie nearest to.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from conversation.seeker import Activity, Emotion, Need, Readiness
from conversation.support import Polarity, SupportMove
from skills_bank.intervention_unit import InterventionUnit
from skills_bank.prototype import Prototype
from skills_bank.rates import effect_against_the_rest, wilson

LEAST_UNITS = 6
"""Units that a prototype needs: below that its share says nothing, and a cluster of two is a coincidence."""

MOST_CLUSTERS = 40
"""Upper bound in one activity: 17 moves, each met in about two kinds of moment."""

STABLE = 0.8
"""Mean adjusted Rand index between resamples from which a number of clusters counts as stable."""

RESAMPLES = 8
"""Pairs of resamples compared for each number of clusters."""

WEIGHTS = {"primary": 1.0, "further": 0.5, "need": 0.45, "readiness": 0.45, "emotion": 0.3}
"""Distances between units: what was done counts most, then what was asked for, then how it felt."""

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Label = TypeVar("Label", bound=StrEnum)


class Clustered(NamedTuple):
    """The prototypes, and how they came about."""

    prototypes: tuple[Prototype, ...]
    loose: int
    """Units that moved but lie in clusters too small for a prototype."""
    stability: dict[Activity, float]
    """Mean adjusted Rand index of the number of clusters chosen, by activity."""


class _Moment(NamedTuple):
    """What two units must share to be the same point; sorting these makes the result free of the input's order."""

    moves: tuple[SupportMove, ...]
    need: Need
    readiness: Readiness
    emotion: Emotion


def cluster_units(units: Iterable[InterventionUnit], *, seed: int = 0) -> Clustered:
    """Prototypes of all activities; the same for the same units in any order.

    Args:
        units: Those without a legible move, or of an unclear activity, are left out.
        seed: Of the resampling.
    """
    by_activity: dict[Activity, list[InterventionUnit]] = defaultdict(list)
    for unit in sorted({unit.id: unit for unit in units}.values(), key=lambda unit: unit.id):
        if unit.action.moves and unit.before.activity is not Activity.UNCLEAR:
            by_activity[unit.before.activity].append(unit)
    prototypes: list[Prototype] = []
    loose = 0
    stability = {}
    for activity in sorted(by_activity):
        found, left, steady = _cluster_activity(activity, by_activity[activity], seed)
        prototypes += found
        loose += left
        stability[activity] = steady
    return Clustered(tuple(prototypes), loose, stability)


def _cluster_activity(
    activity: Activity, units: Sequence[InterventionUnit], seed: int
) -> tuple[list[Prototype], int, float]:
    moved = [unit for unit in units if unit.polarity is not Polarity.NEUTRAL]
    if len(moved) < LEAST_UNITS:
        return [], len(moved), 1.0
    counts = Counter(_moment(unit) for unit in moved)
    moments = sorted(counts)
    points = np.array([_point(moment) for moment in moments])
    weights = np.array([counts[moment] for moment in moments], dtype=np.int64)
    number, steady = choose_number(points, weights, seed=seed)
    centres = _centres(points, weights, number, seed)
    members: dict[int, list[InterventionUnit]] = defaultdict(list)
    neutral: Counter[int] = Counter()
    nearest = dict(zip(moments, _nearest(points, centres).tolist(), strict=True))
    for unit in units:
        if unit.polarity is Polarity.NEUTRAL:
            neutral[int(_nearest(np.array([_point(_moment(unit))]), centres)[0])] += 1
        else:
            members[nearest[_moment(unit)]].append(unit)
    usual = Counter(unit.polarity for unit in moved)
    found = [
        _prototype(activity, group, neutral[cluster], usual)
        for cluster, group in members.items()
        if len(group) >= LEAST_UNITS
    ]
    kept = sum(len(prototype.units) for prototype in found)
    return sorted(found, key=lambda prototype: prototype.id), len(moved) - kept, steady


def choose_number(points: Floats, weights: Ints, *, seed: int = 0) -> tuple[int, float]:
    """How many clusters the points have, and how stable that number is.

    Two resamples of the units are clustered, all points are assigned to the centres of each, and the assignments are
    compared by the adjusted Rand index, weighted by units. The largest number that reaches `STABLE` is taken; if none
    does, the most stable one.

    Args:
        points: Distinct points, shape (n, features).
        weights: Units at each point, shape (n,).
        seed: Of the resampling.
    """
    most = min(MOST_CLUSTERS, len(points) - 1, int(weights.sum()) // LEAST_UNITS)
    numbers = [number for number in _candidates() if number <= most]
    if not numbers:
        return 1, 1.0
    scores = {number: _stability(points, weights, number, seed) for number in numbers}
    stable = [number for number, score in scores.items() if score >= STABLE]
    chosen = max(stable) if stable else max(scores, key=lambda number: (scores[number], -number))
    return chosen, scores[chosen]


def _candidates() -> list[int]:
    """Numbers worth telling apart: every one up to 12, then every second, then every fourth."""
    return [*range(2, 13), *range(14, 25, 2), *range(28, MOST_CLUSTERS + 1, 4)]


def _stability(points: Floats, weights: Ints, number: int, seed: int) -> float:
    from sklearn.metrics import adjusted_rand_score

    total = int(weights.sum())
    shares = weights / total
    repeated = np.repeat(np.arange(len(points)), weights)
    scores = []
    for pair in range(RESAMPLES):
        labels = []
        for half in range(2):
            draw = np.random.default_rng([seed, number, pair, half])
            drawn = draw.multinomial(total, shares)
            centres = _centres(points[drawn > 0], drawn[drawn > 0], number, seed + 2 * pair + half)
            labels.append(_nearest(points, centres)[repeated])
        scores.append(float(adjusted_rand_score(*labels)))
    return float(np.mean(scores))


def _centres(points: Floats, weights: Ints, number: int, seed: int) -> Floats:
    from sklearn.cluster import KMeans

    number = min(number, len(points))
    fitted = KMeans(n_clusters=number, n_init=2, random_state=seed).fit(points, sample_weight=weights)
    return np.asarray(fitted.cluster_centers_, dtype=np.float64)


def _nearest(points: Floats, centres: Floats) -> Ints:
    squared = (points**2).sum(1)[:, None] - 2 * points @ centres.T + (centres**2).sum(1)[None, :]
    return np.asarray(squared.round(9).argmin(1), dtype=np.int64)


def _moment(unit: InterventionUnit) -> _Moment:
    return _Moment(unit.action.moves, unit.before.need, unit.before.readiness, unit.before.emotion)


def _point(moment: _Moment) -> Floats:
    moves = np.zeros(len(SupportMove))
    for place, move in enumerate(moment.moves):
        moves[_PLACE[move]] = WEIGHTS["primary"] if place == 0 else WEIGHTS["further"]
    parts = [moves]
    for label, kind in ((moment.need, Need), (moment.readiness, Readiness), (moment.emotion, Emotion)):
        one = np.zeros(len(kind))
        if label.value != "unclear":  # no label: no distance to those who have none either, half to those who have
            one[_PLACE[label]] = WEIGHTS[kind.__name__.lower()]
        parts.append(one)
    return np.concatenate(parts)


_PLACE: dict[StrEnum, int] = {
    label: place for kind in (SupportMove, Need, Readiness, Emotion) for place, label in enumerate(kind)
}


def _prototype(
    activity: Activity, units: Sequence[InterventionUnit], neutral: int, usual: Counter[Polarity]
) -> Prototype:
    helped = [unit for unit in units if unit.polarity is Polarity.CONSTRUCTIVE]
    harmed = [unit for unit in units if unit.polarity is Polarity.NEGATIVE]
    effect, interval = effect_against_the_rest(len(helped), len(units), usual[Polarity.CONSTRUCTIVE], usual.total())
    moves = _moves(units)
    ids = tuple(unit.id for unit in units)
    digest = hashlib.sha256("\n".join(ids).encode()).hexdigest()[:8]
    return Prototype(
        id=f"{activity}/{'+'.join(moves)}/{digest}",
        activity=activity,
        moves=moves,
        scenarios=_typical(units, lambda unit: unit.before.scenario, 0.2),
        emotions=_typical(units, lambda unit: unit.before.emotion, 0.2),
        needs=_typical(units, lambda unit: unit.before.need, 0.25),
        readiness=_typical(units, lambda unit: unit.before.readiness, 0.3),
        resistance=_typical(units, lambda unit: unit.before.resistance, 0.3),
        units=ids,
        helped=len(helped),
        harmed=len(harmed),
        interval=wilson(len(helped), len(units)),
        effect=effect,
        effect_interval=interval,
        neutral=neutral,
        changes=_commonest((unit.change for unit in helped), lambda c: c.polarity is Polarity.CONSTRUCTIVE),
        setbacks=_commonest((unit.change for unit in harmed), lambda c: c.polarity is Polarity.NEGATIVE),
        flags=_commonest((flag for unit in harmed for flag in unit.action.flags), lambda _: True),
    )


def _moves(units: Sequence[InterventionUnit]) -> tuple[SupportMove, ...]:
    """The commonest primary move, then the others that half of the units make."""
    primary = Counter(unit.action.moves[0] for unit in units)
    first = max(sorted(primary), key=lambda move: primary[move])
    made = Counter(move for unit in units for move in unit.action.moves if move is not first)
    return first, *sorted((move for move in made if made[move] * 2 >= len(units)), key=lambda move: -made[move])


def _typical(
    units: Sequence[InterventionUnit], label: Callable[[InterventionUnit], Label], share: float
) -> tuple[Label, ...]:
    """Labels that at least this share of the units have, commonest first; `unclear` and `none` are no labels."""
    counts = Counter(label(unit) for unit in units)
    named = [found for found in sorted(counts) if found.value not in {"unclear", "none"}]
    return tuple(sorted((f for f in named if counts[f] >= share * len(units)), key=lambda found: -counts[found]))


def _commonest(labels: Iterable[Any], wanted: Callable[[Any], bool]) -> tuple[Any, ...]:
    """At most four labels, commonest first."""
    counts = Counter(label for label in labels if wanted(label))
    return tuple(sorted(sorted(counts), key=lambda label: -counts[label])[:4])
