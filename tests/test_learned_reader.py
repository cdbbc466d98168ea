"""The learned reader beside the rules: what it may do, what it must leave alone, and of which lines it was made."""

import importlib.util
import json
from pathlib import Path

import pytest

from conversation.dialogue import Line, Speaker, Transcript
from conversation.seeker import RiskKind, RiskTier
from nodes.crisis_gate import gate
from nodes.safety import learned
from nodes.safety.assess import assess
from nodes.safety.denials import about_someone_else
from nodes.safety.features import features_of
from nodes.safety.learned import ReaderMissing, hear, log_odds, weights

ROOT = Path(__file__).parent.parent
LINES = [
    json.loads(line)
    for name in ("d1", "d2", "d3")
    for line in (ROOT / "tests" / "data" / "risk_lines" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
]


def said(*lines: str) -> Transcript:
    """Seeker and supporter in turn, the seeker first."""
    speakers = (Speaker.SEEKER, Speaker.SUPPORTER)
    return tuple(Line(speaker=speakers[i % 2], text=text) for i, text in enumerate(lines))


def test_the_weights_are_those_of_the_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    where = ROOT / "benchmarks" / "train_risk_reader.py"
    spec = importlib.util.spec_from_file_location("train_risk_reader", where)
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    assert weights().data == script.fingerprint(), "run benchmarks/train_risk_reader.py --write"


def test_it_hears_what_no_rule_knows_and_raises_a_concern_only() -> None:
    heard = 0
    for row in LINES:
        if row["tier"] != "none" and "before" not in row and hear(row["text"]) is not None:
            rules = assess(said(row["text"]), learned=False).tier
            if rules is RiskTier.NONE:
                heard += 1
                assert assess(said(row["text"])).tier is RiskTier.CONCERN
    assert heard > 100


def test_what_the_rules_find_stands() -> None:
    for text in ("I want to kill myself.", "I'm going to kill myself tonight.", "我想自杀。", "I wish I was dead."):
        assert assess(said(text)) == assess(said(text), learned=False)


def test_its_signs_are_words_of_the_message() -> None:
    quoted = 0
    for row in LINES:
        sign = hear(row["text"])
        if sign is not None and row["locale"] == "en":
            assert sign.words
            assert sign.words in row["text"]
            quoted += 1
    assert quoted > 400


@pytest.mark.parametrize(
    "no",
    [
        "No, I'm not suicidal.",
        "no. nothing like that",
        "No, I don't want to die, I'm just tired.",
        "No, I would never do that to my kids.",
        "没有，我没有想过自杀。",
        "不会的，我不会伤害自己。",
    ],
)
def test_a_denial_after_the_question_is_no_concern(no: str) -> None:
    for asks in ("Are you thinking of suicide?", "Are you thinking about ending your life?", "你有自杀的念头吗？"):
        assert assess(said("I feel low.", asks, no)).tier is RiskTier.NONE


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ok",
        "asdf qwer zxcv",
        "hm",
        "Thank you.",
        "yes",
        "I don't know.",
        "tell me more",
        "嗯",
        "好的，谢谢你",
        "🙂",
        "12 34 56",
    ],
)
def test_what_it_does_not_know_is_calm(text: str) -> None:
    assert hear(text) is None


def test_words_that_scope_has_set_aside_are_not_heard_a_second_time() -> None:
    assert hear("My doctor asked if I wanted to kill myself.") is None
    seen = next(features_of("I am not suicidal."))
    assert "suicidal" not in seen.quote(0, seen.tokens).split() or log_odds(seen, weights()) < 0


def test_worry_about_someone_else_is_heard_as_such() -> None:
    worried = [row for row in LINES if row["form"] == "third_party" and hear(row["text"]) is not None]
    third = [row for row in worried if about_someone_else(said(row["text"]))]
    assert len(third) > 0.8 * len(worried)


def test_it_names_a_kind() -> None:
    told = [(row["kind"], sign.kind) for row in LINES if row["kind"] and (sign := hear(row["text"])) is not None]
    assert sum(kind == named.value for kind, named in told) > 0.9 * len(told)
    assert {named for _, named in told} >= {RiskKind.SUICIDE, RiskKind.SELF_HARM, RiskKind.ABUSE, RiskKind.EATING}


def test_a_reader_that_cannot_be_loaded_counts_as_the_rules_failing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learned, "FILE", "not_there.npz")
    weights.cache_clear()
    try:
        with pytest.raises(ReaderMissing, match="not_there"):
            assess(said("Hello."))
        verdict = gate(said("Hello."), "1", locale="en")
        assert (verdict.risk.tier, verdict.failed) == (RiskTier.IMMINENT, ("rules",))
    finally:
        weights.cache_clear()
