"""Units: one a reply between two seeker turns; human labels win; weak evidence is neutral; risk is a flag."""

import pytest

from conversation.annotation import Annotation, SeekerLabels, SupporterLabels
from conversation.dialogue import Dialogue, Speaker, Turn
from conversation.seeker import Activity, Scenario, SeekerState
from conversation.support import Polarity, ResponseChange, SupportMove
from skills_bank.intervention_unit import LabelSource
from skills_bank.unit_extraction import extract_units, judge_polarity, settle_moves, settle_scenario

SEEKER, SUPPORTER = Speaker.SEEKER, Speaker.SUPPORTER


def dialogue(*turns: Turn, **fields: object) -> Dialogue:
    given = {"id": "d1", "source": "made", "licence": "MIT", "turns": turns, **fields}
    return Dialogue.model_validate(given)


THREE = (
    Turn(speaker=SUPPORTER, text="Hello."),
    Turn(speaker=SEEKER, text="I lost my job."),
    Turn(speaker=SEEKER, text="Last week."),
    Turn(speaker=SUPPORTER, text="That hurts.", strategies=("Reflection of feelings",)),
    Turn(speaker=SUPPORTER, text="What happened?", strategies=("Question",)),
    Turn(speaker=SEEKER, text="They closed the shop."),
    Turn(speaker=SUPPORTER, text="I see."),
)


def labels(change: ResponseChange = ResponseChange.DISCLOSES_MORE, new_risk: bool = False) -> Annotation:
    return Annotation(
        seeker=(
            SeekerLabels(run=1, state=SeekerState(activity=Activity.TELLING, intensity=3), change=None),
            SeekerLabels(run=3, state=SeekerState(intensity=3), change=change, new_risk=new_risk),
        ),
        supporter=(SupporterLabels(run=2, moves=(SupportMove.REFLECT_FEELING, SupportMove.ASK_TO_CLARIFY)),),
    )


def test_a_unit_is_a_reply_between_two_seeker_turns_with_its_source_turns() -> None:
    ((unit, text),) = extract_units(dialogue(*THREE), labels(), LabelSource.RULES)
    assert unit.id == "d1#2"
    assert (unit.turns_before, unit.turns_action, unit.turns_after) == ((1, 2), (3, 4), (5,))
    assert unit.before.activity is Activity.TELLING
    assert (text.before, text.action, text.after) == (
        "I lost my job.\nLast week.",
        "That hurts.\nWhat happened?",
        "They closed the shop.",
    )


def test_the_words_stand_in_the_text_and_nowhere_in_the_unit() -> None:
    ((unit, _),) = extract_units(dialogue(*THREE), labels(), LabelSource.RULES)
    assert "shop" not in unit.model_dump_json()


def test_a_reply_whose_neighbours_have_no_labels_gives_no_unit() -> None:
    assert (
        extract_units(dialogue(*THREE), Annotation(seeker=labels().seeker[:1], supporter=()), LabelSource.MODEL) == []
    )


def test_human_strategies_decide_the_moves_and_the_reading_only_tells_which_of_their_moves() -> None:
    ((unit, _),) = extract_units(dialogue(*THREE), labels(), LabelSource.RULES)
    assert unit.action.moves == (SupportMove.REFLECT_FEELING, SupportMove.ASK_TO_CLARIFY)
    assert unit.action.source is LabelSource.HUMAN


@pytest.mark.parametrize(
    ("read", "strategies", "moves", "source"),
    [
        ((SupportMove.COACH,), ("Providing Suggestions",), (SupportMove.COACH,), LabelSource.HUMAN),
        ((SupportMove.RESTATE,), ("Providing Suggestions",), (SupportMove.SUGGEST,), LabelSource.HUMAN),
        ((), ("Others", "Question"), (SupportMove.ASK_OPENLY, SupportMove.RAPPORT), LabelSource.HUMAN),
        ((SupportMove.REPAIR,), ("Others",), (SupportMove.REPAIR,), LabelSource.HUMAN),
        ((SupportMove.AFFIRM, SupportMove.UNCLEAR), (), (SupportMove.AFFIRM,), LabelSource.MODEL),
    ],
)
def test_moves_are_settled_between_what_people_said_and_what_was_read(
    read: tuple[SupportMove, ...], strategies: tuple[str, ...], moves: tuple[SupportMove, ...], source: LabelSource
) -> None:
    assert settle_moves(read, strategies, LabelSource.MODEL) == (moves, source)


