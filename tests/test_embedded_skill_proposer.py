"""Which edit the embedded proposer makes: the smallest that could mend it, lawful, and not refused before."""

from typing import Any

import pytest

from conversation.seeker import Activity, Emotion, Need, Resistance, RiskTier, SeekerState
from conversation.support import SupportMove
from nodes.embedded.reading.moves import read_moves
from nodes.embedded.repertoire import choose_moves, need_of, plan_for
from nodes.embedded.skill_proposer import play
from nodes.failure_analyst import DiagnosisKind
from nodes.remembered import NothingToPropose, in_words
from nodes.skill_proposer import ChangeDraft, Diagnosis, MoveRecord, ProposerQuestion
from skills_bank.change import Change, ChangeKind, Claim, Group
from skills_bank.fit import fit
from skills_bank.lint import lint, slots_in
from skills_bank.skill import Skill
from skills_bank.skill_md import starter

M = SupportMove
STARTER = {skill.id: skill for skill in starter()}
NEEDS = [need for need in Need if need is not Need.UNCLEAR]


def _diagnosis(kind: DiagnosisKind, group: Group, **more: Any) -> Diagnosis:
    fields: dict[str, Any] = {
        "id": "diagnosis-1",
        "kind": kind,
        "concerns": group,
        "episodes": ("e1", "e2"),
        "turns": ("e1:0",),
        "shown": 4,
        "not_shown": 2,
        "loss": 12.0,
        "why": "In 4 of 6 conversations it went on badly.",
    }
    return Diagnosis.model_validate(fields | more)


def _ask(diagnosis: Diagnosis, *skills: Skill, refused: tuple[str, ...] = ()) -> ChangeDraft:
    return play(ProposerQuestion(diagnosis=diagnosis, skills=skills, refused=refused), seed=1)


def _all(diagnosis: Diagnosis, *skills: Skill) -> list[ChangeDraft]:
    """Every edit that it would propose, each after the one before was refused."""
    drafts: list[ChangeDraft] = []
    while True:
        try:
            drafts.append(_ask(diagnosis, *skills, refused=tuple(in_words(draft) for draft in drafts)))
        except NothingToPropose:
            return drafts


def _record(move: SupportMove, helped: int = 0, harmed: int = 0) -> MoveRecord:
    return MoveRecord(move=move, helped=helped, harmed=harmed, neutral=0)


def _as_change(draft: ChangeDraft) -> Change:
    """The harness gives id, author and run; the shape is checked by `Change`."""
    return Change(id="change-1", author="test", **draft.model_dump())


MISSING = DiagnosisKind.MISSING_SKILL
MISMATCH = DiagnosisKind.PROFILE_MISMATCH
INEFFECTIVE = DiagnosisKind.INEFFECTIVE_SKILL
UNSAFE = DiagnosisKind.UNSAFE_INTERVENTION


@pytest.mark.parametrize("need", NEEDS)
def test_a_missing_skill_is_written_whole_and_lawful(need: Need) -> None:
    draft = _ask(_diagnosis(MISSING, Group(needs=(need,))), *STARTER.values())
    assert (draft.kind, draft.claim) == (ChangeKind.ADD, Claim.GAIN)
    (skill,) = _as_change(draft).skills
    assert lint(skill) == ()
    assert skill.id not in STARTER
    assert 2 <= len(skill.steps) <= 3
    assert skill.applies.needs == (need,)
    assert need not in skill.excludes.needs
    assert skill.excludes.tier is RiskTier.CONCERN
    assert draft.concerns.needs == (need,)


@pytest.mark.parametrize("need", NEEDS)
def test_a_new_skill_is_worded_with_the_moves_that_it_names(need: Need) -> None:
    (skill,) = _ask(_diagnosis(MISSING, Group(needs=(need,)))).skills
    slots = {
        "problem": "the review",
        "feeling": "anxious",
        "person": "your manager",
        "effort": "stayed late all week",
        "quote": "nobody asked me",
    }
    for step in skill.steps:
        assert len(step.wording) >= 3, f"{skill.id}/{step.id}"
        assert any(not slots_in(way) for way in step.wording), f"{skill.id}/{step.id}: all ways need a slot"
        for way in step.wording:
            assert {*step.moves} <= {*read_moves(way.format_map(slots))}, way


