"""A live turn leaves its record, whatever breaks; the command reads the log."""

import json
import logging
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import HumanMessage
from langgraph.checkpoint.memory import MemorySaver
from typer.testing import CliRunner

from esc_skills.cli import app
from graphs import support
from nodes.audit import AuditError, AuditLog, pseudonym
from nodes.audit import Path as Way
from nodes.context import Context
from tests.made_audit import CALM, GRAVE, crisis, everything_at, record, said


def test_no_word_of_seeker_or_reply_is_in_the_file_unless_it_is_allowed(tmp_path: Path) -> None:
    place = str(tmp_path / "audit.db")
    replies = [said(text, audit_log=place)["messages"][-1].text for text in (GRAVE, CALM)]
    stored = everything_at(place).decode("utf-8", "replace").lower()
    for text in (GRAVE, CALM, *replies):
        words = text.lower().split()
        pieces = (" ".join(words[i : i + 3]) for i in range(len(words) - 2))
        assert not [piece for piece in pieces if piece in stored]
    assert "pills" not in stored
    assert "boss" not in stored
    said(CALM, audit_log=place, audit_text=True)
    with AuditLog.open(place) as log:
        assert [one.seeker for one in log.records()] == [None, None, CALM]
        assert log.verify() == ()


def test_a_live_turn_is_recorded_and_a_simulated_one_never(tmp_path: Path) -> None:
    place = str(tmp_path / "audit.db")
    context = Context(audit_log=place, region="US")
    asked: Any = {"messages": [HumanMessage(CALM)]}
    simulated = support.graph.invoke(asked, context=context.simulated)
    assert simulated["explanation"]["audited"] is None
    assert not Path(place).exists()
    live = support.graph.invoke(asked, {"configurable": {"thread_id": "ann"}}, context=context)
    assert live["explanation"]["audited"] is True
    assert said(CALM, audit_log="off")["explanation"]["audited"] is None
    with AuditLog.open(place) as log:
        (one,) = log.records()
    why, view = live["explanation"], context.resources.view
    assert one.path is Way.SKILL
    assert one.used is not None
    assert (one.used.skill_id, one.used.version, one.used.step_id) == (why["skill_id"], why["version"], why["step_id"])
    assert (one.bank.generation, one.bank.content) == (why["generation"], view.content_hash)
    assert (one.conversation, one.region, one.notice, one.guard.drafts) == (pseudonym("ann"), "US", "reply", 1)
    assert (one.prompts, one.retrieval) == (context.resources.prompts, context.resources.retrieval)
    assert one.message_id == live["messages"][0].id


def test_each_crisis_is_a_referral_once_and_a_later_one_again(tmp_path: Path) -> None:
    place = str(tmp_path / "audit.db")
    context = Context(audit_log=place, region="US")
    chat = support.build().compile(checkpointer=MemorySaver())
    thread: Any = {"configurable": {"thread_id": "ann"}}
    lines = [GRAVE, "I do not know.", *["I watched the rain with my sister today."] * 6, GRAVE, "I am still here."]
    for line in lines:
        chat.invoke({"messages": [HumanMessage(line)]}, thread, context=context)
    with AuditLog.open(place) as log:
        turns = list(log.records())
        counts = log.referrals(datetime.now(UTC).year)
    assert [at for at, turn in enumerate(turns) if turn.referred] == [0, 8]
    assert [turn.path is Way.CRISIS for turn in turns] == [True, *[True] * 4, *[False] * 3, True, True]
    assert (counts.total.referrals, counts.conversations, counts.turns) == (2, 1, 10)
    assert counts.total.notifications == sum(turn.named for turn in turns)
    assert not any(turn.named for turn in turns if turn.path is not Way.CRISIS)


def test_a_node_that_broke_after_the_record_does_not_record_the_turn_again(tmp_path: Path) -> None:
    context = Context(audit_log=str(tmp_path / "audit.db"))
    graph = support.build()
    broken = [True]

    def break_once(state: Any) -> dict[str, Any]:
        result = dict(guard.invoke(state))
        if broken.pop() if broken else False:
            raise RuntimeError("killed")
        return result

    guard = graph.nodes.pop("guard").runnable
    graph.add_node("guard", break_once)
    chat = graph.compile(checkpointer=MemorySaver())
    thread: Any = {"configurable": {"thread_id": "ann"}}
    with pytest.raises(RuntimeError, match="killed"):
        chat.invoke({"messages": [HumanMessage(CALM)]}, thread, context=context)
    assert chat.invoke(None, thread, context=context)["explanation"]["audited"] is True
    with AuditLog.open(str(tmp_path / "audit.db")) as log:
        assert len(list(log.records())) == 1


