"""How a reply was taken is read from the seeker's next turn, against the one before."""

import pytest

from conversation.support import Polarity
from conversation.support import ResponseChange as R
from nodes.embedded.reading.changes import new_risk, read_change

BEFORE = "My sister has not called since the funeral and I don't know what I did."
REFLECTS = "It sounds as if you feel hurt by her silence."
ADVISES = "You could try sending her a short message."
ASKS = "What was the last time you spoke like?"

CHANGES = [
    (R.CONFIRMS_UNDERSTOOD, REFLECTS, "Exactly. You really get it."),
    (R.CONFIRMS_UNDERSTOOD, REFLECTS, "Yes, that's how I feel."),
    (R.CORRECTS, REFLECTS, "No, that's not what I meant."),
    (R.REJECTS, ADVISES, "I already tried that. It didn't work."),
    (R.REJECTS, ADVISES, "Yes, but she would never answer."),
    (R.COMMITS, ADVISES, "Okay, I will write to her tomorrow."),
    (R.SEES_DIFFERENTLY, ADVISES, "I never thought of it that way. Good point."),
    (R.EASES, REFLECTS, "I feel a bit calmer now."),
    (R.VOICES_HOPE, REFLECTS, "I think I can get through this."),
    (R.TURNS_ON_SUPPORTER, ASKS, "You're not even listening to me."),
    (R.TURNS_ON_SUPPORTER, ASKS, "You already asked me that."),
    (R.WITHDRAWS, ASKS, "Never mind. Forget it."),
    (R.ESCALATES, ADVISES, "I can't take this anymore."),
    (R.NAMES_FEELING, REFLECTS, "I suppose I feel ashamed."),
    (R.ACKNOWLEDGES, REFLECTS, "Okay, thanks."),
    (R.CONTINUES, ASKS, "On the phone, about the flowers."),
]


@pytest.mark.parametrize(("change", "reply", "after"), CHANGES)
def test_a_turn_is_read_as_the_change_that_it_shows(change: R, reply: str, after: str) -> None:
    assert read_change(BEFORE, reply, after) is change


def test_thanks_alone_is_politeness_and_no_success() -> None:
    assert read_change(BEFORE, ADVISES, "Thank you for your time.").polarity is Polarity.NEUTRAL


def test_a_painful_feeling_named_after_a_reflection_is_progress() -> None:
    after = "I'm so ashamed. I never told anybody that we had quarrelled."
    assert read_change(BEFORE, REFLECTS, after).polarity is Polarity.CONSTRUCTIVE


def test_more_painful_words_with_a_new_feeling_are_not_an_escalation() -> None:
    after = "It feels worse when I think of her. I'm scared that she hates me, and lonely in that big house."
    assert read_change(BEFORE, REFLECTS, after) is R.NAMES_FEELING


def test_telling_much_that_is_new_discloses_more() -> None:
    after = (
        "We shared a bedroom for sixteen years and she always borrowed my bicycle. Last summer I sold the cottage "
        "without asking, because I needed the money for my boiler, and our cousins took her side at the table."
    )
    assert read_change(BEFORE, ASKS, after) is R.DISCLOSES_MORE


def test_no_answers_a_question_corrects_a_reflection_and_refuses_a_suggestion() -> None:
    assert read_change(BEFORE, "Have you been alone since?", "No, not really.").polarity is Polarity.NEUTRAL
    assert read_change(BEFORE, REFLECTS, "No, not really.") is R.CORRECTS
    assert read_change(BEFORE, ADVISES, "No, not really.") is R.REJECTS


def test_what_others_did_wrong_is_no_attack_on_the_supporter() -> None:
    after = "We sat in the kitchen. It rained. My brother never listens and the whole talk was pointless."
    assert read_change(BEFORE, ASKS, after) is not R.TURNS_ON_SUPPORTER


def test_new_risk_is_a_flag_and_old_risk_is_not_new() -> None:
    assert new_risk("I'm tired.", "Sometimes I want to die.")
    assert not new_risk("I want to die.", "I still want to die.")
    assert not new_risk("I'm tired.", "This deadline is killing me.")