@pytest.mark.parametrize("need", NEEDS)
def test_a_new_skill_fits_those_for_whom_it_was_written(need: Need) -> None:
    group = Group(needs=(need,), resistance=(Resistance.MINIMAL,), emotions=(Emotion.SADNESS,))
    (skill,) = _ask(_diagnosis(MISSING, group)).skills
    here = SeekerState(need=need, resistance=Resistance.MINIMAL, emotion=Emotion.SADNESS)
    elsewhere = SeekerState(need=Need.ADVICE if need is not Need.ADVICE else Need.EMPATHY)
    assert fit(skill.applies, here) > 0.8
    assert fit(skill.applies, elsewhere) < 0.3


def test_advice_comes_after_hearing_and_venting_gets_none() -> None:
    (advice,) = _ask(_diagnosis(MISSING, Group(needs=(Need.ADVICE,)))).skills
    assert M.SUGGEST not in advice.steps[0].moves
    assert M.SUGGEST in advice.moves
    assert advice.moves.index(M.RESTATE) < advice.moves.index(M.SUGGEST) < advice.moves.index(M.PLAN)
    (listening,) = _ask(_diagnosis(MISSING, Group(needs=(Need.LISTENING,)))).skills
    assert not {M.SUGGEST, M.PLAN, M.INFORM, M.COACH} & {*listening.moves}


def test_a_move_that_harmed_these_seekers_is_dropped_and_the_reason_says_so() -> None:
    records = (_record(M.ASK_OPENLY, helped=1, harmed=9),)
    draft = _ask(_diagnosis(MISSING, Group(needs=(Need.LISTENING,)), moves=records))
    assert M.ASK_OPENLY not in draft.skills[0].moves
    assert "ask openly" in draft.reason


def test_a_move_that_helped_these_seekers_is_preferred() -> None:
    plain = choose_moves((M.REFLECT_FEELING, M.ASK_OPENLY), (M.VALIDATE,), ())
    seen = choose_moves(
        (M.REFLECT_FEELING, M.ASK_OPENLY), (M.VALIDATE,), (_record(M.VALIDATE, 20), _record(M.ASK_OPENLY, 10, 10))
    )
    assert plain == (M.REFLECT_FEELING, M.ASK_OPENLY)
    assert set(seen) == {M.REFLECT_FEELING, M.VALIDATE}


def test_an_untried_move_does_not_lose_to_moves_that_were_followed_as_usual() -> None:
    usual = tuple(_record(move, helped=16, harmed=4) for move in (M.RESTATE, M.REFLECT_FEELING, M.ASK_OPENLY))
    assert M.AFFIRM in choose_moves((M.AFFIRM, M.VALIDATE), (M.RESTATE, M.REFLECT_FEELING), usual)


def test_two_bad_replies_are_too_few_to_drop_a_move() -> None:
    moves = choose_moves((M.REFLECT_FEELING, M.ASK_OPENLY), (), (_record(M.ASK_OPENLY, harmed=2),))
    assert M.ASK_OPENLY in moves


def test_resistance_changes_how_it_begins() -> None:
    group = Group(needs=(Need.ADVICE,), resistance=(Resistance.HOSTILITY,))
    (skill,) = _ask(_diagnosis(MISSING, group)).skills
    assert M.VALIDATE in skill.steps[0].moves
    assert "Defending yourself." in skill.steps[0].avoid
    assert skill.applies.resistance == (Resistance.HOSTILITY,)


def test_without_a_need_it_goes_by_what_the_seeker_is_doing() -> None:
    assert need_of(Group(activities=(Activity.TORN,))) is Need.WEIGHING
    assert need_of(Group(), STARTER["plan-a-small-step"]) is Need.ADVICE
    (skill,) = _ask(_diagnosis(MISSING, Group(activities=(Activity.GRIEVING,)))).skills
    assert skill.applies.activities == (Activity.GRIEVING,)
    assert skill.applies.needs == ()


def test_what_was_refused_is_not_proposed_again_and_at_last_nothing_is() -> None:
    drafts = _all(_diagnosis(MISSING, Group(needs=(Need.EMPATHY,))))
    assert 2 <= len(drafts) <= 4
    assert len({in_words(draft) for draft in drafts}) == len(drafts)
    moves = [tuple(step.moves for step in draft.skills[0].steps) for draft in drafts]
    assert len(set(moves)) == len(moves)


def test_other_words_for_the_same_edit_are_the_same_edit() -> None:
    diagnosis = _diagnosis(MISSING, Group(needs=(Need.EMPATHY,)))
    one = play(ProposerQuestion(diagnosis=diagnosis, skills=()), seed=1)
    two = play(ProposerQuestion(diagnosis=diagnosis, skills=()), seed=2)
    assert one.skills[0].steps != two.skills[0].steps
    assert in_words(one) == in_words(two) == in_words(_as_change(one))


