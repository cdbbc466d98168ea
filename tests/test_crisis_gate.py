"""The crisis gate: what the rules read, in which scope, and who decides when something fails."""

import json
import re
from pathlib import Path

import pytest

from conversation.dialogue import Line, Speaker, Transcript
from conversation.seeker import Risk, RiskKind, RiskTier
from nodes.crisis_gate import GateMissing, assess, gate, require_verdict
from nodes.safety import read as reading
from nodes.safety.language import UnsupportedLanguage, language_of
from nodes.safety.literals import required
from nodes.safety.rulebook import RulebookError, fingerprint, read_rules, whole_words
from nodes.safety.wording import plain

DATA = Path(__file__).parent / "data" / "risk_dev.jsonl"
ROWS = [json.loads(line) for line in DATA.read_text(encoding="utf-8").splitlines()]


def said(*lines: str) -> Transcript:
    """Seeker and supporter in turn, the seeker first."""
    speakers = (Speaker.SEEKER, Speaker.SUPPORTER)
    return tuple(Line(speaker=speakers[i % 2], text=text) for i, text in enumerate(lines))


def tier(*lines: str) -> RiskTier:
    return assess(said(*lines)).tier


# The development set


def test_development_set_holds_enough_of_both() -> None:
    risky = [row for row in ROWS if row["tier"] != "none"]
    forms = {row["form"] for row in risky}
    assert len(risky) >= 150
    assert len(ROWS) - len(risky) >= 150
    assert {"direct", "oblique", "coded", "misspelt", "negated", "past", "idiomatic", "other"} <= forms
    assert {row["locale"] for row in risky} == {"en", "zh"}


def test_development_recall_and_false_alarms_stay_where_they_were_measured() -> None:
    missed, alarms = [], []
    for row in ROWS:
        found = assess(said(row["text"]), locale=row["locale"]).tier
        if row["tier"] == "none" and found is not RiskTier.NONE:
            alarms.append(row["text"])
        if row["tier"] != "none" and found is RiskTier.NONE:
            missed.append(row["text"])
    risky = sum(row["tier"] != "none" for row in ROWS)
    assert len(missed) / risky <= 0.03, missed
    assert len(alarms) / (len(ROWS) - risky) <= 0.01, alarms


# Tiers


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I wish I was dead.", RiskTier.CONCERN),
        ("I want to go to sleep and never wake up.", RiskTier.CONCERN),
        ("I keep thinking about killing myself.", RiskTier.ELEVATED),
        ("I tried to kill myself when I was nineteen.", RiskTier.ELEVATED),
        ("I'm going to kill myself tonight.", RiskTier.IMMINENT),
        ("I tried to hang myself last week.", RiskTier.IMMINENT),
        ("I just took a whole bottle of Tylenol.", RiskTier.IMMINENT),
        ("我不想活了。", RiskTier.CONCERN),
        ("我想自杀。", RiskTier.ELEVATED),
        ("我今晚就去跳楼。", RiskTier.IMMINENT),
    ],
)
def test_tiers_follow_the_columbia_protocol_on_the_careful_side(text: str, expected: RiskTier) -> None:
    assert tier(text) is expected


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("I cut myself again last night.", RiskKind.SELF_HARM),
        ("I want to kill my stepfather for what he did.", RiskKind.HARM_TO_OTHERS),
        ("My husband hit me again last night.", RiskKind.ABUSE),
        ("My stepdad comes into my room at night and touches me.", RiskKind.CHILD_ABUSE),
        ("The voices are telling me to hurt people.", RiskKind.PSYCHOSIS),
        ("I make myself throw up after every meal.", RiskKind.EATING),
        ("I swallowed thirty pills about an hour ago.", RiskKind.OVERDOSE),
        ("He's not breathing and I can't wake him up.", RiskKind.MEDICAL),
    ],
)
def test_other_kinds_of_risk_are_named(text: str, kind: RiskKind) -> None:
    assert kind in assess(said(text)).kinds


