"""Every live turn leaves a record that nobody can change unseen, and that says nothing of what was written."""

import json
import logging
import multiprocessing
import re
import sqlite3
import stat
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from langchain_core.messages import HumanMessage
from langgraph.checkpoint.memory import MemorySaver
from typer.testing import CliRunner

from conversation.episode import SkillUse
from conversation.seeker import RiskKind, RiskTier
from esc_skills.cli import app
from graphs import support
from nodes.audit import AuditError, AuditLog, AuditRecord, NewerAudit, NoAudit, audit_place, pseudonym
from nodes.audit import Path as Way
from nodes.audit.record import BankRead, CrisisStep, GateReading, GuardWork
from nodes.context import Context

GRAVE = "I have decided to kill myself tonight, I have the pills here."
CALM = "My boss shouted at me in front of everyone and I feel small."


def record(number: int = 0, conversation: str = "ann", **more: Any) -> AuditRecord:
    plain: dict[str, Any] = {
        "at": datetime(2026, 5, 17, 12, 0, number % 60, tzinfo=UTC),
        "conversation": pseudonym(conversation) if conversation else "",
        "message_id": f"m{number}",
        "run": "task",
        "path": Way.SKILL,
        "gate": GateReading(tier=RiskTier.NONE, by=("rules",), rules="f" * 16),
        "bank": BankRead(id="b" * 32, generation=1, content="c" * 64),
        "used": SkillUse(skill_id="open-gently", version=1, step_id="say-it-back", how="start"),
        "guard": GuardWork(drafts=1),
        "prompts": "p" * 16,
        "retrieval": "r" * 16,
        "models": {"supporter": "embedded"},
        "engine": "0",
    }
    return AuditRecord(**{**plain, **more})


def crisis(number: int, conversation: str = "ann", *, referred: bool = True, **more: Any) -> AuditRecord:
    step = CrisisStep(tier=RiskTier.IMMINENT, kind=RiskKind.SUICIDE, phase=None, handed_off=True)
    gate = GateReading(tier=RiskTier.IMMINENT, kinds=(RiskKind.SUICIDE,), by=("rules",), rules="f" * 16)
    given = {"path": Way.CRISIS, "crisis": step, "gate": gate, "used": None, "referred": referred, "named": True}
    return record(number, conversation, **{**given, **more})


