"""The seeker's state is read over the whole conversation, the latest words weighing most."""

import time

import pytest

from conversation.dialogue import Line, Speaker, Transcript
from conversation.seeker import Activity, Emotion, Need, Readiness, Resistance, Scenario, SeekerState
from conversation.support import ResponseChange
from nodes.embedded.reading.states import read_state


def talk(*texts: str) -> Transcript:
    """Seeker and supporter in turn, the seeker first."""
    speakers = (Speaker.SEEKER, Speaker.SUPPORTER)
    return tuple(Line(speaker=speakers[i % 2], text=text) for i, text in enumerate(texts))


ACTIVITIES = [
    (Activity.GUARDED, "Fine."),
    (Activity.TELLING, "We moved the piano on Tuesday and the men came late, around four in the afternoon."),
    (Activity.VENTING, "I'm so sick of him, he makes me furious every single time."),
    (Activity.OVERWHELMED, "Everything comes at once and I can't cope with it."),
    (Activity.WORRYING, "What if they find out and I lose the flat?"),
    (Activity.GRIEVING, "My dad died in May and I miss him so much."),
    (Activity.SELF_BLAMING, "It's all my fault, I should have known."),
    (Activity.HOPELESS, "Nothing will ever change, there's no point."),
    (Activity.ALONE, "Nobody understands, I feel so alone."),
    (Activity.TORN, "Part of me wants to stay, and part of me wants to run."),
    (Activity.SEEKING_VALIDATION, "Was I wrong to say no to her?"),
    (Activity.MAKING_SENSE, "I keep wondering why it bothers me like this."),
    (Activity.ASKING_ADVICE, "What should I do about my landlord?"),
]


@pytest.mark.parametrize(("activity", "words"), ACTIVITIES)
def test_what_the_seeker_is_doing_is_read_from_one_message(activity: Activity, words: str) -> None:
    assert read_state(talk(words)).activity is activity


NEEDS = [
    (Need.LISTENING, "I just need to get this out."),
    (Need.EMPATHY, "Nobody understands how much this hurts."),
    (Need.RECOGNITION, "Nobody sees how much I did for that team."),
    (Need.AGREEMENT, "Was it wrong of me? I don't think it was my fault."),
    (Need.ADVICE, "I don't know what to do about my exam."),
    (Need.WEIGHING, "Part of me wants to go, the other part is afraid."),
    (Need.OTHERS_MOTIVES, "I keep wondering why he would do that."),
    (Need.SELF_REFLECTION, "I wonder what this says about me."),
]


@pytest.mark.parametrize(("need", "words"), NEEDS)
def test_what_the_words_ask_for_is_read(need: Need, words: str) -> None:
    assert read_state(talk(words)).need is need


def test_a_need_said_lately_outweighs_one_said_long_ago() -> None:
    early, late = "What should I do?", "I just need to get this off my chest."
    filler = ("I see.", "It was on a Monday in the rain.")
    assert read_state(talk(early, *filler, "Go on.", late)).need is Need.LISTENING
    assert read_state(talk(late, *filler, "Go on.", early)).need is Need.ADVICE


def test_an_explicit_request_outranks_the_feeling_beside_it() -> None:
    state = read_state(talk("I'm so angry with him. What should I do?"))
    assert (state.activity, state.second_activity) == (Activity.ASKING_ADVICE, Activity.VENTING)
    assert state.readiness is Readiness.ACT


SCENARIOS = [
    (Scenario.JOB_LOSS, "I lost my job last week and I can't find work."),
    (Scenario.WORKPLACE, "My boss keeps giving me extra shifts at the office."),
    (Scenario.ACADEMIC, "I failed the exam and my professor was cold."),
    (Scenario.MONEY, "I'm two months behind with the rent and in debt."),
    (Scenario.BREAKUP, "My girlfriend broke up with me."),
    (Scenario.BEREAVEMENT, "My grandmother passed away."),
    (Scenario.FAMILY, "My mother and I fight all the time."),
    (Scenario.ABUSE, "They bully me and threaten me after class."),
    (Scenario.LOW_MOOD, "I've been depressed for months and I don't know why."),
]


