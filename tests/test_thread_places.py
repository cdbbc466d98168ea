"""Where threads are kept: places, names and keys that fit, and one line for those that do not."""

import os
import secrets
import sqlite3
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from langchain_core.messages import HumanMessage

from graphs.threads import (
    NoThreads,
    Talk,
    ThreadsError,
    ThreadSettings,
    open_threads,
)
from graphs.threads.kept import time_of, valid_name
from graphs.threads.sealing import read_key


def test_the_time_of_a_checkpoint_is_in_its_id() -> None:
    assert time_of("1ec9414c-232a-6b00-b3c8-9f6bdeced846") == datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC)
    for other in ("", "today", "919108f7-52d1-4320-9bac-f847db4148a8"):
        assert time_of(other) is None


def test_a_file_of_threads_is_its_owners_alone(tmp_path: Path) -> None:
    with open_threads(tmp_path / "t.db") as threads:
        Talk(threads, "ann").keep({"messages": [HumanMessage("said", id="h1")]})
        modes = {stat.S_IMODE(os.stat(file).st_mode) for file in tmp_path.iterdir()}
    assert modes == {0o600}


def test_a_place_that_cannot_keep_threads_is_one_line(tmp_path: Path, postgres_url: str) -> None:
    (tmp_path / "text").write_text("not a database, and longer than the header of one " * 10)
    other = sqlite3.connect(tmp_path / "other.db")
    other.execute("CREATE TABLE skills (id)")
    other.close()
    for place, why in (
        (str(tmp_path), "folder"),
        (str(tmp_path / "no" / "t.db"), "does not exist"),
        (str(tmp_path / "text"), "not a database"),
        (str(tmp_path / "other.db"), "something else"),
        ("mysql://someone:secret@host/db", "postgresql"),
        ("postgresql://someone:secret@127.0.0.1:1/db", "refused"),
    ):
        with pytest.raises(ThreadsError, match=why) as raised:
            open_threads(place)
        assert "\n" not in str(raised.value)
        assert "secret" not in str(raised.value)
    for place in (str(tmp_path / "t.db"), postgres_url):
        with pytest.raises(NoThreads):
            open_threads(place, create=False)
    assert not (tmp_path / "t.db").exists()


def test_a_name_of_a_thread_is_a_word() -> None:
    for name in ("ann", "a", "2026-01-31", "user@example.org", "Zoë_2.b:c", "李明", "x" * 100):
        assert valid_name(name) == name
    for name in ("", " ", "a b", "-a", ".hidden", "a/b", "a\nb", "a'b", "x" * 101, "a\x00"):
        with pytest.raises(ValueError, match="cannot be named"):
            valid_name(name)


def test_a_key_is_64_hexadecimal_digits_and_is_never_repeated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    digits = secrets.token_hex(32)
    assert read_key(f" {digits}\n") == bytes.fromhex(digits)
    for wrong in ("", "a passphrase", digits[:-2], digits + "00", "zz" * 32):
        with pytest.raises(ThreadsError, match="64 hexadecimal digits") as raised:
            read_key(wrong)
        assert not wrong or wrong not in str(raised.value)
    with pytest.raises(ThreadsError, match="32 bytes"):
        open_threads(tmp_path / "t.db", key=b"short")

    assert ThreadSettings().key is None
    (tmp_path / "key").write_text(digits + "\n")
    monkeypatch.setenv("ESC_SKILLS_THREAD_KEY_FILE", str(tmp_path / "key"))
    assert ThreadSettings().key == bytes.fromhex(digits)
    monkeypatch.setenv("ESC_SKILLS_THREAD_KEY", digits)
    assert digits not in repr(ThreadSettings())
    with pytest.raises(ThreadsError, match="both"):
        _ = ThreadSettings().key
    monkeypatch.delenv("ESC_SKILLS_THREAD_KEY")
    monkeypatch.setenv("ESC_SKILLS_THREAD_KEY_FILE", str(tmp_path / "none"))
    with pytest.raises(ThreadsError, match="none"):
        _ = ThreadSettings().key
