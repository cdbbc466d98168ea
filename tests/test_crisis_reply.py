"""The crisis reply: it asks, it stays, it names the right line, it never repeats itself, and it steps down by rule."""

from itertools import pairwise
from pathlib import Path

import pytest

from conversation.dialogue import Line, Speaker, Transcript
from conversation.seeker import Risk, RiskKind, RiskTier
from nodes.crisis_gate import CrisisState, Phase, assess
from nodes.crisis_reply import CALM_TURNS, crisis_reply, follow
from nodes.reply_guard import find_unsafe
from nodes.safety import crisis_texts_en, crisis_texts_zh
from nodes.safety.resources import ResourceError, find_region, read_resources


def talk(*messages: str, region: str | None = "US", locale: str = "en") -> tuple[Transcript, list[CrisisState]]:
    """A conversation in which the crisis path answers while it is active, and ordinary support ('Go on.') otherwise."""
    lines: Transcript = ()
    state = CrisisState()
    states = []
    for message in messages:
        lines = (*lines, Line(speaker=Speaker.SEEKER, text=message))
        risk = assess(lines, locale=locale)
        state = follow(lines, risk, state)
        text = "Go on."
        if state.active:
            text, state = crisis_reply(lines, risk, state, region, locale=locale)
            found = find_unsafe(text, transcript=lines, risk=risk, locale=locale)
            assert not found, (text, found)
        lines = (*lines, Line(speaker=Speaker.SUPPORTER, text=text))
        states.append(state)
    return lines, states


def replies(lines: Transcript) -> list[str]:
    return [line.text for line in lines if line.speaker is Speaker.SUPPORTER]


def test_a_concern_is_asked_about_plainly_with_the_word_suicide() -> None:
    lines, states = talk("I wish I was dead.")
    assert "suicide" in replies(lines)[0]
    assert "?" in replies(lines)[0]
    assert "AI" in replies(lines)[0]
    assert states[0].phase is Phase.ASK
    assert not states[0].handed_off


def test_a_plain_no_leads_back_to_ordinary_support_and_is_not_asked_again_at_once() -> None:
    lines, states = talk(
        "Everyone would be better off without me.", "No, I'm just worn out.", "I wish I could disappear."
    )
    assert states[1].active is False
    assert replies(lines)[1:] == ["Go on.", "Go on."]


def test_a_yes_after_the_question_hands_off_with_a_line_and_people() -> None:
    lines, states = talk("I don't want to be here anymore.", "Yes.", "It's everything.", "My sister, maybe.", "Okay.")
    assert states[1].tier is RiskTier.ELEVATED
    assert states[1].handed_off
    assert "988" in replies(lines)[1]
    assert [state.phase for state in states[1:]] == [Phase.ASK, Phase.LISTEN, Phase.PEOPLE, Phase.LINE]


def test_imminent_risk_names_the_emergency_number_distance_and_company_at_once() -> None:
    lines, states = talk("I'm going to kill myself tonight, the rope is ready.")
    first = replies(lines)[0]
    assert states[0].tier is RiskTier.IMMINENT
    assert "911" in first
    assert "988" in first
    assert "move away" in first
    assert "suicide" in first


def test_means_distance_comes_second_when_imminent() -> None:
    _, states = talk("I'm going to kill myself tonight.", "I don't know.")
    assert states[1].phase is Phase.MEANS


def test_a_rising_tier_is_answered_at_once() -> None:
    lines, states = talk("I keep thinking about killing myself.", "The pills are in my hand.")
    assert states[1].tier is RiskTier.IMMINENT
    assert "911" in replies(lines)[1]


def test_the_path_steps_down_after_calm_turns_and_not_before() -> None:
    calm = ["My sister came.", "We are having tea.", "It is quieter.", "I can breathe.", "She stays tonight."]
    _, states = talk("I keep thinking about killing myself.", *calm)
    active = [state.active for state in states]
    assert active == [True, True, True, False, False, False]
    assert CALM_TURNS[RiskTier.ELEVATED] == 3
    assert CALM_TURNS[RiskTier.IMMINENT] > CALM_TURNS[RiskTier.ELEVATED]


def test_a_new_sign_starts_the_calm_turns_again() -> None:
    _, states = talk(
        "I keep thinking about killing myself.",
        "My sister came.",
        "Still here.",
        "I wish I was dead.",
        "Okay.",
        "Fine.",
    )
    assert states[-1].active
    assert states[-1].calm_turns == 2


@pytest.mark.parametrize(("locale", "first"), [("en", "I'm going to kill myself tonight."), ("zh", "我今晚就去跳楼。")])
def test_no_text_is_given_twice_in_a_long_crisis(locale: str, first: str) -> None:
    again = "I want to kill myself." if locale == "en" else "我想自杀。"
    lines, _ = talk(first, *[again] * 150, locale=locale, region=None)
    assert len(set(replies(lines))) == 151


def test_neighbouring_replies_of_a_long_crisis_share_no_sentence() -> None:
    lines, _ = talk("I'm going to kill myself tonight.", *["I want to kill myself."] * 40)
    for one, other in pairwise(replies(lines)[6:]):
        assert not set(one.split(". ")) & set(other.split(". "))


def test_a_lost_state_does_not_lead_to_a_repeated_text() -> None:
    lines, _ = talk("I wish I was dead.")
    lines = (*lines, Line(speaker=Speaker.SEEKER, text="I wish I was dead."))
    risk = assess(lines)
    assert crisis_reply(lines, risk, CrisisState(), "US")[0] not in replies(lines)


