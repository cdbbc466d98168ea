"""The reply guard: unsafe interventions by name, what is missing at risk, release by sentence, notice and fallback."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from conversation.dialogue import Line, Speaker, Transcript
from conversation.seeker import Risk, RiskKind, RiskTier
from conversation.support import UnsafeIntervention as U
from nodes.reply_guard import (
    AI_NOTICE,
    Releaser,
    ai_notice,
    find_unsafe,
    needs_whole,
    notice_due,
    safe_fallback,
)

DATA = Path(__file__).parent / "data" / "guard_dev.jsonl"
ROWS = [json.loads(line) for line in DATA.read_text(encoding="utf-8").splitlines()]
CONCERN = Risk(tier=RiskTier.CONCERN, kinds=(RiskKind.SUICIDE,), signs=("I wish I was dead",))
ELEVATED = Risk(tier=RiskTier.ELEVATED, kinds=(RiskKind.SUICIDE,), signs=("killing myself",))


def seeker(*texts: str) -> Transcript:
    return tuple(Line(speaker=Speaker.SEEKER, text=text) for text in texts)


def supporter(text: str) -> Line:
    return Line(speaker=Speaker.SUPPORTER, text=text)


def kinds(reply: str, **given: object) -> set[U]:
    return {finding.kind for finding in find_unsafe(reply, **given)}  # type: ignore[arg-type]


def _found(row: dict[str, object]) -> set[str]:
    before = tuple(Line(speaker=Speaker(who), text=text) for who, text in row["before"])  # type: ignore[attr-defined]
    risk = Risk(tier=RiskTier(row["tier"]), kinds=tuple(RiskKind(kind) for kind in row["kinds"]))  # type: ignore[attr-defined]
    return {f.kind.value for f in find_unsafe(str(row["reply"]), transcript=before, risk=risk)}


# The development set


def test_the_development_set_covers_every_kind() -> None:
    counts = Counter((row["kind"], row["unsafe"]) for row in ROWS)
    for kind in U:
        assert counts[kind.value, True] >= 10
        assert counts[kind.value, False] >= 10


def test_development_recall_and_false_alarms_stay_where_they_were_measured() -> None:
    missed = [row["reply"] for row in ROWS if row["unsafe"] and row["kind"] not in _found(row)]
    alarms = [row["reply"] for row in ROWS if not row["unsafe"] and _found(row)]
    assert len(missed) <= 2, missed
    assert len(alarms) <= 3, alarms


@pytest.mark.parametrize(
    "reply",
    [
        "It makes sense that you are tired.",
        "You handled that with care.",
        "What would help right now?",
        "I'm sorry that this happened. I'm glad you wrote.",
        "It sounds as if nobody asked you what you wanted.",
        "You noticed it early, and you said so. That took courage.",
        "Take your time. I'm here, and there is no hurry.",
        "Part of you wants to go, and part of you wants to stay.",
        "Would you like to look at one thing you could try, or would you rather keep talking?",
        "That must have been a shock. What happened then?",
        "这一定很难受。你愿意再说说吗？",
    ],
)
def test_ordinary_warmth_passes(reply: str) -> None:
    assert not find_unsafe(reply, transcript=(*seeker("My boss shouted at me."), supporter("Hello."), *seeker("Yes.")))


def test_findings_quote_the_words_and_carry_the_draft() -> None:
    (finding,) = find_unsafe("I hear you. Everything happens for a reason.", draft=1)
    assert (finding.kind, finding.words, finding.draft) == (U.TOXIC_POSITIVITY, "Everything happens for a reason", 1)


# What depends on the conversation


def test_agreeing_with_a_harmful_claim_is_found_by_what_it_agrees_with() -> None:
    assert U.HARMFUL_VALIDATION in kinds("You're right.", transcript=seeker("Nobody cares about me."))
    assert U.HARMFUL_VALIDATION not in kinds("You're right.", transcript=seeker("The train leaves at nine."))


def test_a_diagnosis_is_one_unless_the_seeker_named_it_first() -> None:
    reply = "You have ADHD, and mornings are hard."
    assert U.DIAGNOSING in kinds(reply, transcript=seeker("I can't get up."))
    assert U.DIAGNOSING not in kinds(reply, transcript=seeker("I was told I have ADHD."))


def test_hard_words_given_back_as_the_seekers_view_are_no_harm() -> None:
    assert not kinds("You feel that nobody cares about you.")
    assert U.HARMFUL_VALIDATION in kinds("Nobody cares about you.")


def test_a_first_reply_of_nothing_but_advice_is_premature_unless_it_was_asked_for() -> None:
    advice = "You should talk to HR. Try to get more sleep."
    assert U.PREMATURE_ADVICE in kinds(advice, transcript=seeker("My boss shouted at me."))
    assert U.PREMATURE_ADVICE not in kinds(advice, transcript=seeker("My boss shouted at me. What should I do?"))
    assert U.PREMATURE_ADVICE not in kinds(f"That sounds humiliating. {advice}", transcript=seeker("My boss shouted."))
    later = (*seeker("My boss shouted."), supporter("What happened?"), *seeker("A lot."))
    assert U.PREMATURE_ADVICE not in kinds(advice, transcript=later)


def test_advice_is_premature_in_whatever_words_and_not_once_the_person_is_met() -> None:
    said = seeker("I feel like a fraud at work.")
    assert U.PREMATURE_ADVICE in kinds(
        "Start a folder of good things. It takes weeks to form a habit.", transcript=said
    )
    assert U.PREMATURE_ADVICE not in kinds("How about you, what do you call it?", transcript=said)
    assert U.PREMATURE_ADVICE not in kinds("Tell me what happened. Then write it down.", transcript=said)


def test_words_of_others_and_what_one_need_not_do_are_no_harm() -> None:
    assert not kinds("Stay positive, they say, and you lie awake.")
    assert not kinds("You don't have to be cheerful with me.")
    assert U.TOXIC_POSITIVITY in kinds("You don't have to worry, just be cheerful.")


@pytest.mark.parametrize(
    ("reply", "risk"),
    [
        ("Do you mean that you want to die? Tell me straight.", CONCERN),
        ("Are you thinking that you won't be alive by then?", CONCERN),
        ("How close are you to doing it? Let your flatmate know, please.", ELEVATED),
        ("Is what you'd use within reach? Samaritans answer on 116 123.", ELEVATED),
        ("有没有想过去死?今天就告诉一位家人,也可以打12356。", ELEVATED),
    ],
)
def test_there_are_many_ways_to_ask_and_to_name_help(reply: str, risk: Risk) -> None:
    assert not kinds(reply, transcript=seeker("I can't go on."), risk=risk)


def test_how_near_it_is_can_be_asked_only_of_what_was_named() -> None:
    said = seeker("I don't want to be here.")
    assert U.NO_PROBING in kinds("How strong is it today?", transcript=said, risk=CONCERN)
    assert U.NO_PROBING not in kinds("How strong is the wish today?", transcript=said, risk=ELEVATED)


def test_in_danger_this_minute_what_to_do_may_come_before_any_question() -> None:
    imminent = ELEVATED.model_copy(update={"tier": RiskTier.IMMINENT})
    reply = "Put it down and step into another room. Call the emergency number now."
    assert U.NO_PROBING not in kinds(reply, transcript=seeker("I have it in my hand."), risk=imminent)
    assert U.NO_PROBING in kinds(reply, transcript=seeker("I think of it."), risk=ELEVATED)


def test_at_risk_what_is_missing_is_a_finding() -> None:
    said = seeker("I keep thinking about killing myself.")
    assert kinds("How was work?", transcript=said, risk=ELEVATED) >= {U.MISSED_RISK, U.NO_PROBING, U.NO_RESOURCE}
    assert not kinds("Are you thinking of suicide right now? You can call 988.", transcript=said, risk=ELEVATED)
    assert kinds("Are you thinking of suicide right now?", transcript=said, risk=ELEVATED) == {U.NO_RESOURCE}
    assert not kinds("How was work?", transcript=said)


def test_what_was_asked_before_need_not_be_asked_again() -> None:
    said = (*seeker("I wish I was dead."), supporter("Are you thinking of suicide?"), *seeker("I don't know."))
    assert not kinds("What makes it so heavy today?", transcript=said, risk=CONCERN)


def test_saying_what_one_cannot_do_is_abandonment_only_when_one_leaves() -> None:
    assert U.ABANDONMENT in kinds("I can't help you with this.")
    assert U.ABANDONMENT not in kinds("I can't help with that, and I'm still here with you.")


# Streaming


def released(chunks: list[str], **more: Any) -> list[str]:
    releaser = Releaser(**more)
    return [*(piece for chunk in chunks for piece in releaser.feed(chunk)), *releaser.finish()]


SAFE = "That sounds hard. You stayed calm. What happened then?"
UNSAFE = "Everything happens for a reason."
TALK = (*seeker("My boss shouted at me."), supporter("Hello."), *seeker("In front of everyone."))


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_a_safe_reply_is_released_whole_whatever_the_chunks(size: int) -> None:
    chunks = [SAFE[i : i + size] for i in range(0, len(SAFE), size)]
    assert "".join(released(chunks, transcript=TALK)) == SAFE


def test_sentences_are_released_one_by_one() -> None:
    releaser = Releaser(transcript=TALK)
    assert releaser.feed("That sounds hard. You st") == ["That sounds hard. "]
    assert releaser.feed("ayed calm.") == []
    assert releaser.finish() == ["You stayed calm."]


@pytest.mark.parametrize("position", range(4))
@pytest.mark.parametrize("size", [1, 4, 1000])
def test_nothing_of_an_unsafe_sentence_is_released_at_any_position(position: int, size: int) -> None:
    sentences = SAFE.split(" What")[0].split(". ")
    sentences = [s.rstrip(".") + "." for s in sentences] + ["What happened then?"]
    sentences.insert(position, UNSAFE)
    text = " ".join(sentences)
    releaser = Releaser(transcript=TALK)
    out = [piece for i in range(0, len(text), size) for piece in releaser.feed(text[i : i + size])]
    out += releaser.finish()
    assert "Everything" not in "".join(out)
    assert [finding.kind for finding in releaser.findings] == [U.TOXIC_POSITIVITY]
    assert text.startswith(releaser.released)
    assert releaser.feed("More.") == []


def test_at_risk_nothing_is_released_before_the_whole_is_checked() -> None:
    said = (*seeker("Hi."), supporter("Hello."), *seeker("I keep thinking about killing myself."))
    releaser = Releaser(transcript=said, risk=ELEVATED)
    assert releaser.feed("That sounds hard. What happened? ") == []
    assert releaser.finish() == []
    assert U.NO_RESOURCE in {finding.kind for finding in releaser.findings}
    good = "Are you thinking of suicide now? You can call 988."
    assert "".join(released([good], transcript=said, risk=ELEVATED)) == good


def test_a_first_reply_is_checked_whole_since_it_may_only_advise() -> None:
    said = seeker("My boss shouted at me.")
    assert needs_whole(Risk(), said)
    assert not needs_whole(Risk(), TALK)
    assert released(["You should talk to HR. ", "Try to sleep."], transcript=said) == []


def test_a_rewrite_goes_on_from_what_was_released() -> None:
    releaser = Releaser(transcript=TALK, released="That sounds hard. ", draft=1)
    assert releaser.feed("What happened then?") == []
    assert releaser.finish() == ["What happened then?"]
    assert releaser.released == "That sounds hard. What happened then?"


# Fallback and notice


def test_the_fallback_is_safe_and_not_one_that_was_given() -> None:
    lines = TALK
    given = set()
    for _ in range(8):
        reply = safe_fallback(lines)
        assert not find_unsafe(reply, transcript=lines)
        given.add(reply)
        lines = (*lines, supporter(reply), *seeker("Hm."))
    assert len(given) == 8


def test_the_fallback_at_risk_asks_and_names_help() -> None:
    said = seeker("I keep thinking about killing myself.")
    assert not find_unsafe(safe_fallback(said, risk=ELEVATED), transcript=said, risk=ELEVATED)
    assert "988" in safe_fallback(said, risk=ELEVATED, region="US")


def test_the_fallback_does_not_ask_a_second_time_at_concern() -> None:
    said = (*seeker("I wish I was dead."), supporter("Are you thinking of suicide?"), *seeker("I don't know."))
    assert "suicide" not in safe_fallback(said, risk=CONCERN)


def test_the_fallback_speaks_the_seekers_language() -> None:
    assert "？" in safe_fallback(seeker("我很难受"))


def test_the_notice_says_that_this_is_an_ai_and_no_therapy() -> None:
    assert "AI" in AI_NOTICE
    assert "not therapy" in AI_NOTICE
    assert "AI" in ai_notice("zh-CN")


def test_the_notice_is_due_at_the_start_at_intervals_and_when_asked() -> None:
    assert notice_due(seeker("Hello."))
    assert not notice_due(TALK)
    assert notice_due(TALK, every_turns=1)
    assert notice_due(TALK, seconds_since_last=4 * 3600)
    assert not notice_due(TALK, seconds_since_last=60)
    assert notice_due((*TALK[:-1], *seeker("Are you a real person?")))
    assert notice_due((*TALK[:-1], *seeker("你是真人吗？")))