def test_signs_are_quoted_as_the_seeker_wrote_them() -> None:
    assert assess(said("Honestly, I dont wanna b here nemore.")).signs == ("dont wanna b here nemore",)
    assert {"SU1C1DE", "wanna d1e"} <= set(assess(said("SU1C1DE. wanna d1e")).signs)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("He strangled me an hour ago and he's outside the bedroom door now.", RiskKind.ABUSE),
        ("Dad is beating my sister right now, I can hear it.", RiskKind.CHILD_ABUSE),
        ("I have a knife in my bag and I'm waiting for him outside his house.", RiskKind.HARM_TO_OTHERS),
        ("The voices say I must jump and I'm going to do what they say tonight.", RiskKind.PSYCHOSIS),
        ("I've not eaten for five days and I keep fainting.", RiskKind.EATING),
        ("My little boy has swallowed some of my tablets.", RiskKind.OVERDOSE),
        ("One side of her face has dropped and she can't speak.", RiskKind.MEDICAL),
        ("我手里拿着刀，现在就去杀了他。", RiskKind.HARM_TO_OTHERS),
        ("奶奶倒在地上，怎么也叫不醒。", RiskKind.MEDICAL),
    ],
)
def test_danger_as_it_is_now_is_imminent_whatever_its_kind(text: str, kind: RiskKind) -> None:
    risk = assess(said(text))
    assert risk.tier is RiskTier.IMMINENT
    assert kind in risk.kinds


def test_an_overdose_of_years_ago_is_an_attempt_and_no_poisoning_of_now() -> None:
    risk = assess(said("I took an overdose in 2015. I've started thinking about killing myself again."))
    assert (risk.tier, risk.kinds) == (RiskTier.ELEVATED, (RiskKind.SUICIDE,))


# Scope


def test_a_laugh_takes_back_a_figure_of_speech_and_not_a_bare_wish() -> None:
    assert tier("Maybe I should just kill myself lol") is RiskTier.CONCERN
    assert tier("If this wifi drops once more I'm gonna kill myself lol, third time today") is RiskTier.NONE


@pytest.mark.parametrize(
    "text",
    [
        "I overdosed on crime dramas all weekend.",
        "Say that it's our secret.",
        "I've known her mother for ten years.",
        "People keep saying it'll happen when I relax.",
        "I'm a nurse. How do I open the conversation about suicide with farmers?",
        "最近我试着学了一会儿，结果还是忍不住开黑。",
        "我不想死，我只是想休息。",
    ],
)
def test_known_false_alarms_stay_mended(text: str) -> None:
    assert tier(text) is RiskTier.NONE


def test_a_no_in_chinese_is_heard_after_a_plan() -> None:
    assert tier("我今晚本来打算自杀，药都准备好了。", "你现在想自杀吗？", "没有，我现在不会自杀了。") is RiskTier.NONE


def test_means_told_after_a_no_outweigh_it() -> None:
    lines = ("I keep thinking of suicide.", "Are you going to do it?", "No, I would never.", "Thank you.")
    assert tier(*lines, "I did check that the pills are still in the drawer, though.") is RiskTier.IMMINENT


@pytest.mark.parametrize(
    ("benign", "risky"),
    [
        ("This deadline is killing me.", "This deadline is killing me and I keep thinking about killing myself."),
        ("I'm not suicidal, just tired.", "I'm not suicidal, I just hope I don't wake up tomorrow."),
        ("I would never kill myself.", "I can't stop thinking about killing myself."),
        ("My brother killed himself last year.", "My brother says he wants to kill himself."),
        ("In the film he says 'I want to die'.", "I watched a film. Now I want to die."),
        ("I could have died of embarrassment.", "I could die and nobody would notice if I was gone."),
        ("My doctor asked if I wanted to kill myself.", "My doctor does not know that I want to kill myself."),
        ("As a teenager I wanted to die. I'm fine now.", "As a teenager I wanted to die, and it is coming back."),
        ("我没有自杀的想法，只是太累了。", "我不会自杀的，只是希望自己没出生过。"),
        ("今天加班累死了。", "累得不想活了。"),
    ],
)
def test_a_look_alike_passes_and_its_grave_sibling_does_not(benign: str, risky: str) -> None:
    assert tier(benign) is RiskTier.NONE
    assert tier(risky) is not RiskTier.NONE