def _widened(skill: Skill) -> Skill:
    """The skill, for seekers who ask for advice too."""
    applies = skill.applies.model_dump() | {"needs": (Need.LISTENING, Need.ADVICE)}
    return Skill.model_validate(
        skill.model_dump() | {"applies": applies, "excludes": skill.excludes.model_dump() | {"needs": ()}}
    )


def test_a_skill_that_fails_some_is_kept_from_them_where_another_can_take_them() -> None:
    wide = _widened(STARTER["hear-anger-out"])
    diagnosis = _diagnosis(MISMATCH, Group(needs=(Need.ADVICE,)), skill_id=wide.id)
    draft = _ask(diagnosis, wide, STARTER["plan-a-small-step"])
    assert (draft.kind, draft.claim, draft.targets) == (ChangeKind.RESTRICT, Claim.GAIN, (wide.id,))
    (body,) = _as_change(draft).skills
    assert body.applies.needs == (Need.LISTENING,)
    assert Need.ADVICE in body.excludes.needs
    assert body.steps == wide.steps


def test_without_another_skill_those_it_fails_get_one_of_their_own() -> None:
    wide = _widened(STARTER["hear-anger-out"])
    draft = _ask(_diagnosis(MISMATCH, Group(needs=(Need.ADVICE,)), skill_id=wide.id), wide)
    assert draft.kind is ChangeKind.SPLIT
    rest, own = _as_change(draft).skills
    assert rest.id == wide.id
    assert Need.ADVICE in rest.excludes.needs
    assert own.applies.needs == (Need.ADVICE,)
    assert lint(own) == ()


def test_a_restriction_takes_the_narrowest_reading_first() -> None:
    skill = STARTER["open-gently"]
    group = Group(needs=(Need.LISTENING,), resistance=(Resistance.HOSTILITY,))
    base = Skill.model_validate(
        skill.model_dump()
        | {
            "applies": skill.applies.model_dump() | {"resistance": ()},
            "excludes": skill.excludes.model_dump() | {"resistance": ()},
        }
    )
    draft = _ask(_diagnosis(DiagnosisKind.MISAPPLIED_SKILL, group, skill_id=base.id), base)
    assert draft.skills[0].excludes.resistance == (Resistance.HOSTILITY,)
    assert Need.LISTENING not in draft.skills[0].excludes.needs


def test_a_restriction_never_leaves_a_skill_for_everyone() -> None:
    """Taking its only need away from a skill would empty the condition, and an empty condition means any seeker."""
    skill = STARTER["plan-a-small-step"]
    assert skill.applies.needs == (Need.ADVICE,)
    group = Group(needs=(Need.ADVICE,))
    for draft in _all(_diagnosis(DiagnosisKind.MISAPPLIED_SKILL, group, skill_id=skill.id), skill):
        for body in draft.skills:
            assert body.applies.needs


def _hollowed(skill: Skill, step_id: str) -> Skill:
    steps = [
        step.model_dump() | ({"wording": ("I see.", "Right.")} if step.id == step_id else {}) for step in skill.steps
    ]
    return Skill.model_validate(skill.model_dump() | {"steps": steps})


def test_hollow_wording_is_filled_and_the_moves_stay() -> None:
    skill = STARTER["hear-anger-out"]
    step = skill.steps[1]
    hollow = _hollowed(skill, step.id)
    draft = _ask(_diagnosis(INEFFECTIVE, Group(needs=(Need.LISTENING,)), skill_id=skill.id, step_id=step.id), hollow)
    assert (draft.kind, draft.claim) == (ChangeKind.REVISE, Claim.GAIN)
    body = _as_change(draft).skills[0]
    assert body.step(step.id).moves == step.moves
    assert len(body.step(step.id).wording) >= 3
    assert "I see." not in body.step(step.id).wording
    assert [s for s in body.steps if s.id != step.id] == [s for s in hollow.steps if s.id != step.id]


def test_all_hollow_steps_of_a_skill_are_filled_in_one_edit() -> None:
    skill = STARTER["hear-anger-out"]
    empty = [
        step.model_dump() | {"moves": (M.RAPPORT,), "wording": ("Take your time.",), "actions": ("Be there.",)}
        for step in skill.steps
    ]
    hollow = Skill.model_validate(skill.model_dump() | {"steps": empty})
    diagnosis = _diagnosis(INEFFECTIVE, Group(needs=(Need.LISTENING,)), skill_id=skill.id, step_id=skill.steps[0].id)
    body = _ask(diagnosis, hollow).skills[0]
    for step in body.steps:
        assert M.RAPPORT not in step.moves
        assert len(step.wording) >= 3