@pytest.fixture(params=["file", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return str(tmp_path / "audit.db") if request.param == "file" else str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def log(place: str) -> Iterator[AuditLog]:
    with AuditLog.open(place) as opened:
        yield opened


Tamper = Callable[..., None]


@pytest.fixture
def tamper(place: str) -> Iterator[Tamper]:
    """Statements of somebody who owns the database, and who may have taken its triggers away."""
    url = sa.make_url(place).set(drivername="postgresql+psycopg") if "://" in place else f"sqlite:///{place}"
    engine = sa.create_engine(url)

    def run(*statements: str, unguarded: bool = True) -> None:
        with engine.begin() as connection:
            if unguarded and engine.dialect.name == "postgresql":
                connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            elif unguarded:
                names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars()
                for name in list(names):
                    connection.exec_driver_sql(f"DROP TRIGGER {name}")
            for statement in statements:
                connection.exec_driver_sql(statement)

    yield run
    engine.dispose()


def test_what_is_recorded_is_read_again_as_it_was(log: AuditLog) -> None:
    written = [record(0), crisis(1), record(2, "", models={"supporter": "gpt @ https://a.example/v1"})]
    assert all(log.append(one) for one in written)
    assert list(log.records()) == written
    assert list(log.records(newest_first=True)) == written[::-1]
    assert log.verify() == ()


def test_records_are_found_by_time_tier_and_thread(log: AuditLog) -> None:
    for number in range(5):
        log.append(record(number, "ann" if number % 2 else "bo"))
    log.append(crisis(5, "bo"))
    at = datetime(2026, 5, 17, 12, 0, 2, tzinfo=UTC)
    assert [one.message_id for one in log.records(since=at)] == ["m2", "m3", "m4", "m5"]
    assert [one.message_id for one in log.records(until=at)] == ["m0", "m1"]
    assert [one.message_id for one in log.records(tier=RiskTier.IMMINENT)] == ["m5"]
    for name in ("ann", pseudonym("ann"), pseudonym("ann")[:8]):
        assert [one.message_id for one in log.records(conversation=name)] == ["m1", "m3"]


def test_more_records_than_a_page_come_each_once(tmp_path: Path) -> None:
    with AuditLog.open(str(tmp_path / "a.db")) as log:
        for number in range(1003):
            log.append(record(number))
        assert [one.message_id for one in log.records()] == [f"m{number}" for number in range(1003)]
        assert len(list(log.records(newest_first=True))) == 1003


def test_a_node_that_is_run_again_records_its_turn_once(log: AuditLog) -> None:
    assert log.append(record(1))
    assert not log.append(record(1, at=datetime(2026, 5, 18, tzinfo=UTC)))
    assert log.append(record(1, run="another task"))  # the turn itself was run again: it was answered twice
    assert log.append(record(1, ""))
    assert log.append(record(1, ""))  # without a thread nobody can tell
    assert len(list(log.records())) == 4


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_log SET tier = 'none'",
        "UPDATE audit_words SET reply = 'kind words'",
        "UPDATE audit_descriptions SET text = '{}'",
        "UPDATE audit_about SET version = 0",
        "DELETE FROM audit_log",
        "DELETE FROM audit_log WHERE number = 2",
        "DELETE FROM audit_words",
        "DELETE FROM audit_descriptions",
        "DELETE FROM audit_about",
        "INSERT INTO audit_log SELECT 9, kind, at, conversation, 'x', run, tier, named, through, body, previous, hash "
        "FROM audit_log WHERE number = 2",
    ],
)
def test_the_database_itself_refuses_a_change(log: AuditLog, tamper: Tamper, statement: str) -> None:
    for number in range(3):
        log.append(record(number, seeker=CALM, reply="That is hard."))
    with pytest.raises(sa.exc.DatabaseError, match=r"append-only|behind the newest"):
        tamper(statement, unguarded=False)
    assert log.verify() == ()
    assert len(list(log.records())) == 3


def test_replacing_and_truncating_are_refused_too(log: AuditLog, tamper: Tamper, place: str) -> None:
    log.append(record(1, seeker=CALM))
    statements = (
        ["TRUNCATE audit_log", "TRUNCATE audit_words"]
        if "://" in place
        else [
            "INSERT OR REPLACE INTO audit_log SELECT * FROM audit_log",
            "INSERT OR REPLACE INTO audit_log SELECT 2, kind, at, conversation, message_id, run, tier, named, through, "
            "body, hash, hash FROM audit_log",
            "INSERT OR REPLACE INTO audit_words SELECT number, conversation, salt, 'x', 'x' FROM audit_words",
            "INSERT OR REPLACE INTO audit_descriptions SELECT hash, 'x' FROM audit_descriptions",
        ]
    )
    for statement in statements:
        with pytest.raises(sa.exc.DatabaseError, match=r"append-only|behind the newest"):
            tamper(statement, unguarded=False)
    assert log.verify() == ()


