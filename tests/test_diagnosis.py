"""How findings of many episodes become diagnoses: who is concerned, and how often it did not happen."""

import random
from typing import Any

from conversation.episode import Appraisal, End, Episode, EpisodeKey, EpisodeTurn, SkillScore, SkillUse
from conversation.seeker import Activity, Emotion, Need, Resistance, RiskTier, SeekerState
from conversation.support import Polarity, ResponseChange, SupportMove
from nodes.diagnosing.move_records import followed, move_records
from nodes.diagnosis import Case, diagnose, question_of, unused
from nodes.failure_analyst import Analysis, AnalystFinding, AnalystQuestion, AnalystTurn, DiagnosisKind

RESTATED = "So what you are saying is that the rota fell to you again."
SUGGESTED = "You could try writing a short list of what has to be done first."


def _state(need: Need = Need.ADVICE, **more: Any) -> SeekerState:
    return SeekerState.model_validate(
        {"need": need, "activity": Activity.ASKING_ADVICE, "emotion": Emotion.ANXIETY} | more
    )


def _turn(change: int, state: SeekerState, skill: str = "", reply: str = RESTATED, **more: Any) -> AnalystTurn:
    return AnalystTurn(
        seeker="The rota fell to me again.",
        state=state,
        reply=reply,
        used=SkillUse(skill_id=skill, version=1, step_id="first", how="start") if skill else None,
        monologue="MARKER-THOUGHT",
        feeling="tired",
        change=change,
        emotion=40,
        **more,
    )


def _case(
    number: int,
    state: SeekerState,
    *,
    kind: DiagnosisKind | None = None,
    skill: str = "",
    change: int = -3,
    points: int = 12,
    turns: int = 2,
    reply: str = RESTATED,
) -> Case:
    findings = ()
    if kind is not None:
        findings = (
            AnalystFinding(kind=kind, skill_id=skill, turns=tuple(range(turns)), loss=points, why="it lost ground."),
        )
    return Case(
        question=AnalystQuestion(
            episode_id=f"e{number}",
            turns=tuple(_turn(change, state, skill, reply) for _ in range(turns)),
            skills=(),
        ),
        analysis=Analysis(findings=findings),
    )


def _missing(numbers: range, state: SeekerState, points: int = 12) -> list[Case]:
    return [_case(n, state, kind=DiagnosisKind.MISSING_SKILL, points=points) for n in numbers]


def _well(numbers: range, state: SeekerState, skill: str = "") -> list[Case]:
    return [_case(n, state, skill=skill, change=6) for n in numbers]


def test_findings_are_grouped_by_what_the_words_ask_for() -> None:
    cases = [*_missing(range(3), _state()), *_missing(range(3, 5), _state(Need.EMPATHY))]
    found = diagnose(cases)
    assert [(d.concerns.needs, d.shown) for d in found] == [((Need.ADVICE,), 3), ((Need.EMPATHY,), 2)]
    assert found[0].episodes == ("e0", "e1", "e2")
    assert found[0].turns == ("e0:0", "e0:1", "e1:0", "e1:1", "e2:0", "e2:1")
    assert found[0].why.startswith("In 3 of 3 conversations (need: advice) no skill fitted")


def test_episodes_in_which_it_went_well_are_counted() -> None:
    (found,) = diagnose([*_missing(range(3), _state()), *_well(range(3, 7), _state())])
    assert (found.shown, found.not_shown) == (3, 4)


def test_a_rare_harm_is_not_read_as_a_rule() -> None:
    assert diagnose([*_missing(range(2), _state()), *_well(range(2, 12), _state())]) == ()
    assert diagnose(_missing(range(1), _state())) == ()


def test_one_safety_event_is_enough() -> None:
    case = _case(1, _state(), kind=DiagnosisKind.UNSAFE_INTERVENTION, skill="hear-it-out")
    (found,) = diagnose([case, *_well(range(2, 12), _state(), "hear-it-out")])
    assert found.kind is DiagnosisKind.UNSAFE_INTERVENTION
    assert (found.skill_id, found.shown, found.not_shown) == ("hear-it-out", 1, 10)


def test_without_a_need_seekers_are_grouped_by_what_they_are_doing() -> None:
    state = _state(Need.UNCLEAR, activity=Activity.GRIEVING)
    (found,) = diagnose(_missing(range(2), state))
    assert found.concerns.needs == ()
    assert found.concerns.activities == (Activity.GRIEVING,)