def test_a_hollow_step_elsewhere_is_not_what_is_mended() -> None:
    skill = STARTER["hear-anger-out"]
    hollow = _hollowed(skill, skill.steps[-1].id)
    diagnosis = _diagnosis(INEFFECTIVE, Group(needs=(Need.LISTENING,)), skill_id=skill.id, step_id=skill.steps[0].id)
    body = _ask(diagnosis, hollow).skills[0]
    assert body.steps[-1] == hollow.steps[-1]
    assert body.steps[0] != hollow.steps[0]


def test_a_step_that_brings_nothing_is_made_otherwise_then_the_skill_goes() -> None:
    skill = STARTER["hear-anger-out"]
    diagnosis = _diagnosis(INEFFECTIVE, Group(needs=(Need.LISTENING,)), skill_id=skill.id, step_id=skill.steps[0].id)
    drafts = _all(diagnosis, skill)
    assert [draft.kind for draft in drafts[:-1]] == [ChangeKind.REVISE] * (len(drafts) - 1)
    assert len(drafts) >= 2
    assert drafts[-1].kind is ChangeKind.RETIRE
    assert drafts[-1].claim is Claim.UPKEEP
    assert drafts[0].skills[0].steps[0].moves != skill.steps[0].moves


def _with_unsafe_wording(skill: Skill) -> Skill:
    steps = [step.model_dump() for step in skill.steps]
    steps[0]["wording"] = (*skill.steps[0].wording, "Don't tell anyone else about this, it stays between us.")
    return Skill.model_validate(skill.model_dump() | {"steps": steps})


def test_unsafe_wording_is_taken_out_and_nothing_else() -> None:
    skill = STARTER["open-gently"]
    unsafe = _with_unsafe_wording(skill)
    diagnosis = _diagnosis(UNSAFE, Group(), skill_id=skill.id, step_id=skill.steps[0].id)
    draft = _ask(diagnosis, unsafe)
    assert (draft.kind, draft.claim) == (ChangeKind.REVISE, Claim.SAFETY)
    assert _as_change(draft).skills[0].content_hash == skill.content_hash


def test_an_unsafe_step_that_cannot_be_cleaned_goes_and_at_last_the_skill() -> None:
    skill = STARTER["open-gently"]
    unsafe = _with_unsafe_wording(skill)
    diagnosis = _diagnosis(UNSAFE, Group(), skill_id=skill.id, step_id=skill.steps[0].id)
    drafts = _all(diagnosis, unsafe)
    assert all(draft.claim is Claim.SAFETY for draft in drafts)
    assert any(len(draft.skills[0].steps) == len(skill.steps) - 1 for draft in drafts[:-1])
    assert drafts[-1].kind is ChangeKind.RETIRE


def test_no_edit_of_an_unsafe_skill_leaves_the_words_in() -> None:
    unsafe = _with_unsafe_wording(STARTER["open-gently"])
    diagnosis = _diagnosis(UNSAFE, Group(), skill_id=unsafe.id, step_id=unsafe.steps[0].id)
    for draft in _all(diagnosis, unsafe):
        for body in draft.skills:
            assert "between us" not in body.model_dump_json()


def test_without_the_skill_in_question_nothing_is_proposed() -> None:
    with pytest.raises(NothingToPropose, match="no edit is left"):
        _ask(_diagnosis(INEFFECTIVE, Group(needs=(Need.ADVICE,)), skill_id="not-given"), STARTER["open-gently"])


@pytest.mark.parametrize("skill", list(STARTER.values()), ids=list(STARTER))
def test_every_edit_of_every_starter_skill_is_a_lawful_change(skill: Skill) -> None:
    before = {*lint(skill)}
    need = skill.applies.needs[0] if skill.applies.needs else Need.LISTENING
    group = Group(needs=(need,), resistance=(Resistance.DEFENSIVENESS,))
    for kind in (MISMATCH, DiagnosisKind.MISAPPLIED_SKILL, INEFFECTIVE, UNSAFE):
        diagnosis = _diagnosis(kind, group, skill_id=skill.id, step_id=skill.steps[-1].id)
        for draft in _all(diagnosis, skill):
            for body in _as_change(draft).skills:
                assert {*lint(body)} <= before
                assert body.excludes.tier is RiskTier.CONCERN


def test_every_plan_names_its_sources_and_warns() -> None:
    for need in NEEDS:
        plan = plan_for(need)
        assert plan.sources
        assert plan.pitfalls
        assert any(example.good for example in plan.examples)
        assert M.DISCLOSE_SELF not in {m for step in plan.steps for m in (*step.moves, *step.instead)}