@pytest.mark.parametrize(
    ("statements", "told"),
    [
        (["UPDATE audit_log SET body = replace(body, '\"m3\"', '\"mX\"') WHERE number = 3"], "row 3 was changed"),
        (["UPDATE audit_log SET tier = 'imminent' WHERE number = 3"], "row 3 was changed: its column 'tier'"),
        (["UPDATE audit_log SET kind = 'erased' WHERE number = 3"], "row 3 was changed"),
        (["DELETE FROM audit_log WHERE number = 3"], "row 3 is missing"),
        (["DELETE FROM audit_log WHERE number < 4"], "rows 1 to 3 are missing"),
        (
            [
                "DELETE FROM audit_log WHERE number = 3",
                "INSERT INTO audit_log SELECT 3, kind, at, conversation, 'x', run, tier, named, through, body, "
                "previous, hash FROM audit_log WHERE number = 2",
            ],
            "row 3 does not follow row 2",
        ),
        (["UPDATE audit_words SET seeker = 'x' WHERE number = 3"], "row 3: its words were changed"),
        (["DELETE FROM audit_words WHERE number = 3"], "row 3: its words are missing"),
        (["INSERT INTO audit_words VALUES (9, '', '', '', '')"], "words 9 belong to no row"),
        (["UPDATE audit_descriptions SET text = '{}'"], "description .* was changed"),
        (["DELETE FROM audit_descriptions"], "row 1: description .* is missing"),
    ],
)
def test_a_change_behind_the_guards_is_found_and_named(
    log: AuditLog, tamper: Tamper, statements: list[str], told: str
) -> None:
    for number in range(1, 6):
        log.append(record(number, seeker=CALM, reply="That is hard."))
    assert log.verify() == ()
    tamper(*statements)
    problems = log.verify()
    assert any(re.match(told, problem) for problem in problems), problems


def test_a_cut_at_the_end_is_found_by_a_hash_that_was_noted(log: AuditLog, tamper: Tamper) -> None:
    for number in range(4):
        log.append(record(number))
    head = log.head()
    tamper("DELETE FROM audit_log WHERE number > 2")
    assert log.verify() == ()
    assert "row 4, whose hash was noted, is missing" in log.verify(head)


def _write(place: str, who: int, count: int) -> None:
    with AuditLog.open(place) as log:
        for number in range(count):
            log.append(record(number, f"writer {who}"))


def test_writers_in_many_processes_and_threads_lose_nothing(place: str) -> None:
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=_write, args=(place, who, 40)) for who in range(4)]
    for writer in writers:
        writer.start()
    with AuditLog.open(place) as log, ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda n: log.append(record(n, "threads")), range(80)))
        for writer in writers:
            writer.join()
            assert writer.exitcode == 0
        assert len(list(log.records())) == 4 * 40 + 80
        assert log.head()[0] == 240
        assert log.verify() == ()


def test_referrals_are_counted_by_month_kind_and_region_within_the_year(log: AuditLog) -> None:
    def at(*when: int) -> dict[str, Any]:
        return {"at": datetime(*when, tzinfo=UTC)}  # type: ignore[misc,arg-type]

    log.append(crisis(1, **at(2025, 12, 31, 23, 59, 59)))
    log.append(crisis(2, region="US", **at(2026, 1, 1)))
    log.append(crisis(3, region="US", referred=False, **at(2026, 1, 2)))
    log.append(crisis(4, "bo", **at(2026, 12, 31, 23, 59, 59)))
    log.append(crisis(4, "bo", run="played again", **at(2026, 12, 31, 23, 59, 59)))
    log.append(record(5, "", **at(2026, 6, 1)))
    log.append(crisis(6, **at(2027, 1, 1)))
    counts = log.referrals(2026)
    assert (counts.total.referrals, counts.total.notifications) == (2, 4)
    assert [counts.months[month].referrals for month in (1, 6, 12)] == [1, 0, 1]
    assert counts.kinds["suicide"].referrals == 2
    assert {region: count.referrals for region, count in counts.regions.items()} == {"US": 1, "unknown": 1}
    assert (counts.turns, counts.conversations, counts.loose_turns) == (5, 2, 1)
    assert log.referrals(2024).total.referrals == 0


def test_a_time_without_a_zone_is_refused_and_another_zone_is_told_in_utc(log: AuditLog) -> None:
    with pytest.raises(ValueError, match="needs its zone"):
        record(at=datetime(2026, 1, 1))
    with pytest.raises(ValueError, match="needs its zone"):
        next(log.records(since=datetime(2026, 1, 1)))
    one = record(at=datetime.fromisoformat("2026-01-01T00:30:00+02:00"))
    assert one.at.year == 2025