@pytest.mark.parametrize(("scenario", "words"), SCENARIOS)
def test_the_main_stressor_is_read(scenario: Scenario, words: str) -> None:
    assert read_state(talk(words)).scenario is scenario


def test_low_mood_is_read_only_where_no_stressor_is_named() -> None:
    assert read_state(talk("I'm depressed. I lost my job.")).scenario is Scenario.JOB_LOSS


def test_a_denied_feeling_is_not_the_seekers_feeling() -> None:
    assert read_state(talk("I'm not angry with her.")).emotion is not Emotion.ANGER
    assert read_state(talk("I'm angry with her.")).emotion is Emotion.ANGER


def test_intensity_follows_the_strength_of_the_words() -> None:
    weak, strong = read_state(talk("I'm a bit annoyed.")), read_state(talk("I'm completely furious!"))
    assert weak.intensity < strong.intensity
    eased = read_state(talk("I'm completely furious!", "I see.", "I feel calmer now, relieved even."))
    assert eased.intensity < strong.intensity


def test_slots_are_in_the_seekers_own_words_made_fit_for_a_reply() -> None:
    state = read_state(
        talk("I'm worried about my driving test. I tried to talk to my manager about it, but he laughed at me.")
    )
    assert state.problem == "your driving test"
    assert state.feeling == "worried"
    assert state.person == "your manager"
    assert state.effort == "tried to talk to your manager about it"


def test_what_was_done_to_the_seeker_is_no_effort_of_theirs() -> None:
    assert read_state(talk("I was asked to leave the room.")).effort == ""


def test_words_about_dying_are_never_said_back_as_an_effort() -> None:
    assert read_state(talk("I tried to kill myself in June.")).effort == ""


def test_the_change_is_read_against_the_turn_before_and_absent_at_the_first() -> None:
    assert read_state(talk("I lost my job.")).change is None
    later = talk("I lost my job.", "You could try calling the office.", "I tried that. It didn't work.")
    state = read_state(later)
    assert state.change is ResponseChange.REJECTS
    assert state.activity is Activity.PUSHING_BACK
    assert state.resistance is Resistance.DEFENSIVENESS


def test_bare_answers_in_a_row_are_minimal_talk_and_close_the_reading_of_openness() -> None:
    short = read_state(talk("It's about work.", "What happened?", "Stuff.", "What kind of stuff?", "Things."))
    told = read_state(talk("I feel ashamed because I shouted at my son and he cried, and I can't forget his face."))
    assert short.resistance is Resistance.MINIMAL
    assert short.openness < told.openness


def test_risk_is_left_to_the_gate() -> None:
    assert read_state(talk("I want to die.")).risk == SeekerState().risk


def test_a_conversation_without_the_seeker_is_unclear_throughout() -> None:
    assert read_state((Line(speaker=Speaker.SUPPORTER, text="Hello!"),)) == SeekerState()


def test_messages_in_a_row_are_read_as_one_turn() -> None:
    lines = (Line(speaker=Speaker.SEEKER, text="I lost my job."), Line(speaker=Speaker.SEEKER, text="I'm scared."))
    assert read_state(lines).change is None
    assert read_state(lines).emotion is Emotion.FEAR


def test_reading_a_conversation_again_is_cheap() -> None:
    lines = talk(*(f"I stayed up until {hour} and my manager never noticed, I feel lost." for hour in range(20)))
    read_state(lines)
    started = time.process_time()
    for _ in range(50):
        read_state(lines)
    assert (time.process_time() - started) / 50 < 0.005  # measured 0.1 ms; the bound allows for a busy machine


def test_a_no_to_a_question_about_safety_is_an_answer_and_no_pushing_back() -> None:
    asked = Line(speaker=Speaker.SUPPORTER, text="May I ask plainly: are you having thoughts of suicide?")
    said = Line(speaker=Speaker.SEEKER, text="Sometimes I wish I was dead.")
    state = read_state((said, asked, Line(speaker=Speaker.SEEKER, text="No, never. It is my boss who gets me down.")))
    assert state.activity is not Activity.PUSHING_BACK
    assert state.resistance is Resistance.NONE