@pytest.mark.parametrize(
    ("feedback", "polarity"),
    [
        (5, Polarity.CONSTRUCTIVE),
        (4, Polarity.CONSTRUCTIVE),
        (3, Polarity.NEUTRAL),
        (2, Polarity.NEGATIVE),
        (1, Polarity.NEGATIVE),
    ],
)
def test_the_seekers_own_feedback_wins_over_the_wording(feedback: int, polarity: Polarity) -> None:
    for change in (ResponseChange.EASES, ResponseChange.TURNS_ON_SUPPORTER):
        judged = judge_polarity(change, 3, 3, new_risk=False, feedback=feedback)
        assert judged == (polarity, f"feedback {feedback}")


@pytest.mark.parametrize("change", list(ResponseChange))
def test_without_feedback_the_change_decides(change: ResponseChange) -> None:
    assert judge_polarity(change, 3, 3, new_risk=False, feedback=None).polarity is change.polarity


def test_naming_a_painful_feeling_is_progress_even_where_it_is_stronger() -> None:
    judged = judge_polarity(ResponseChange.NAMES_FEELING, 2, 5, new_risk=False, feedback=None)
    assert judged.polarity is Polarity.CONSTRUCTIVE


def test_thanks_alone_is_neutral() -> None:
    judged = judge_polarity(ResponseChange.ACKNOWLEDGES, 4, 2, new_risk=False, feedback=None)
    assert judged.polarity is Polarity.NEUTRAL


@pytest.mark.parametrize(
    ("change", "before", "after"), [(ResponseChange.EASES, 2, 4), (ResponseChange.ESCALATES, 4, 2)]
)
def test_a_change_that_the_intensity_contradicts_is_neutral(change: ResponseChange, before: int, after: int) -> None:
    assert judge_polarity(change, before, after, new_risk=False, feedback=None).polarity is Polarity.NEUTRAL


def test_new_risk_is_a_flag_and_never_a_polarity() -> None:
    annotation = labels(ResponseChange.ESCALATES, new_risk=True)
    ((unit, _),) = extract_units(dialogue(*THREE), annotation, LabelSource.RULES)
    assert unit.new_risk
    assert unit.polarity is Polarity.NEUTRAL


def test_the_first_and_last_intensity_are_the_seekers_own_where_they_gave_them() -> None:
    rated = dialogue(*THREE, intensity_before=5, intensity_after=1)
    ((unit, _),) = extract_units(rated, labels(), LabelSource.RULES)
    assert (unit.before.intensity, unit.after.intensity) == (5, 1)


@pytest.mark.parametrize(
    ("read", "problem", "settled"),
    [
        (Scenario.WORKPLACE, "job crisis", Scenario.WORKPLACE),
        (Scenario.UNCLEAR, "job crisis", Scenario.JOB_LOSS),
        (Scenario.FRIENDSHIP, "academic pressure", Scenario.ACADEMIC),
        (Scenario.BEREAVEMENT, "ongoing depression", Scenario.BEREAVEMENT),
        (Scenario.MONEY, "a problem type of another set", Scenario.MONEY),
        (Scenario.MONEY, "bereavement", Scenario.BEREAVEMENT),
        (Scenario.MONEY, "unclear", Scenario.MONEY),
    ],
)
def test_the_scenario_keeps_to_the_problem_that_people_named(read: Scenario, problem: str, settled: Scenario) -> None:
    assert settle_scenario(read, problem) is settled