@pytest.mark.parametrize(
    "text",
    [
        "i wana kil my self",
        "s u i c i d e",
        "thinkin of k*lling myself",
        "wanna d1e",
        "i'm feeling sucidal",
        "I WANT TO DIE",
        "i wish i was deadddd",
        "我想紫砂",
        "我真的很想自殺",
        "不想活ｌｅ，我想自 杀",
    ],
)
def test_misspelt_masked_and_coded_words_are_read(text: str) -> None:
    assert tier(text) is not RiskTier.NONE


# The conversation around a message


def test_yes_is_grave_only_after_a_question_about_suicide() -> None:
    assert tier("I feel low.", "Are you thinking of suicide?", "Yes") is RiskTier.ELEVATED
    assert tier("I feel low.", "Are you sleeping at all?", "Yes") is RiskTier.NONE
    assert tier("I feel low.", "Are you thinking of suicide?", "No, nothing like that.") is RiskTier.NONE
    assert tier("I feel low.", "Are you thinking of suicide?", "I don't know") is RiskTier.CONCERN


def test_an_answer_counts_through_two_messages_in_a_row() -> None:
    lines = said("I feel low.", "你有自杀的想法吗？")
    lines += tuple(Line(speaker=Speaker.SEEKER, text=text) for text in ("有过", "最近又有了"))
    assert assess(lines, locale="zh").tier is RiskTier.ELEVATED


def test_means_after_thoughts_of_suicide_are_a_plan_and_little_without_them() -> None:
    means = "The pills are in my drawer."
    assert assess(said(means), learned=False).tier is RiskTier.NONE
    assert tier("I think about killing myself.", "How long has that been so?", means) is RiskTier.IMMINENT


def test_yes_to_having_a_plan_is_grave_in_a_crisis_and_not_in_planning_a_week() -> None:
    asks = "Do you have a plan?"
    assert tier("I want a better week.", asks, "Yes") is RiskTier.NONE
    assert tier("I want to die.", asks, "Yes") is RiskTier.IMMINENT


def test_a_wish_to_be_dead_is_graver_after_thoughts_of_suicide() -> None:
    wish = "I wish I was dead."
    assert tier(wish) is RiskTier.CONCERN
    assert tier("I think about killing myself every day.", "That is a lot to carry.", wish) is RiskTier.ELEVATED


def test_weak_signs_add_up_and_one_alone_does_not() -> None:
    assert tier("I can't do this anymore.") is RiskTier.NONE
    assert tier("It's hopeless.") is RiskTier.NONE
    assert tier("I'm a burden to everyone and it's hopeless.") is RiskTier.CONCERN


def test_a_farewell_at_the_end_of_an_ordinary_talk_is_no_alarm() -> None:
    assert tier("My boss is unfair.", "What happened?", "Thank you for everything, goodbye!") is RiskTier.NONE


# Language


@pytest.mark.parametrize(
    "text", ["Ya no quiero vivir, no puedo más con esto", "Я не хочу жить", "もう死にたい、疲れました"]
)
def test_another_language_is_refused_and_never_read_as_calm(text: str) -> None:
    with pytest.raises(UnsupportedLanguage, match="set a gate model"):
        assess(said(text))


def test_another_locale_is_refused() -> None:
    with pytest.raises(UnsupportedLanguage, match="'fr'"):
        assess(said("I feel low."), locale="fr")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("ok", "short"),
        ("asdf", "short"),
        ("I feel low today", "en"),
        ("我今天很累", "zh"),
        ("我 feel so tired and I can't", "mixed"),
    ],
)
def test_short_and_mixed_texts_are_no_other_language(text: str, language: str) -> None:
    assert language_of(text) == language


# The gate, and what happens when something fails


def test_the_more_careful_answer_wins_in_both_directions() -> None:
    grave = Risk(tier=RiskTier.ELEVATED, kinds=(RiskKind.SUICIDE,), signs=("by the model",))
    assert gate(said("Hello."), "1", locale="en", ask_model=lambda _: grave).risk == grave
    verdict = gate(said("I want to kill myself."), "1", locale="en", ask_model=lambda _: Risk())
    assert verdict.risk.tier is RiskTier.ELEVATED
    assert verdict.by == ("rules", "model")


def _fails(_: Transcript) -> Risk:
    raise TimeoutError("no answer")