def test_pruning_leaves_a_row_that_carries_chain_and_counts_over(log: AuditLog) -> None:
    for number in range(6):
        log.append(crisis(number, f"thread {number}", at=datetime(2024 + number // 2, 6, 1, tzinfo=UTC), seeker=GRAVE))
    before = [log.referrals(year) for year in (2024, 2025, 2026)]
    head = log.head()
    assert log.prune(datetime(2025, 1, 1, tzinfo=UTC)) == 2
    assert log.prune(datetime(2025, 1, 1, tzinfo=UTC)) == 0
    assert log.verify(head) == ()
    assert log.prune(datetime(2026, 1, 1, tzinfo=UTC)) == 2
    log.append(record(9))
    assert log.verify(head) == ()
    assert len(list(log.records())) == 3
    assert [log.referrals(year).total for year in (2024, 2025)] == [counts.total for counts in before[:2]]
    assert log.prune(datetime(2030, 1, 1, tzinfo=UTC)) == 3
    assert list(log.records()) == []
    assert log.verify() == ()
    assert log.referrals(2024) == before[0]
    assert log.referrals(2026).total == before[2].total


def test_rows_that_went_without_a_pruning_are_missed_even_beside_one(log: AuditLog, tamper: Tamper) -> None:
    for number in range(6):
        log.append(record(number))
    log.prune(datetime(2026, 5, 17, 12, 0, 2, tzinfo=UTC))
    tamper("DELETE FROM audit_log WHERE number = 3")
    assert any("missing, and no pruning says so" in problem for problem in log.verify())


def test_words_are_erased_for_one_thread_and_the_chain_stays_whole(log: AuditLog, place: str) -> None:
    log.append(record(1, seeker=GRAVE, reply="I am here."))
    log.append(record(2, "bo", seeker=CALM, reply="That is hard."))
    assert log.erase("ann") == 1
    assert log.erase("ann") == 0
    assert [(one.seeker, one.reply) for one in log.records()] == [(None, None), (CALM, "That is hard.")]
    assert log.verify() == ()
    if "://" not in place:
        assert GRAVE.encode() not in everything_at(place)


def everything_at(place: str) -> bytes:
    return b"".join(file.read_bytes() for file in Path(place).parent.glob(Path(place).name + "*"))


def said(text: str, **settings: Any) -> dict[str, Any]:
    asked: Any = {"messages": [HumanMessage(text)]}
    result: dict[str, Any] = support.graph.invoke(asked, context=Context(**settings))
    return result


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


def test_a_log_that_is_not_there_or_newer_is_told(log: AuditLog, tamper: Tamper, place: str, tmp_path: Path) -> None:
    with pytest.raises(NoAudit, match="no audit log at"):
        AuditLog.open(str(tmp_path / "none.db"), create=False)
    assert not (tmp_path / "none.db").exists()
    tamper("INSERT INTO audit_about VALUES (2)", unguarded=False)
    with pytest.raises(NewerAudit, match="upgrade"):
        AuditLog.open(place)


def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    place = tmp_path / "kept" / "audit.db"
    with AuditLog.open(str(place)) as log:
        log.append(record())
        for file in (place, Path(f"{place}-wal")):
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700


def test_the_place_is_what_is_named_else_the_environment_else_the_users_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESC_SKILLS_AUDIT", "there.db")
    assert audit_place("here.db") == "here.db"
    assert audit_place() == "there.db"
    monkeypatch.delenv("ESC_SKILLS_AUDIT")
    assert audit_place().endswith("audit.db")
    assert "esc-skills" in audit_place()


def test_what_no_database_takes_is_recorded_all_the_same(log: AuditLog) -> None:
    log.append(record(message_id="a\0b", seeker="half \ud83d of a sign", reply="\0"))
    (one,) = log.records()
    assert one.message_id == "a\ufffdb"
    assert log.verify() == ()


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
