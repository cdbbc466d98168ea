"""The journal opens what is a bank, upgrades what is older, and refuses the rest in one line."""

import multiprocessing
import os
import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa

from skills_bank import journal as journal_module
from skills_bank.errors import BankError, NewerSchema, NoBank
from skills_bank.journal import DATABASE_FILE, Journal, insert_missing, now
from skills_bank.schema import REVISION, generations, metadata, tombstones


def revision(journal: Journal) -> str:
    with journal.reading() as connection:
        return str(connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one())


def set_revision(journal: Journal, to: str) -> None:
    with journal.writing() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = :to"), {"to": to})


def test_the_migrations_make_exactly_the_tables_of_the_schema(location: str) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    journal = Journal.open(location)
    with journal.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    assert revision(journal) == REVISION
    journal.close()


def test_every_bank_has_a_name_of_its_own_and_keeps_it(tmp_path: Path) -> None:
    first, second = Journal.open(tmp_path / "a"), Journal.open(tmp_path / "b")
    again = Journal.open(tmp_path / "a")
    assert first.bank_id == again.bank_id != second.bank_id
    for journal in (first, second, again):
        journal.close()


def test_a_bank_of_an_older_schema_is_upgraded_and_said(
    location: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    """Until there is a second migration, one is made here, as a later version would bring it."""
    journal = Journal.open(location)
    name = journal.bank_id
    journal.close()
    scripts = tmp_path / "scripts"
    (scripts / "versions").mkdir(parents=True)
    source = Path(journal_module.__file__).parent / "migrations"
    for file in ("env.py", "versions/v0001_first_tables.py"):
        (scripts / file).write_text((source / file).read_text())
    (scripts / "versions" / "v0002_later.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\nrevision, down_revision = '0002', '0001'\n"
        "def upgrade():\n    op.create_table('later', sa.Column('n', sa.Integer, primary_key=True))\n"
    )
    monkeypatch.setattr(journal_module, "_SCRIPTS", str(scripts))
    monkeypatch.setattr(journal_module, "REVISION", "0002")
    upgraded = Journal.open(location, create=False)
    assert (revision(upgraded), upgraded.bank_id) == ("0002", name)
    with upgraded.reading() as connection:
        assert sa.inspect(connection).has_table("later")
    upgraded.close()
    assert [message for message in caplog.messages if "from 0001 to 0002" in message]


def test_an_upgrade_that_fails_leaves_the_bank_as_it_was(
    location: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    Journal.open(location).close()
    scripts = tmp_path / "scripts"
    (scripts / "versions").mkdir(parents=True)
    source = Path(journal_module.__file__).parent / "migrations"
    for file in ("env.py", "versions/v0001_first_tables.py"):
        (scripts / file).write_text((source / file).read_text())
    (scripts / "versions" / "v0002_broken.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\nrevision, down_revision = '0002', '0001'\n"
        "def upgrade():\n    op.create_table('later', sa.Column('n', sa.Integer, primary_key=True))\n"
        "    raise RuntimeError('pulled the plug')\n"
    )
    with monkeypatch.context() as patched:
        patched.setattr(journal_module, "_SCRIPTS", str(scripts))
        patched.setattr(journal_module, "REVISION", "0002")
        with pytest.raises(RuntimeError, match="pulled the plug"):
            Journal.open(location)
    journal = Journal.open(location)
    with journal.reading() as connection:
        assert not sa.inspect(connection).has_table("later")
    assert revision(journal) == REVISION
    journal.close()


def test_a_bank_of_a_newer_schema_is_refused_in_one_line_and_left_alone(location: str) -> None:
    journal = Journal.open(location)
    set_revision(journal, "0999")
    journal.close()
    with pytest.raises(NewerSchema, match=rf"schema 0999; this version knows up to {REVISION}.*upgrade") as refused:
        Journal.open(location)
    assert "\n" not in str(refused.value)
    assert "esc:" not in str(refused.value)


def test_a_folder_without_a_bank_is_refused_when_none_is_to_be_made(tmp_path: Path) -> None:
    with pytest.raises(NoBank, match="no bank at"):
        Journal.open(tmp_path / "nowhere", create=False)
    with pytest.raises(NoBank, match="no bank at"):
        Journal.open(f"sqlite:///{tmp_path}/nothing.db", create=False)
    assert list(tmp_path.iterdir()) == []


def test_an_empty_database_is_no_bank(postgres_url: str) -> None:
    with pytest.raises(NoBank, match="holds no ESC-Skills tables"):
        Journal.open(postgres_url, create=False)


def test_what_cannot_be_a_bank_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / DATABASE_FILE).write_bytes(b"this is no database, and long enough to be read as one" * 20)
    for place, says in (
        (tmp_path / "file", "is a file"),
        (tmp_path / "broken", "file is not a database"),
        ("mysql://localhost/bank", "SQLite or PostgreSQL, not in 'mysql'"),
        ("postgresql://localhost:1/bank", "cannot be read or written: connection failed"),
        ("no-such-database://", "no-such-database"),
    ):
        with pytest.raises(BankError, match=says) as refused:
            Journal.open(place)
        assert "\n" not in str(refused.value)


def test_a_password_is_never_shown() -> None:
    with pytest.raises(BankError) as refused:
        Journal.open("postgresql://me:hunter2@localhost:1/bank")
    assert "hunter2" not in str(refused.value)


def test_a_block_that_raises_leaves_nothing(location: str) -> None:
    journal = Journal.open(location)

    def write_and_stumble() -> None:
        with journal.writing() as connection:
            connection.execute(generations.insert().values(number=1, made_at=now(), note="", content_hash=""))
            raise RuntimeError("stumbled")

    with pytest.raises(RuntimeError, match="stumbled"):
        write_and_stumble()
    with journal.reading() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(generations)).scalar_one() == 1
    journal.close()


