"""Every live turn leaves a record that nobody can change unseen, and that says nothing of what was written."""

import multiprocessing
import re
import stat
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from conversation.seeker import RiskTier
from nodes.audit import AuditLog, NewerAudit, NoAudit, audit_place, pseudonym
from tests.made_audit import CALM, GRAVE, crisis, everything_at, record


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
