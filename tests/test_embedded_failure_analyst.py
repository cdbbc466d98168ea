"""What the embedded analyst finds in an episode, and what it leaves alone."""

from typing import Any

import pytest

from conversation.episode import Finding, SkillScore, SkillUse
from conversation.seeker import Activity, Emotion, Need, Resistance, SeekerState
from conversation.support import ResponseChange, SupportMove, UnsafeIntervention
from nodes.embedded.failure_analyst import loss, misfits, play, stretches
from nodes.failure_analyst import AnalystFinding, AnalystQuestion, AnalystTurn, DiagnosisKind
from skills_bank.skill import Conditions, Exclusions, Exit, Expected, Skill, Step

ADVICE = SeekerState(need=Need.ADVICE, activity=Activity.ASKING_ADVICE, emotion=Emotion.ANXIETY)
LISTENING = SeekerState(need=Need.LISTENING, activity=Activity.VENTING, emotion=Emotion.ANGER)


def _skill(skill_id: str = "hear-it-out", *, dip: str = "", **conditions: Any) -> Skill:
    steps = [
        Step(id=name, aim="Listen.", moves=(SupportMove.REFLECT_FEELING,), actions=("Name the feeling.",))
        for name in ("first", "second")
    ]
    excluded = conditions.pop("excluded", ())
    return Skill(
        id=skill_id,
        title="Hear it out",
        summary="Listens to what is poured out.",
        rationale="Being heard helps.",
        applies=Conditions(words="The seeker pours it out.", **conditions),
        excludes=Exclusions(words="Not for advice.", needs=excluded),
        steps=tuple(steps),
        exit=Exit(done_when="It is said.", stop_when="They ask for something else."),
        expected=Expected(changes=(ResponseChange.EASES,), within_turns=2, allowed_dip=dip),
    )


def _turn(
    change: int, state: SeekerState | None = ADVICE, skill: str = "", step: str = "first", **more: Any
) -> AnalystTurn:
    return AnalystTurn(
        seeker="I don't know what to do about the rota.",
        state=state,
        reply="That sounds hard.",
        used=SkillUse(skill_id=skill, version=1, step_id=step, how="start") if skill else None,
        monologue="Hm.",
        feeling="tired",
        change=change,
        emotion=40,
        **more,
    )


def _found(turns: list[AnalystTurn], *skills: Skill) -> tuple[AnalystFinding, ...]:
    return play(AnalystQuestion(episode_id="e1", turns=tuple(turns), skills=skills), seed=0).findings


def _score(skill_id: str, fit: float) -> SkillScore:
    return SkillScore(skill_id=skill_id, version=1, title="A title", similarity=0.2, fit=fit, evidence=0.0, score=fit)


def test_an_episode_that_goes_well_has_no_findings() -> None:
    assert _found([_turn(5, skill="hear-it-out"), _turn(7, skill="hear-it-out"), _turn(4)], _skill()) == ()


def test_one_small_setback_is_not_a_finding() -> None:
    assert _found([_turn(6), _turn(-2, skill="hear-it-out"), _turn(6)], _skill()) == ()


def test_trouble_without_a_skill_is_a_missing_skill() -> None:
    (finding,) = _found([_turn(-2), _turn(-3), _turn(0)])
    assert finding.kind is DiagnosisKind.MISSING_SKILL
    assert finding.skill_id == ""
    assert finding.turns == (0, 1, 2)
    assert finding.loss == 5 + 6 + 3
    assert "asks for advice" in finding.why


def test_standing_still_is_a_finding_though_nothing_was_lost() -> None:
    (finding,) = _found([_turn(1), _turn(0), _turn(1)])
    assert finding.kind is DiagnosisKind.MISSING_SKILL


def test_a_skill_that_fits_and_brings_nothing_is_ineffective_and_the_step_is_named() -> None:
    turns = [_turn(2, LISTENING, "hear-it-out", "first"), _turn(-5, LISTENING, "hear-it-out", "second")]
    (finding,) = _found(turns, _skill(needs=(Need.LISTENING,)))
    assert finding.kind is DiagnosisKind.INEFFECTIVE_SKILL
    assert (finding.skill_id, finding.step_id) == ("hear-it-out", "second")
    assert finding.turns == (1,)


def test_loss_spread_over_the_steps_names_no_step() -> None:
    turns = [_turn(-3, LISTENING, "hear-it-out", "first"), _turn(-3, LISTENING, "hear-it-out", "second")]
    (finding,) = _found(turns, _skill(needs=(Need.LISTENING,)))
    assert finding.step_id == ""


def test_a_skill_used_against_its_exclusions_is_misapplied() -> None:
    (finding,) = _found([_turn(-4, ADVICE, "hear-it-out")], _skill(excluded=(Need.ADVICE,)))
    assert finding.kind is DiagnosisKind.MISAPPLIED_SKILL
    assert "not to be used when the need is advice" in finding.why


