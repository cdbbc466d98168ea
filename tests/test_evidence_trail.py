"""Each part of a skill leads to the dialogues for and against it, and each unit to the parts."""

from conversation.seeker import Activity, SeekerState
from conversation.support import Polarity, ResponseChange, SupportMove
from skills_bank.evidence_trail import PartEvidence, Trail, trail
from skills_bank.intervention_unit import InterventionUnit, LabelSource, SupportAction, UnitText
from skills_bank.skill import Expected, Skill, Step
from skills_bank.skill_md import starter

SKILL: Skill = starter()[0].model_copy(
    update={
        "steps": (
            Step(id="hear", aim="Hear it.", moves=(SupportMove.VALIDATE,), actions=("Say that it makes sense.",)),
            Step(id="plan", aim="Plan.", moves=(SupportMove.PLAN,), actions=("Ask for one step.",)),
        ),
        "expected": Expected(changes=(ResponseChange.EASES,)),
    }
)


def unit(name: str, move: SupportMove, change: ResponseChange) -> InterventionUnit:
    return InterventionUnit(
        id=f"{name}#3",
        dialogue_id=name,
        source="test",
        licence="CC0-1.0",
        before=SeekerState(activity=Activity.VENTING),
        action=SupportAction(moves=(move,), source=LabelSource.RULES),
        after=SeekerState(activity=Activity.VENTING),
        change=change,
        change_source=LabelSource.RULES,
        polarity=change.polarity,
        polarity_reason=change.value,
        turns_before=(2,),
        turns_action=(3, 4),
        turns_after=(5,),
        position=0.5,
    )


def found() -> Trail:
    units = [
        unit("eased", SupportMove.VALIDATE, ResponseChange.EASES),
        unit("opened", SupportMove.PLAN, ResponseChange.DISCLOSES_MORE),
        unit("left", SupportMove.VALIDATE, ResponseChange.WITHDRAWS),
    ]
    return trail(SKILL, [(one, UnitText(unit_id=one.id, before="a", action="b", after="c")) for one in units])


def part(name: str) -> PartEvidence:
    return next(one for one in found().parts if one.part == name)


def test_a_step_rests_on_the_units_whose_supporter_did_it() -> None:
    assert (part("steps/hear").speak_for, part("steps/hear").speak_against) == (("eased#3",), ("left#3",))
    assert (part("steps/plan").speak_for, part("steps/plan").speak_against) == (("opened#3",), ())


def test_what_is_expected_rests_on_the_units_in_which_it_came() -> None:
    assert (part("expected").speak_for, part("expected").speak_against) == (("eased#3",), ("left#3",))


def test_units_that_harmed_show_the_pitfalls_and_speak_against_the_conditions() -> None:
    assert part("pitfalls").speak_for == ("left#3",)
    assert (part("applies").speak_for, part("applies").speak_against) == (("eased#3", "opened#3"), ("left#3",))


def test_a_neutral_unit_is_listed_and_speaks_for_nothing() -> None:
    neutral = unit("same", SupportMove.VALIDATE, ResponseChange.EASES).model_copy(update={"polarity": Polarity.NEUTRAL})
    (traced,) = trail(SKILL, [(neutral, None)]).units
    assert (traced.speaks_for, traced.speaks_against, traced.words) == ((), (), None)


def test_a_unit_keeps_its_place_in_the_dialogue() -> None:
    (left,) = found().of(Polarity.NEGATIVE)
    assert (left.dialogue_id, left.turns_before, left.turns_action, left.turns_after) == ("left", (2,), (3, 4), (5,))