def test_a_reader_sees_one_moment(location: str) -> None:
    journal = Journal.open(location)
    count = sa.select(sa.func.count()).select_from(generations)
    with journal.reading() as reader:
        before = reader.execute(count).scalar_one()
        with journal.writing() as writer:
            writer.execute(generations.insert().values(number=1, made_at=now(), note="", content_hash=""))
        assert reader.execute(count).scalar_one() == before == 1
    with journal.reading() as reader:
        assert reader.execute(count).scalar_one() == 2
    journal.close()


def test_inserting_what_is_there_changes_nothing(location: str) -> None:
    journal = Journal.open(location)
    rows = [{"dialogue_id": f"d{n}", "erased_at": now(), "texts": n} for n in range(1200)]
    with journal.writing() as connection:
        insert_missing(connection, tombstones, rows[:700])
        insert_missing(connection, tombstones, [row | {"texts": -1} for row in rows])
        insert_missing(connection, tombstones, [])
        texts = dict(connection.execute(sa.select(tombstones.c.dialogue_id, tombstones.c.texts)).all())
    assert (len(texts), texts["d5"], texts["d699"], texts["d700"]) == (1200, 5, 699, -1)
    journal.close()


def test_sqlite_is_kept_in_wal_mode_synced_in_full(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path)
    with journal.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    journal.close()


def test_a_foreign_key_is_kept(tmp_path: Path) -> None:
    from skills_bank.schema import changes

    journal = Journal.open(tmp_path)
    row = {"generation": 9, "position": 0, "change_id": "c", "kind": "add", "run": "", "reason": "r", "body": "{}"}
    with pytest.raises(sa.exc.IntegrityError), journal.writing() as connection:
        connection.execute(changes.insert().values(row))
    journal.close()


def test_a_fork_is_told_to_open_the_bank_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal.open(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(os, "getpid", lambda: -1)
        with pytest.raises(BankError, match="a fork must open it again"), journal.reading():
            pass
    journal.close()


def _open_and_name(place: str, start: object, names: "multiprocessing.Queue[str]") -> None:
    start.wait()  # type: ignore[attr-defined]
    journal = Journal.open(place)
    names.put(journal.bank_id)
    journal.close()


def test_processes_that_make_a_bank_at_once_make_one_bank(location: str) -> None:
    context = multiprocessing.get_context("spawn")
    start, names = context.Event(), context.Queue()
    processes = [context.Process(target=_open_and_name, args=(location, start, names)) for _ in range(3)]
    for process in processes:
        process.start()
    start.set()
    found = {names.get(timeout=60) for _ in processes}
    for process in processes:
        process.join(60)
    assert len(found) == 1


def test_sqlite_files_hold_nothing_but_the_bank(tmp_path: Path) -> None:
    Journal.open(tmp_path).close()
    with sqlite3.connect(tmp_path / DATABASE_FILE) as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    connection.close()
    assert tables == {*metadata.tables, "alembic_version"}
