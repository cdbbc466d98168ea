"""Which prototypes do the units form? Clusters alike in (state, action): first kinds of moment, then what was done.

The units of one activity are clustered by need, tone and readiness into moments, and the units of one moment by the
moves made. How many clusters there are is chosen by stability under resampling (`stability.py`). Only units that went
somewhere, for better or worse, are clustered; neutral ones are counted with the prototype that they lie nearest to.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from typing import Any, NamedTuple, TypeVar

import numpy as np

from conversation.seeker import Activity, Need, Readiness
from conversation.support import Polarity, SupportMove
from skills_bank.intervention_unit import InterventionUnit
from skills_bank.prototype import Prototype
from skills_bank.rates import effect_against_the_rest, wilson
from skills_bank.stability import Clusters, Floats, find_clusters
from skills_bank.tone import Tone, tone_of

LEAST_UNITS = 6
"""Units that a prototype needs: below that its share says nothing, and a cluster of two is a coincidence."""

LEAST_MOMENT = 80
"""Units that a kind of moment needs to stand by itself; smaller ones of an activity are taken together."""

STATE_WEIGHTS = {Need: 0.7, Tone: 0.5, Readiness: 0.3}
"""Distances between states: what is asked for counts most, then how it feels. Unequal, so that splits have an order."""

MOVE_WEIGHTS = (1.0, 0.4, 0.4)
"""Of the first move of a reply and of the further ones."""

Label = TypeVar("Label", bound=StrEnum)
_State = tuple[Need, Tone, Readiness]
_Moves = tuple[SupportMove, ...]
_PLACE: dict[StrEnum, int] = {
    label: place for kind in (SupportMove, Need, Readiness, Tone) for place, label in enumerate(kind)
}


class Clustered(NamedTuple):
    """The prototypes, and how they came about."""

    prototypes: tuple[Prototype, ...]
    loose: int
    """Units that moved but lie in clusters too small for a prototype."""
    stability: dict[str, float]
    """Mean adjusted Rand index of the number of clusters chosen: of moments by activity, of prototypes by moment."""


def cluster_units(
    units: Iterable[InterventionUnit], *, seed: int = 0, progress: Callable[[int, int], None] | None = None
) -> Clustered:
    """Prototypes of all activities; the same for the same units in any order.

    Args:
        units: Those without a legible move, or of an unclear activity, are left out.
        seed: Of the resampling.
        progress: Told after each activity how many units are clustered, of how many.
    """
    by_activity: dict[Activity, list[InterventionUnit]] = defaultdict(list)
    for unit in sorted({unit.id: unit for unit in units}.values(), key=lambda unit: unit.id):
        if unit.action.moves and unit.before.activity is not Activity.UNCLEAR:
            by_activity[unit.before.activity].append(unit)
    prototypes: list[Prototype] = []
    stability: dict[str, float] = {}
    moved = done = 0
    total = sum(map(len, by_activity.values()))
    for activity in sorted(by_activity):
        moments, steady = _moments(activity, by_activity[activity], seed)
        stability[activity.value] = steady
        for moment, members in sorted(moments.items()):
            found, stability[moment] = _prototypes(moment, members, seed)
            prototypes += found
            moved += sum(unit.polarity is not Polarity.NEUTRAL for unit in members)
        done += len(by_activity[activity])
        if progress is not None:
            progress(done, total)
    kept = sum(len(prototype.units) for prototype in prototypes)
    return Clustered(tuple(prototypes), moved - kept, stability)


def _moments(
    activity: Activity, units: Sequence[InterventionUnit], seed: int
) -> tuple[dict[str, list[InterventionUnit]], float]:
    """Units by kind of moment: clusters of states, the small ones taken together under the activity's own name."""
    clusters = _clusters(units, _state, _state_point, seed, LEAST_MOMENT)
    members: dict[int, list[InterventionUnit]] = defaultdict(list)
    for unit in units:
        members[clusters.labels[_state(unit)]].append(unit)
    moments: dict[str, list[InterventionUnit]] = defaultdict(list)
    for group in members.values():
        large = sum(unit.polarity is not Polarity.NEUTRAL for unit in group) >= LEAST_MOMENT
        moments[_moment_name(activity, group) if large else activity.value] += group
    return {name: sorted(group, key=lambda unit: unit.id) for name, group in moments.items()}, clusters.stability