def test_of_seekers_of_whom_nothing_was_read_no_group_is_made() -> None:
    turns = tuple(_turn(-3, _state()).model_copy(update={"state": None}) for _ in range(2))
    finding = AnalystFinding(kind=DiagnosisKind.MISSING_SKILL, turns=(0,), loss=6, why="it lost ground.")
    cases = [
        Case(
            question=AnalystQuestion(episode_id=f"e{n}", turns=turns, skills=()), analysis=Analysis(findings=(finding,))
        )
        for n in range(3)
    ]
    assert diagnose(cases) == ()


def test_the_group_is_narrowed_where_the_trouble_sits_in_a_part_of_it() -> None:
    closed, open_ = _state(resistance=Resistance.MINIMAL), _state()
    cases = [*_missing(range(5), closed), *_well(range(5, 11), open_)]
    (found,) = diagnose(cases)
    assert found.concerns.resistance == (Resistance.MINIMAL,)
    assert (found.shown, found.not_shown) == (5, 0)


def test_the_group_stays_wide_where_a_reading_makes_no_difference() -> None:
    closed, open_ = _state(resistance=Resistance.MINIMAL), _state()
    cases = [*_missing(range(3), closed), *_missing(range(3, 6), open_), *_well(range(6, 8), closed)]
    (found,) = diagnose(cases)
    assert found.concerns.resistance == ()


def test_a_skill_that_helps_others_and_fails_these_is_a_mismatch() -> None:
    bad = [_case(n, _state(), kind=DiagnosisKind.INEFFECTIVE_SKILL, skill="hear-it-out") for n in range(3)]
    good = _well(range(3, 7), _state(Need.LISTENING), "hear-it-out")
    (found,) = diagnose([*bad, *good])
    assert found.kind is DiagnosisKind.PROFILE_MISMATCH
    assert found.concerns.needs == (Need.ADVICE,)
    assert "With other seekers the same skill helps (4 conversations)" in found.why


def test_a_skill_that_fails_everywhere_is_ineffective() -> None:
    bad = [_case(n, _state(), kind=DiagnosisKind.INEFFECTIVE_SKILL, skill="hear-it-out") for n in range(3)]
    also = [
        _case(n, _state(Need.LISTENING), kind=DiagnosisKind.INEFFECTIVE_SKILL, skill="hear-it-out") for n in range(3, 6)
    ]
    assert {d.kind for d in diagnose([*bad, *also])} == {DiagnosisKind.INEFFECTIVE_SKILL}


def test_a_mismatch_within_one_need_is_found_by_resistance() -> None:
    closed = _state(resistance=Resistance.HOSTILITY)
    bad = [_case(n, closed, kind=DiagnosisKind.INEFFECTIVE_SKILL, skill="hear-it-out") for n in range(4)]
    (found,) = diagnose([*bad, *_well(range(4, 12), _state(), "hear-it-out")])
    assert found.kind is DiagnosisKind.PROFILE_MISMATCH
    assert found.concerns.resistance == (Resistance.HOSTILITY,)


def test_the_costliest_trouble_comes_first() -> None:
    cases = [*_missing(range(2), _state(), points=20), *_missing(range(2, 8), _state(Need.EMPATHY), points=10)]
    assert [d.concerns.needs[0] for d in diagnose(cases)] == [Need.EMPATHY, Need.ADVICE]


def test_the_order_of_the_episodes_does_not_matter() -> None:
    cases = [*_missing(range(3), _state()), *_missing(range(3, 6), _state(Need.EMPATHY)), *_well(range(6, 9), _state())]
    shuffled = cases[:]
    random.Random(4).shuffle(shuffled)
    assert diagnose(shuffled) == diagnose(cases)


def test_no_thought_of_the_judge_reaches_a_diagnosis() -> None:
    for found in diagnose(_missing(range(3), _state())):
        assert "MARKER-THOUGHT" not in found.model_dump_json()


def test_moves_are_counted_by_how_their_replies_were_followed() -> None:
    good = _case(1, _state(change=ResponseChange.DISCLOSES_MORE), change=5, turns=3)
    bad = _case(2, _state(), change=-6, turns=2, reply=SUGGESTED)
    records = {record.move: record for record in move_records([good.question, bad.question])}
    assert records[SupportMove.RESTATE].helped == 3
    assert records[SupportMove.SUGGEST].harmed == 2
    assert records[SupportMove.SUGGEST].helped == 0


