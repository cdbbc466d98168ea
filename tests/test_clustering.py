"""Prototypes and groups: the same in any order; a stable number; honest counts; self-disclosure carries no skill."""

import random
from itertools import count

import numpy as np
import pytest

from conversation.seeker import Activity, Emotion, Need, Readiness, SeekerState
from conversation.support import Polarity, ResponseChange, SupportMove
from skills_bank.clustering import LEAST_UNITS, cluster_units
from skills_bank.grouping import NEVER_DISTILLED, group_prototypes
from skills_bank.intervention_unit import InterventionUnit, LabelSource, SupportAction
from skills_bank.rates import effect_against_the_rest, wilson
from skills_bank.stability import adjusted_rand, find_clusters

GOOD, BAD, NEUTRAL = Polarity.CONSTRUCTIVE, Polarity.NEGATIVE, Polarity.NEUTRAL
CHANGE = {
    GOOD: ResponseChange.NAMES_FEELING,
    BAD: ResponseChange.REJECTS,
    NEUTRAL: ResponseChange.CONTINUES,
}


def unit(
    name: str,
    move: SupportMove,
    polarity: Polarity,
    *,
    need: Need = Need.LISTENING,
    emotion: Emotion = Emotion.GUILT,
    activity: Activity = Activity.SELF_BLAMING,
) -> InterventionUnit:
    state = SeekerState(activity=activity, need=need, emotion=emotion, readiness=Readiness.HEARD)
    return InterventionUnit(
        id=name,
        dialogue_id=name.split("#")[0],
        source="made",
        licence="MIT",
        before=state,
        action=SupportAction(moves=(move,), source=LabelSource.HUMAN),
        after=state,
        change=CHANGE[polarity],
        change_source=LabelSource.RULES,
        polarity=polarity,
        polarity_reason="made",
        turns_before=(0,),
        turns_action=(1,),
        turns_after=(2,),
        position=0.5,
    )


def batch(move: SupportMove, good: int, bad: int, neutral: int = 0, **fields: object) -> list[InterventionUnit]:
    numbers = count(1)
    return [
        unit(f"{move.value}-{fields.get('need', 'x')}-{next(numbers)}#1", move, polarity, **fields)  # type: ignore[arg-type]
        for polarity, times in ((GOOD, good), (BAD, bad), (NEUTRAL, neutral))
        for _ in range(times)
    ]


UNITS = [
    *batch(SupportMove.REFLECT_FEELING, 38, 2, 10),
    *batch(SupportMove.SUGGEST, 12, 18, 5),
    *batch(SupportMove.DISCLOSE_SELF, 20, 10),
    *batch(SupportMove.ASK_OPENLY, 25, 5),
]


def test_units_of_one_move_in_one_moment_form_one_prototype_with_its_counts() -> None:
    found = {prototype.moves: prototype for prototype in cluster_units(UNITS).prototypes}
    reflect = found[SupportMove.REFLECT_FEELING,]
    assert len(found) == 4
    assert (reflect.helped, reflect.harmed, reflect.neutral) == (38, 2, 10)
    assert len(reflect.units) == 40
    assert reflect.needs == (Need.LISTENING,)
    assert (reflect.changes, reflect.setbacks) == ((ResponseChange.NAMES_FEELING,), (ResponseChange.REJECTS,))


def test_the_effect_is_against_what_is_usual_in_the_same_state() -> None:
    found = {prototype.moves[0]: prototype for prototype in cluster_units(UNITS).prototypes}
    usual = (38 + 12 + 20 + 25) / 130
    assert found[SupportMove.REFLECT_FEELING].effect == pytest.approx(38 / 40 - usual)
    assert found[SupportMove.SUGGEST].effect == pytest.approx(12 / 30 - usual)
    interval = found[SupportMove.SUGGEST].effect_interval
    assert interval is not None
    assert interval[0] < 12 / 30 - usual < interval[1] < 0


def test_the_result_is_the_same_in_any_order_and_when_units_are_given_twice() -> None:
    shuffled = UNITS * 2
    random.Random(3).shuffle(shuffled)
    assert cluster_units(shuffled) == cluster_units(UNITS)


def test_moments_with_different_needs_are_told_apart_when_they_are_large_enough() -> None:
    units = [
        *batch(SupportMove.REFLECT_FEELING, 60, 30, need=Need.LISTENING),
        *batch(SupportMove.REFLECT_FEELING, 60, 30, need=Need.ADVICE),
    ]
    moments = {prototype.moment: prototype.needs for prototype in cluster_units(units).prototypes}
    assert moments == {
        "self_blaming/listening/ashamed": (Need.LISTENING,),
        "self_blaming/advice/ashamed": (Need.ADVICE,),
    }