def test_a_log_that_breaks_in_the_middle_costs_the_record_and_not_the_reply(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    place = str(tmp_path / "audit.db")
    said(CALM, audit_log=place)
    other = sqlite3.connect(place)
    other.executescript("DROP TABLE audit_log")
    other.close()
    with caplog.at_level(logging.WARNING, "esc_skills.audit"):
        result = said(GRAVE, audit_log=place)
    assert result["messages"][-1].text
    assert result["explanation"]["audited"] is False
    (line,) = [entry for entry in caplog.records if entry.name == "esc_skills.audit"]
    assert "not recorded" in line.getMessage()
    assert "no such table" in line.getMessage()
    assert "pills" not in line.getMessage()


def test_a_wrong_place_is_told_before_a_word_is_read(tmp_path: Path, postgres_url: str) -> None:
    (tmp_path / "text").write_text("This is no database, and long enough to be read as one. " * 9)
    for wrong, told in {
        str(tmp_path): "is a folder",
        str(tmp_path / "text" / "audit.db"): "cannot be kept",
        str(tmp_path / "text"): "not a database",
        "mysql://host/db": "SQLite file or in PostgreSQL",
        "postgresql://nobody:secret@127.0.0.1:1/none": "cannot be written",
    }.items():
        with pytest.raises(AuditError, match=told) as error:
            said(CALM, audit_log=wrong)
        assert "secret" not in str(error.value)
        assert "\n" not in str(error.value)


def run(*words: str) -> Any:
    return CliRunner().invoke(app, ["audit", *words])


def test_the_command_lists_counts_and_checks(tmp_path: Path) -> None:
    place = str(tmp_path / "audit.db")
    with AuditLog.open(place) as log:
        for number in range(3):
            log.append(record(number))
        log.append(crisis(3, "bo", region="US"))
    listed = run("--log", place)
    assert listed.exit_code == 0
    assert "imminent" in listed.output
    found = json.loads(run("--log", place, "--json", "--limit", "2").output)
    assert [one["message_id"] for one in found] == ["m2", "m3"]
    assert [one["message_id"] for one in json.loads(run("--log", place, "--json", "--tier", "imminent").output)] == [
        "m3"
    ]
    assert len(json.loads(run("--log", place, "--json", "--conversation", "ann").output)) == 3
    assert json.loads(run("--log", place, "--json", "--since", "2027-01-01").output) == []
    counts = json.loads(run("referrals", "--log", place, "--year", "2026", "--json").output)
    assert counts["counts"][0] == {"by": "year", "of": "2026", "referrals": 1, "notifications": 1}
    table = run("referrals", "--log", place, "--year", "2026", "--csv").output.splitlines()
    assert table[0] == "by,of,referrals,notifications"
    assert "region,US,1,1" in table
    assert "referrals" in run("referrals", "--log", place, "--year", "2026").output
    sound = run("verify", "--log", place)
    assert sound.exit_code == 0
    head = sound.output.replace("\n", " ").split()[-1]
    assert run("--log", place, "verify", "--head", head).exit_code == 0
    assert run("verify", "--log", place, "--head", "4:0").exit_code == 1
    assert "3 turns" in run("prune", "--log", place, "--before", "2026-05-17T12:00:03").output
    assert "0 turns" in run("erase", "--log", place, "ann").output


@pytest.mark.parametrize("wrong", [["--tier", "high"], ["--since", "spring"], ["verify", "--head", "x"]])
def test_the_command_refuses_what_fits_nothing(wrong: list[str], tmp_path: Path) -> None:
    AuditLog.open(str(tmp_path / "a.db")).close()
    result = CliRunner().invoke(app, ["audit", "--log", str(tmp_path / "a.db"), *wrong])
    assert result.exit_code == 1
    assert isinstance(result.exception, ValueError)