def test_where_words_and_reception_disagree_a_reply_counts_as_neither() -> None:
    said_well, felt_badly = _state(change=ResponseChange.DISCLOSES_MORE), -5
    turns = (_turn(felt_badly, _state()), _turn(1, said_well))
    assert followed(turns, 0) is Polarity.NEUTRAL
    assert followed((_turn(1, _state()), _turn(1, said_well)), 0) is Polarity.CONSTRUCTIVE
    assert followed((_turn(-5, _state()),), 0) is Polarity.NEGATIVE


def test_skills_that_did_nothing_are_told_apart() -> None:
    score = SkillScore(skill_id="seen", version=1, title="Seen", similarity=0.1, fit=0.2, evidence=0.0, score=0.1)
    question = AnalystQuestion(episode_id="e1", turns=(_turn(3, _state(), "used", considered=(score,)),), skills=())
    found = unused([Case(question=question, analysis=Analysis(findings=()))], ["used", "seen", "unseen"])
    assert found.never_considered == ("unseen",)
    assert found.considered_never_used == ("seen",)


def _episode(end: End = End.TURN_LIMIT, *, judged: bool = True) -> Episode:
    appraisal = Appraisal(meant="m", overt_fit="o", hidden_fit="h", monologue="Hm.", feeling="tired", change=-4)
    turn = EpisodeTurn(
        seeker="Hello.",
        tier=RiskTier.NONE,
        state=_state(),
        reply=RESTATED,
        used=SkillUse(skill_id="used", version=1, step_id="first", how="start"),
        appraisal=appraisal if judged else None,
        emotion=36 if judged else None,
    )
    key = EpisodeKey(
        profile_id="p1",
        profile_hash="h",
        seed=1,
        turn_limit=10,
        bank_hash="b",
        retrieval="r",
        models={},
        prompts="p",
        engine="1",
    )
    return Episode(key=key, stage="diagnosis", turns=(turn,), end=end)


def test_the_analyst_is_asked_without_the_fit_to_what_is_hidden() -> None:
    question = question_of(_episode(), "e1", ())
    assert question is not None
    assert question.turns[0].change == -4
    assert "hidden_fit" not in question.model_dump_json()
    assert "p1" not in question.model_dump_json()


def test_of_an_unscored_episode_nothing_is_asked() -> None:
    assert question_of(_episode(judged=False), "e1", ()) is None
    assert question_of(_episode(End.ERROR), "e1", ()) is None


def test_one_trouble_of_a_skill_is_one_diagnosis_whatever_the_need() -> None:
    cases = [
        *(_case(n, _state(), kind=DiagnosisKind.INEFFECTIVE_SKILL, skill="hear-it-out") for n in range(3)),
        *(
            _case(n, _state(Need.EMPATHY), kind=DiagnosisKind.INEFFECTIVE_SKILL, skill="hear-it-out")
            for n in range(3, 6)
        ),
    ]
    (found,) = diagnose(cases)
    assert set(found.concerns.needs) == {Need.ADVICE, Need.EMPATHY}
    assert found.shown == 6


def test_an_unsafe_step_is_one_diagnosis_for_all_seekers() -> None:
    kind = DiagnosisKind.UNSAFE_INTERVENTION
    cases = [
        _case(n, _state(need), kind=kind, skill="hear-it-out") for n, need in enumerate((Need.ADVICE, Need.EMPATHY))
    ]
    (found,) = diagnose(cases)
    assert str(found.concerns) == "all seekers"
    assert found.shown == 2


def test_what_was_found_now_as_mismatch_and_now_as_ineffective_is_counted_together() -> None:
    one = [_case(n, _state(), kind=DiagnosisKind.INEFFECTIVE_SKILL, skill="hear-it-out", points=5) for n in range(2)]
    two = [_case(n, _state(), kind=DiagnosisKind.PROFILE_MISMATCH, skill="hear-it-out") for n in range(2, 4)]
    (found,) = diagnose([*one, *two])
    assert (found.kind, found.shown) == (DiagnosisKind.PROFILE_MISMATCH, 4)


def test_a_skill_is_not_blamed_where_all_else_does_as_little_for_these_seekers() -> None:
    blamed = [_case(n, _state(), kind=DiagnosisKind.INEFFECTIVE_SKILL, skill="hear-it-out") for n in range(4)]
    hard = [_case(n, _state(), skill="another", change=-3) for n in range(4, 12)]
    easy = [_case(n, _state(), skill="another", change=3) for n in range(4, 12)]
    assert diagnose([*blamed, *hard]) == ()
    assert len(diagnose([*blamed, *easy])) == 1