def test_a_failing_model_leaves_the_rules_to_decide_at_least_at_concern() -> None:
    calm = gate(said("Hello."), "1", locale="en", ask_model=_fails)
    assert (calm.risk.tier, calm.failed) == (RiskTier.CONCERN, ("model",))
    grave = gate(said("I'm going to kill myself tonight."), "1", locale="en", ask_model=_fails)
    assert grave.risk.tier is RiskTier.IMMINENT


def test_failing_rules_are_handled_as_imminent(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: str) -> reading.Reading:
        raise RuntimeError("rules are broken")

    monkeypatch.setattr("nodes.safety.assess.read", broken)
    verdict = gate(said("Hello."), "1", locale="en")
    assert (verdict.risk.tier, verdict.failed) == (RiskTier.IMMINENT, ("rules",))


def test_another_language_needs_a_model_and_a_model_that_fails_there_is_imminent() -> None:
    spanish = said("Ya no quiero vivir, no puedo más con esto")
    with pytest.raises(UnsupportedLanguage):
        gate(spanish, "1", locale="es")
    risk = Risk(tier=RiskTier.CONCERN, kinds=(RiskKind.SUICIDE,))
    assert gate(spanish, "1", locale="es", ask_model=lambda _: risk).by == ("model",)
    assert gate(spanish, "1", locale="es", ask_model=_fails).risk.tier is RiskTier.IMMINENT


def test_a_verdict_for_another_message_or_milder_than_the_rules_is_refused() -> None:
    lines = said("I want to kill myself.")
    verdict = gate(lines, "1", locale="en")
    assert require_verdict(verdict, lines, "1") is verdict
    with pytest.raises(GateMissing, match="no crisis-gate verdict"):
        require_verdict(None, lines, "1")
    with pytest.raises(GateMissing, match="'2'"):
        require_verdict(verdict, lines, "2")
    forged = verdict.model_copy(update={"risk": Risk()})
    with pytest.raises(GateMissing, match="not given by this service's gate"):
        require_verdict(forged, lines, "1")
    with pytest.raises(GateMissing, match="milder"):
        require_verdict(forged.with_seal(), lines, "1")
    with pytest.raises(GateMissing, match="no crisis-gate verdict"):
        require_verdict(verdict, said("I want to kill myself tonight."), "1")


# How rules are written and tried


def test_no_rule_is_lost_to_the_sieve() -> None:
    for row in ROWS:
        text = reading.without_idioms(plain(row["text"]).text)
        tried = {id(pattern) for _, match in reading.EN_RULES.matches(text) for pattern in (match.re,)}
        for rule in reading.EN_RULES.rules:
            for pattern in rule.patterns:
                assert (pattern.search(text) is not None) == (id(pattern) in tried), (rule.name, row["text"])


def test_words_that_a_pattern_needs_are_found() -> None:
    pattern = "(?:hope|wish) (?:[^ .]+ ){0,3}(?:car|bus)"
    assert {frozenset({"car", "bus"}), frozenset({"hope", "wish"})} == set(required(pattern))
    assert frozenset({"die", "dead"}) in required("d(?:ie|ead)")
    assert required("(?:a|b)?") == ()


def test_what_must_not_follow_is_read_as_whole_words() -> None:
    pattern = re.compile(whole_words("vanish(?! (?:for|to))"))
    assert pattern.search("vanish forever")
    assert not pattern.search("vanish for a week")


@pytest.mark.parametrize(
    "book",
    ["suicide_en", "urgent_en", "oblique_en", "concepts_en", "leaving_en", "other_en", "idioms_en", "contexts_en"],
)
def test_gaps_in_rules_are_written_so_that_they_can_match(book: str) -> None:
    for entry in read_rules(book):
        for way in entry.alternatives:
            never = re.search(r"\[\^ \.\]\+ \)\{0,\d+\} ", way)
            assert not never, f"{entry.name}: a space after a gap can never match: {way[:80]}"
            assert not way.endswith(" "), f"{entry.name}: ends in a space"


def test_a_badly_written_rule_file_names_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    read_rules.cache_clear()
    monkeypatch.setattr("nodes.safety.rulebook._text", lambda _: "[name] suicide concern\nwithout a dash\n")
    with pytest.raises(RulebookError, match="line 2"):
        read_rules("made_up")
    read_rules.cache_clear()


def test_the_fingerprint_names_the_rules_that_were_used() -> None:
    assert re.fullmatch(r"[0-9a-f]{16}", fingerprint())