def _moment_name(activity: Activity, units: Sequence[InterventionUnit]) -> str:
    """The activity with the need and the tone that half of the units share, as far as there are any."""
    need = Counter(unit.before.need for unit in units).most_common(1)[0]
    tone = Counter(tone_of(unit.before.emotion) for unit in units).most_common(1)[0]
    named = [label.value for label, count in (need, tone) if count * 2 > len(units)]
    return "/".join([activity.value, *(name for name in named if name not in {"unclear", "plain"})])


def _prototypes(moment: str, units: Sequence[InterventionUnit], seed: int) -> tuple[list[Prototype], float]:
    clusters = _clusters(units, _moves, _moves_point, seed, LEAST_UNITS)
    members: dict[int, list[InterventionUnit]] = defaultdict(list)
    neutral: Counter[int] = Counter()
    for unit in units:
        cluster = clusters.labels[_moves(unit)]
        if unit.polarity is Polarity.NEUTRAL:
            neutral[cluster] += 1
        else:
            members[cluster].append(unit)
    usual = Counter(unit.polarity for group in members.values() for unit in group)
    found = [
        _prototype(moment, group, neutral[cluster], usual)
        for cluster, group in members.items()
        if len(group) >= LEAST_UNITS
    ]
    return sorted(found, key=lambda prototype: prototype.id), clusters.stability


class _Labelled(NamedTuple):
    labels: dict[Any, int]
    stability: float


def _clusters(
    units: Sequence[InterventionUnit],
    key: Callable[[InterventionUnit], Any],
    point: Callable[[Any], Floats],
    seed: int,
    least: int,
) -> _Labelled:
    """Clusters of the distinct keys of the units that moved; keys of neutral units go to the nearest one.

    Sorting the keys makes the result free of the input's order.
    """
    counts = Counter(key(unit) for unit in units if unit.polarity is not Polarity.NEUTRAL)
    everything = sorted({key(unit) for unit in units})
    if not counts:
        return _Labelled(dict.fromkeys(everything, 0), 1.0)
    keys = sorted(counts)
    weights = np.array([counts[k] for k in keys], dtype=np.int64)
    found: Clusters = find_clusters(np.array([point(k) for k in keys]), weights, least=least, seed=seed)
    labels = found.nearest(np.array([point(k) for k in everything]))
    return _Labelled(dict(zip(everything, labels.tolist(), strict=True)), found.stability)


def _state(unit: InterventionUnit) -> _State:
    return unit.before.need, tone_of(unit.before.emotion), unit.before.readiness


def _moves(unit: InterventionUnit) -> _Moves:
    return unit.action.moves


def _state_point(state: _State) -> Floats:
    parts = []
    for label in state:
        one = np.zeros(len(type(label)))
        if label.value not in {"unclear", "plain"}:  # no label: nearer to every label than two labels to each other
            one[_PLACE[label]] = STATE_WEIGHTS[type(label)]
        parts.append(one)
    return np.concatenate(parts)


def _moves_point(moves: _Moves) -> Floats:
    one = np.zeros(len(SupportMove))
    for move, weight in zip(moves, MOVE_WEIGHTS, strict=False):
        one[_PLACE[move]] = weight
    return one


def _prototype(moment: str, units: Sequence[InterventionUnit], neutral: int, usual: Counter[Polarity]) -> Prototype:
    helped = [unit for unit in units if unit.polarity is Polarity.CONSTRUCTIVE]
    harmed = [unit for unit in units if unit.polarity is Polarity.NEGATIVE]
    effect, interval = effect_against_the_rest(len(helped), len(units), usual[Polarity.CONSTRUCTIVE], usual.total())
    moves = _typical_moves(units)
    ids = tuple(sorted(unit.id for unit in units))
    digest = hashlib.sha256("\n".join(ids).encode()).hexdigest()[:8]
    return Prototype(
        id=f"{moment}/{'+'.join(moves)}/{digest}",
        moment=moment,
        activity=units[0].before.activity,
        moves=moves,
        scenarios=_typical(units, lambda unit: unit.before.scenario, 0.2),
        emotions=_typical(units, lambda unit: unit.before.emotion, 0.15),
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


def _typical_moves(units: Sequence[InterventionUnit]) -> _Moves:
    """The commonest first move, then the others that half of the units make."""
    primary = Counter(unit.action.moves[0] for unit in units)
    first = max(sorted(primary), key=lambda move: primary[move])
    made = Counter(move for unit in units for move in unit.action.moves if move is not first)
    return first, *sorted(sorted(m for m in made if made[m] * 2 >= len(units)), key=lambda move: -made[move])


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
