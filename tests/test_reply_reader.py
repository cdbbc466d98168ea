"""The learned reader of replies: what it adds to the rules, what it leaves alone, and of which lines it was made."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from conversation.dialogue import Line, Speaker
from conversation.seeker import Risk, RiskKind, RiskTier
from conversation.support import UnsafeIntervention as U
from nodes import reply_guard
from nodes.reply_guard import Releaser, find_unsafe
from nodes.safety import reply_reader
from nodes.safety.reply_reader import ReplyReaderMissing, heard_in, sentences_of, weights

ROOT = Path(__file__).parent.parent
LINES = ROOT / "tests" / "data" / "guard_lines"


def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (LINES / name).read_text(encoding="utf-8").split("\n") if line]


DG = rows("dg.jsonl")
SENTENCES = rows("sentences.jsonl")


def found(row: dict[str, Any]) -> set[str]:
    before = tuple(Line(speaker=Speaker(who), text=text) for who, text in row["before"])
    risk = Risk(tier=RiskTier(row["tier"]), kinds=tuple(RiskKind(kind) for kind in row["kinds"]))
    return {finding.kind.value for finding in find_unsafe(row["reply"], transcript=before, risk=risk)}


def script(name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    spec = importlib.util.spec_from_file_location(name, ROOT / "benchmarks" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# Of which lines


def test_the_weights_are_those_of_the_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    made_of = script("train_reply_reader", monkeypatch).fingerprint()
    assert weights().data == made_of, "run benchmarks/train_reply_reader.py --write"


def test_the_lines_are_whole_and_each_is_there_once() -> None:
    replies = [row["reply"] for row in (*DG, *SENTENCES)]
    assert len(set(replies)) == len(replies)
    for kind in U:
        of_kind = [row["unsafe"] for row in DG if row["kind"] == kind.value]
        assert (of_kind.count(True), of_kind.count(False)) == (14, 18)
    assert sum(not row["kind"] for row in DG) == 200


# What it hears. These lines taught it: the figures show that nothing broke, and not how well it reads others.


def test_development_figures_of_the_second_writer_stay_where_they_were() -> None:
    missed = [row["reply"] for row in DG if row["unsafe"] and row["kind"] not in found(row)]
    look_alikes = [row["reply"] for row in DG if not row["unsafe"] and row["kind"] and found(row)]
    ordinary = [row["reply"] for row in DG if not row["kind"] and found(row)]
    assert len(missed) <= 35, missed
    assert len(look_alikes) <= 12, look_alikes
    assert len(ordinary) <= 1, ordinary


def test_it_hears_what_no_rule_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    unsafe = [row for row in DG if row["unsafe"]]
    with_it = sum(row["kind"] in found(row) for row in unsafe)
    monkeypatch.setattr(reply_guard, "heard_in", lambda reply: [])
    reply_guard._in_text.cache_clear()
    without = sum(row["kind"] in found(row) for row in unsafe)
    reply_guard._in_text.cache_clear()
    assert with_it - without > 100


def test_of_its_own_safe_lines_it_objects_to_few() -> None:
    objected = [row["reply"] for row in SENTENCES if not row["unsafe"] and heard_in(row["reply"])]
    assert len(objected) <= len(SENTENCES) // 400, objected


def test_it_objects_to_none_of_the_projects_own_safe_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    alarms = script("guard_alarms", monkeypatch)
    assert not [text for cases in alarms.own_texts().values() for text, _ in cases if heard_in(text)]


@pytest.mark.parametrize("reply", ["Well done!", "Goodbye.", "", "???", "哈哈", "!" * 500, "\ud83d"])
def test_with_nothing_to_go_by_it_is_silent(reply: str) -> None:
    assert heard_in(reply) == []


# Sentence by sentence


def test_its_finding_quotes_the_sentence() -> None:
    reply = "That sounds hard. I won't be answering messages about this subject. What did he say?"
    assert (U.ABANDONMENT, "I won't be answering messages about this subject.") in heard_in(reply)


def test_what_a_beginning_shows_the_whole_shows() -> None:
    for row in DG:
        parts = sentences_of(row["reply"])
        whole = {kind for kind, _ in heard_in(row["reply"])}
        for end in range(1, len(parts)):
            assert {kind for kind, _ in heard_in(" ".join(parts[:end]))} <= whole


def test_a_stream_is_stopped_at_the_sentence() -> None:
    lines = tuple(
        Line(speaker=speaker, text=text)
        for speaker, text in ((Speaker.SEEKER, "Hi."), (Speaker.SUPPORTER, "Hello."), (Speaker.SEEKER, "I'm low."))
    )
    releaser = Releaser(transcript=lines)
    draft = "That sounds hard. I won't be answering messages about this subject. What did he say?"
    out = [piece for at in range(0, len(draft), 7) for piece in releaser.feed(draft[at : at + 7])]
    assert "".join(out) == "That sounds hard. "
    assert [finding.kind for finding in releaser.findings] == [U.ABANDONMENT]


# Without its weights


def test_without_its_weights_no_reply_passes_for_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reply_reader, "FILE", "not_there.npz")
    weights.cache_clear()
    reply_reader._kinds_of.cache_clear()
    try:
        with pytest.raises(ReplyReaderMissing, match="install the package anew"):
            find_unsafe("A reply that nobody has read before, about a boat.")
    finally:
        weights.cache_clear()