def test_reading_a_turn_twice_changes_nothing() -> None:
    lines = (Line(speaker=Speaker.SEEKER, text="I keep thinking about killing myself."),)
    once = follow(lines, assess(lines), CrisisState())
    assert follow(lines, assess(lines), once) == once


@pytest.mark.parametrize("kind", [kind for kind in RiskKind if kind is not RiskKind.SUICIDE])
@pytest.mark.parametrize("tier", [RiskTier.CONCERN, RiskTier.ELEVATED, RiskTier.IMMINENT])
@pytest.mark.parametrize("region", ["US", "CN", None])
@pytest.mark.parametrize("text", ["Something happened.", "出事了，我很怕。"])
def test_every_kind_has_a_first_reply_that_the_guard_accepts(
    kind: RiskKind, tier: RiskTier, region: str | None, text: str
) -> None:
    lines = (Line(speaker=Speaker.SEEKER, text=text),)
    risk = Risk(tier=tier, kinds=(kind,), signs=("x",))
    reply, state = crisis_reply(lines, risk, CrisisState(), region)
    assert state.kind is kind
    assert not find_unsafe(reply, transcript=lines, risk=risk)
    assert "{" not in reply


def test_an_overdose_is_answered_before_the_wish_to_die_behind_it() -> None:
    lines, states = talk("I want to die. I just took a whole bottle of pills.")
    assert states[0].kind is RiskKind.OVERDOSE
    assert replies(lines)[0].startswith(("Please call 911", "This is an emergency"))


def test_worry_about_someone_else_is_answered_as_such_and_asks_about_the_seeker_too() -> None:
    lines, _ = talk("My sister says she wants to kill herself.")
    assert "worried about someone" in replies(lines)[0] or "someone you care about" in replies(lines)[0]
    assert "yourself" in replies(lines)[0]


def test_chinese_is_answered_in_chinese() -> None:
    lines, _ = talk("我想自杀", region="CN", locale="zh")
    assert "12356" in replies(lines)[0]
    assert "自杀" in replies(lines)[0]


def test_an_unread_message_is_answered_as_unread() -> None:
    lines = (Line(speaker=Speaker.SEEKER, text="…"),)
    reply, _ = crisis_reply(lines, Risk(tier=RiskTier.IMMINENT), CrisisState(), "US")
    assert "could not read" in reply or "went wrong on my side" in reply
    assert "suicide" in reply


# Lines by region


@pytest.mark.parametrize("region", [None, "", "ZZ", "en", "zh", "xx-QQ"])
def test_an_unknown_region_gets_the_local_emergency_service_and_nobodys_line(region: str | None) -> None:
    lines, _ = talk("I'm going to kill myself tonight.", "I don't know.", "Nobody.", "Okay.", region=region)
    said = " ".join(replies(lines))
    assert "your local emergency number" in said
    numbers = {line.number for known in read_resources().values() for line in known.lines}
    numbers |= {known.emergency for known in read_resources().values()}
    assert not [number for number in numbers if number in said]


@pytest.mark.parametrize(
    ("code", "number"), [("US", "988"), ("en-US", "988"), ("gb", "116 123"), ("UK", "116 123"), ("zh-CN", "12356")]
)
def test_regions_are_found_by_the_codes_that_people_use(code: str, number: str) -> None:
    region = find_region(code)
    assert region is not None
    assert region.lines[0].number == number


def test_every_resource_says_where_it_comes_from_and_whether_it_was_checked() -> None:
    for region in read_resources().values():
        assert region.lines
        for line in region.lines:
            assert line.source.startswith("http")
            assert "verify" in line.checked or line.checked[:2] == "20"


def test_a_bad_resource_file_is_refused_with_one_clear_line(tmp_path: Path) -> None:
    bad = tmp_path / "lines.json"
    bad.write_text('{"regions": {"US": {"name": "x", "emergency": "nine"}}}')
    with pytest.raises(ResourceError, match=r"lines\.json"):
        read_resources(bad)


def test_another_file_of_resources_can_be_used(tmp_path: Path) -> None:
    own = tmp_path / "lines.json"
    own.write_text('{"regions": {"ZZ": {"name": "Zz", "emergency": "123"}}}')
    assert read_resources(own)["ZZ"].emergency == "123"


# The texts themselves


def _texts(module: object) -> list[str]:
    found: list[str] = []
    for name, value in vars(module).items():
        if name.isupper() and isinstance(value, tuple):
            found += value
        if name.isupper() and isinstance(value, dict):
            found += [text for texts in value.values() for text in texts]
    return found


@pytest.mark.parametrize("module", [crisis_texts_en, crisis_texts_zh])
def test_texts_promise_nothing_and_ask_for_no_promise(module: object) -> None:
    for text in _texts(module):
        lowered = text.lower()
        for word in ("promise", "guarantee", "everything will be", "保证", "一定会好", "承诺"):
            assert word not in lowered, text


def test_english_and_chinese_have_the_same_texts_under_the_same_names() -> None:
    english = {name for name in vars(crisis_texts_en) if name.isupper()}
    assert english == {name for name in vars(crisis_texts_zh) if name.isupper()}
    assert set(crisis_texts_en.FIRST) == set(crisis_texts_zh.FIRST) == set(RiskKind) - {RiskKind.SUICIDE}


def test_english_texts_are_short() -> None:
    assert max(len(text.split()) for text in _texts(crisis_texts_en)) <= 90
