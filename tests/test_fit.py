"""Fit rewards what is stated and holds, halves what cannot be told, and halves again for what clearly does not."""

import itertools
import random

import pytest

from conversation.seeker import Activity, Emotion, Need, Readiness, Resistance, Scenario, SeekerState
from skills_bank.fit import FitTable, fit, fit_reasons
from skills_bank.skill import Conditions
from skills_bank.skill_md import starter

ANGRY = SeekerState(
    activity=Activity.VENTING,
    emotion=Emotion.ANGER,
    intensity=4,
    scenario=Scenario.WORKPLACE,
    need=Need.LISTENING,
    readiness=Readiness.HEARD,
)
UNREAD = SeekerState()


def asks(**fields: object) -> Conditions:
    return Conditions.model_validate({"words": "in words", **fields})


FOUR = asks(
    activities=(Activity.VENTING,),
    emotions=(Emotion.ANGER, Emotion.HURT),
    needs=(Need.LISTENING,),
    scenarios=(Scenario.WORKPLACE, Scenario.FAMILY),
)


def test_the_figures_that_the_module_promises() -> None:
    missed = ANGRY.model_copy(update={"emotion": Emotion.CALM})
    assert fit(asks(), ANGRY) == 0.5
    assert fit(FOUR, ANGRY) == 0.9
    assert fit(FOUR, missed) == 0.35
    assert fit(FOUR, UNREAD) == 0.5


def test_more_that_is_stated_and_holds_counts_for_more() -> None:
    fields = {"activities": (Activity.VENTING,), "emotions": (Emotion.ANGER,), "needs": (Need.LISTENING,)}
    growing = [fit(asks(**dict(itertools.islice(fields.items(), n))), ANGRY) for n in range(4)]
    assert growing == sorted(set(growing))


def test_a_clear_miss_weighs_more_than_what_cannot_be_told() -> None:
    missed = ANGRY.model_copy(update={"emotion": Emotion.CALM})
    unclear = ANGRY.model_copy(update={"emotion": Emotion.UNCLEAR})
    assert fit(FOUR, ANGRY) > fit(FOUR, unclear) > 2 * fit(FOUR, missed)


def test_a_second_activity_holds_as_well() -> None:
    state = ANGRY.model_copy(update={"activity": Activity.TELLING, "second_activity": Activity.VENTING})
    assert fit(asks(activities=(Activity.VENTING,)), state) == fit(asks(activities=(Activity.VENTING,)), ANGRY)


@pytest.mark.parametrize(("intensity", "expected"), [(5, 0.75), (4, 0.75), (3, 0.5), (2, 0.125), (1, 0.125)])
def test_intensity_holds_within_its_bounds_and_half_a_point_beside_them(intensity: int, expected: float) -> None:
    assert fit(asks(intensity=(4, 5)), ANGRY.model_copy(update={"intensity": intensity})) == expected


def test_any_intensity_is_no_condition() -> None:
    assert fit(asks(intensity=(1, 5)), ANGRY) == fit(asks(), ANGRY)


def test_no_resistance_is_a_reading_and_not_unclear() -> None:
    assert fit(asks(resistance=(Resistance.HOSTILITY,)), ANGRY) < 0.3


def test_the_table_gives_what_one_by_one_gives() -> None:
    drawn = random.Random(3)
    state = SeekerState.model_validate(
        {
            "activity": drawn.choice(list(Activity)),
            "emotion": drawn.choice(list(Emotion)),
            "need": drawn.choice(list(Need)),
        }
    )
    skills = starter()
    table = FitTable(skills)
    for one in (ANGRY, UNREAD, state, ANGRY):
        assert table.of(one).tolist() == [fit(skill.applies, one) for skill in skills]


def test_the_reasons_tell_each_field_in_plain_words() -> None:
    state = ANGRY.model_copy(update={"emotion": Emotion.CALM, "need": Need.UNCLEAR, "intensity": 3})
    asked = asks(
        activities=(Activity.VENTING,),
        emotions=(Emotion.ANGER, Emotion.HURT),
        needs=(Need.LISTENING,),
        intensity=(4, 5),
    )
    assert fit_reasons(asked, state) == [
        "the seeker is venting, as the skill asks",
        "the feeling is calm, and the skill asks for anger or hurt",
        "whether the need is listening cannot be told: counts half",
        "the intensity is 3, and the skill asks for 4 to 5: counts half",
    ]
    assert fit_reasons(asks(), state) == ["the skill states no condition: counts half"]