def test_another_skill_that_fitted_better_makes_it_misapplied() -> None:
    turn = _turn(-4, ADVICE, "hear-it-out", considered=(_score("hear-it-out", 0.4), _score("plan-it", 0.8)))
    (finding,) = _found([turn], _skill(needs=(Need.LISTENING,)))
    assert finding.kind is DiagnosisKind.MISAPPLIED_SKILL
    assert "'plan-it' fitted better" in finding.why


def test_a_stopgap_where_nothing_fitted_better_is_a_missing_skill() -> None:
    turn = _turn(-4, ADVICE, "hear-it-out", considered=(_score("hear-it-out", 0.4), _score("other", 0.3)))
    (finding,) = _found([turn], _skill(needs=(Need.LISTENING,)))
    assert finding.kind is DiagnosisKind.MISSING_SKILL
    assert "stood in for a skill that the bank does not have" in finding.why


def test_a_guard_finding_is_unsafe_even_where_emotion_rose() -> None:
    unsafe = Finding(kind=UnsafeIntervention.MINIMISING, words="it is not so bad")
    turns = [_turn(6, LISTENING, "hear-it-out", "second", findings=(unsafe,)), _turn(6, LISTENING, "hear-it-out")]
    (finding,) = _found(turns, _skill())
    assert finding.kind is DiagnosisKind.UNSAFE_INTERVENTION
    assert (finding.skill_id, finding.step_id, finding.turns) == ("hear-it-out", "second", (0,))
    assert "minimising" in finding.why


def test_an_announced_dip_that_comes_back_is_no_finding() -> None:
    turns = [_turn(-4, LISTENING, "hear-it-out"), _turn(5, LISTENING)]
    assert _found(turns, _skill(dip="Naming grief hurts first.")) == ()
    assert len(_found(turns, _skill())) == 1


def test_an_announced_dip_that_does_not_come_back_is_a_finding() -> None:
    turns = [_turn(-6, LISTENING, "hear-it-out"), _turn(1, LISTENING)]
    (finding,) = _found(turns, _skill(dip="Naming grief hurts first."))
    assert finding.kind is DiagnosisKind.INEFFECTIVE_SKILL


def test_every_turn_counts_once_with_the_skill_that_answered_it() -> None:
    turns = [_turn(1), _turn(1), _turn(1, skill="a"), _turn(1, skill="b"), _turn(1, skill="a"), _turn(1)]
    found = {stretch.skill_id: stretch.turns for stretch in stretches(turns)}
    assert found == {"": (0, 1, 5), "a": (2, 4), "b": (3,)}


def test_a_skill_that_brings_nothing_now_and_then_brings_nothing() -> None:
    turns = [_turn(1, LISTENING, "hear-it-out"), _turn(6, LISTENING), _turn(0, LISTENING, "hear-it-out")]
    (finding,) = _found(turns, _skill())
    assert (finding.kind, finding.turns) == (DiagnosisKind.INEFFECTIVE_SKILL, (0, 2))


def test_moves_that_these_words_do_not_ask_for_are_a_mismatch() -> None:
    pushy = _skill().model_copy(
        update={
            "steps": (
                Step(id="first", aim="Advise.", moves=(SupportMove.AFFIRM, SupportMove.SUGGEST), actions=("Suggest.",)),
            )
        }
    )
    (finding,) = _found([_turn(-4, LISTENING, "hear-it-out")], pushy)
    assert finding.kind is DiagnosisKind.PROFILE_MISMATCH
    assert "suggest an option" in finding.why
    (same,) = _found([_turn(-4, ADVICE, "hear-it-out")], pushy)
    assert same.kind is DiagnosisKind.INEFFECTIVE_SKILL


def test_loss_is_what_a_turn_stays_below_a_good_one() -> None:
    assert loss([_turn(8), _turn(3), _turn(1), _turn(-4)]) == 0 + 0 + 2 + 7


@pytest.mark.parametrize(
    ("conditions", "state", "speaks_against"),
    [
        ({}, ADVICE, False),
        ({"needs": (Need.ADVICE,)}, ADVICE, False),
        ({"needs": (Need.EMPATHY,)}, ADVICE, True),
        ({"needs": (Need.EMPATHY,)}, SeekerState(), False),
        ({"activities": (Activity.GRIEVING,)}, ADVICE, False),
        ({"activities": (Activity.GRIEVING,), "emotions": (Emotion.SADNESS,)}, ADVICE, True),
        ({"resistance": (Resistance.MINIMAL,), "intensity": (4, 5)}, ADVICE, False),
    ],
)
def test_one_soft_reading_is_not_enough_and_what_was_not_read_says_nothing(
    conditions: dict[str, Any], state: SeekerState, speaks_against: bool
) -> None:
    assert bool(misfits(_skill(**conditions), state)) is speaks_against


def test_the_seed_changes_nothing_as_a_finding_is_no_matter_of_chance() -> None:
    question = AnalystQuestion(episode_id="e1", turns=(_turn(-2), _turn(-3)), skills=())
    assert play(question, seed=1) == play(question, seed=2)
