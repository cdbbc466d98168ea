"""The annotator is asked about words alone, and only labels that stand at a run of the right speaker are kept."""

from conversation.annotation import Annotation, SeekerLabels, SupporterLabels
from conversation.dialogue import Dialogue, Outcome, Speaker, Turn
from conversation.seeker import Activity, SeekerState
from conversation.support import SupportMove
from nodes.annotator import fitting, key_of, question_about

DIALOGUE = Dialogue(
    id="d1",
    source="made",
    licence="MIT",
    situation="the seeker's own summary",
    problem="job crisis",
    emotion="fear",
    outcome=Outcome.FAILED,
    intensity_before=5,
    ratings={"empathy": 1},
    turns=(
        Turn(speaker=Speaker.SEEKER, text="I lost my job."),
        Turn(speaker=Speaker.SEEKER, text="Again."),
        Turn(speaker=Speaker.SUPPORTER, text="That is hard.", strategies=("Reflection of feelings",)),
        Turn(speaker=Speaker.SEEKER, text="It is.", feedback=1),
    ),
)


def test_the_question_holds_the_words_in_runs_and_nothing_that_anybody_said_about_them() -> None:
    question = question_about(DIALOGUE)
    assert [run.text for run in question.runs] == ["I lost my job.\nAgain.", "That is hard.", "It is."]
    sent = question.model_dump_json()
    for hidden in ("failed", "Reflection", "crisis", "fear", "summary", "feedback", "empathy", "intensity"):
        assert hidden not in sent


def test_labels_at_the_wrong_place_are_a_slip_and_are_dropped() -> None:
    def seeker(run: int, activity: Activity = Activity.TELLING) -> SeekerLabels:
        return SeekerLabels(run=run, state=SeekerState(activity=activity), change=None)

    said = Annotation(
        seeker=(seeker(2), seeker(1), seeker(9), seeker(0), seeker(0, Activity.VENTING)),
        supporter=(SupporterLabels(run=0, moves=()), SupporterLabels(run=1, moves=(SupportMove.VALIDATE,))),
    )
    kept = fitting(said, DIALOGUE)
    assert [entry.run for entry in kept.seeker] == [0, 2]
    assert kept.seeker[0].state.activity is Activity.TELLING, "the first of two labels counts"
    assert [entry.run for entry in kept.supporter] == [1]


def test_a_kept_annotation_is_found_by_words_and_model_and_not_by_what_is_known_of_the_outcome() -> None:
    same = DIALOGUE.model_copy(update={"id": "other", "outcome": Outcome.SUCCESS, "ratings": {}})
    assert key_of(same, "model") == key_of(DIALOGUE, "model")
    assert key_of(DIALOGUE, "another model") != key_of(DIALOGUE, "model")
    changed = DIALOGUE.model_copy(update={"turns": DIALOGUE.turns[:3]})
    assert key_of(changed, "model") != key_of(DIALOGUE, "model")