def test_units_too_few_for_a_prototype_are_counted_and_not_stretched() -> None:
    few = batch(SupportMove.PLAN, LEAST_UNITS - 1, 0)
    clustered = cluster_units([*batch(SupportMove.SUGGEST, 30, 20), *few])
    assert all(SupportMove.PLAN not in prototype.moves for prototype in clustered.prototypes)
    assert clustered.loose == LEAST_UNITS - 1


def test_neutral_units_alone_form_nothing() -> None:
    assert cluster_units(batch(SupportMove.SUGGEST, 0, 0, 50)).prototypes == ()


def test_the_number_of_clusters_is_found_and_not_fixed() -> None:
    for number in (2, 4, 7):
        points = np.eye(number)
        found = find_clusters(points, np.full(number, 30), least=6)
        assert len({*found.nearest(points).tolist()}) == number
        assert found.stability == pytest.approx(1.0)


def test_points_without_structure_have_no_stable_number() -> None:
    points = np.random.default_rng(1).normal(size=(150, 6))
    assert find_clusters(points, np.ones(150, dtype=np.int64), least=6).stability < 0.8


def test_the_adjusted_rand_index_is_one_for_the_same_division_and_near_zero_for_an_unrelated_one() -> None:
    labels = np.array([0, 0, 1, 1, 2, 2])
    weights = np.array([5, 1, 4, 2, 3, 3])
    assert adjusted_rand(labels, (labels + 1) % 3, weights) == pytest.approx(1.0)
    draw = np.random.default_rng(0)
    first, second = draw.integers(0, 4, 4000), draw.integers(0, 4, 4000)
    assert abs(adjusted_rand(first, second, np.ones(4000, dtype=np.int64))) < 0.01


def test_wilson_intervals_are_the_published_ones() -> None:
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)  # Newcombe 1998, table I
    assert wilson(0, 0) == (0.0, 1.0)


def test_an_effect_that_is_all_there_is_has_no_interval() -> None:
    assert effect_against_the_rest(8, 10, 8, 10) == (0.0, None)


def test_the_interval_of_the_difference_is_newcombes() -> None:
    # Newcombe 1998, method 10: 56/70 against 48/80 is 0.0524 to 0.3339; the whole holds both, so 80/150 of that.
    effect, interval = effect_against_the_rest(56, 70, 56 + 48, 150)
    assert interval is not None
    assert effect == pytest.approx(0.2 * 80 / 150)
    assert [bound * 150 / 80 for bound in interval] == pytest.approx([0.0524, 0.3339], abs=1e-4)


def test_a_group_gathers_what_helped_and_what_harmed_in_one_moment() -> None:
    (group,) = group_prototypes(cluster_units(UNITS).prototypes, UNITS)
    assert group.id == "self-blaming-listening-ashamed"
    assert [p.moves[0] for p in group.helped] == [SupportMove.REFLECT_FEELING, SupportMove.ASK_OPENLY]
    assert [p.moves[0] for p in group.harmed] == [SupportMove.SUGGEST]


def test_self_disclosure_never_reaches_a_distiller() -> None:
    units = [*UNITS, *batch(SupportMove.DISCLOSE_SELF, 90, 0, need=Need.EMPATHY)]
    for group in group_prototypes(cluster_units(units).prototypes, units):
        for prototype in (*group.helped, *group.harmed, *group.followed_by):
            assert not NEVER_DISTILLED & set(prototype.moves)


def test_evidence_counts_for_and_against_and_names_every_unit() -> None:
    (group,) = group_prototypes(cluster_units(UNITS).prototypes, UNITS)
    evidence = group.evidence
    assert (evidence.helped, evidence.harmed, evidence.neutral) == (38 + 25, 2 + 5, 10)
    assert len(evidence.units) == evidence.helped + evidence.harmed


def test_what_helped_next_in_the_same_dialogue_follows() -> None:
    first = [unit(f"d{n}#1", SupportMove.REFLECT_FEELING, GOOD) for n in range(40)]
    later = [unit(f"d{n}#3", SupportMove.SUGGEST, GOOD, activity=Activity.EASING) for n in range(40)]
    other = [unit(f"e{n}#3", SupportMove.INFORM, GOOD, activity=Activity.TORN) for n in range(40)]
    units = [*first, *later, *other]
    groups = {group.id: group for group in group_prototypes(cluster_units(units).prototypes, units)}
    following = next(group for name, group in groups.items() if name.startswith("self-blaming")).followed_by
    assert [prototype.moves for prototype in following] == [(SupportMove.SUGGEST,)]


def test_a_moment_with_too_little_help_is_not_written_up() -> None:
    units = batch(SupportMove.REFLECT_FEELING, 8, 1)
    assert group_prototypes(cluster_units(units).prototypes, units) == ()
