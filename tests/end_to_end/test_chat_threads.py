"""`esc-skills chat --thread` and `esc-skills threads`, each command a process of its own, as a user runs them."""

import json
import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

FIRST = "I lost my job at the zeppelin yard and I can't sleep.\n"
SECOND = "It keeps me awake all night.\n"


def run(*args: str, cwd: Path, said: str = "", **env: str) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("ESC_SKILLS_", "OPENAI_"))}
    return subprocess.run(
        [sys.executable, "-m", "esc_skills", *args],
        cwd=cwd,
        input=said,
        capture_output=True,
        text=True,
        timeout=300,
        env={**clean, "COLUMNS": "200", "PYTHONWARNINGS": "", "XDG_DATA_HOME": str(cwd / "data"), **env},
        check=False,
    )


def done(*args: str, cwd: Path, said: str = "", **env: str) -> subprocess.CompletedProcess[str]:
    result = run(*args, cwd=cwd, said=said, **env)
    assert result.returncode == 0, result.stderr
    return result


def refused(*args: str, cwd: Path, **env: str) -> str:
    result = run(*args, cwd=cwd, **env)
    assert result.returncode == 1
    line = result.stderr.strip()
    assert line.startswith("esc-skills: ")
    assert "\n" not in line
    return line


def files(place: Path) -> list[str]:
    """All files of threads beneath a folder; the record for auditors, which holds no words, is another matter."""
    return sorted(file.name for file in place.rglob("*t*.db*") if not file.name.startswith("audit"))


def replies(result: subprocess.CompletedProcess[str]) -> list[str]:
    lines = result.stdout.splitlines()
    return [line.partition("supporter: ")[2] for line in lines if "supporter: " in line]


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_named_conversation_goes_on_in_the_next_process(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    place = "t.db" if kind == "sqlite" else str(request.getfixturevalue("postgres_url"))
    whole = done("chat", "--seed", "5", cwd=tmp_path, said=FIRST + SECOND)
    first = done("chat", "--seed", "5", "--thread", "ann", cwd=tmp_path, said=FIRST, ESC_SKILLS_THREADS=place)
    assert "Thread 'ann' is new" in first.stderr
    assert "Kept as thread 'ann'" in first.stderr
    assert "2 messages" in first.stderr
    second = done("chat", "--thread", "ann", "--threads", place, cwd=tmp_path, said=SECOND)
    assert "Thread 'ann' goes on, with 2 messages" in second.stderr
    assert "4 messages" in second.stderr
    assert replies(first) + replies(second) == replies(whole)

    listed = json.loads(done("threads", "list", "--json", "--threads", place, cwd=tmp_path).stdout)
    assert [(thread["id"], thread["messages"], thread["encrypted"]) for thread in listed] == [("ann", 4, False)]
    assert "ann" in done("threads", "list", "--threads", place, cwd=tmp_path).stdout
    erase = ("threads", "erase", "ann", "--threads", place)
    assert "is erased" in done(*erase, cwd=tmp_path).stdout
    assert "nothing was erased" in done(*erase, cwd=tmp_path).stdout
    if kind == "sqlite":
        assert [file.name for file in tmp_path.glob("t.db*")] == ["t.db"]
        assert b"zeppelin" not in (tmp_path / "t.db").read_bytes()


def test_a_conversation_without_a_name_is_not_kept(tmp_path: Path) -> None:
    result = done("chat", cwd=tmp_path, said=FIRST, ESC_SKILLS_THREADS=str(tmp_path / "t.db"))
    assert "No word of this conversation was kept." in result.stderr
    assert files(tmp_path) == []
    assert "The audit log" in result.stderr
    unaudited = done("chat", cwd=tmp_path, said=FIRST, ESC_SKILLS_AUDIT="off")
    assert unaudited.stderr.rstrip().endswith("No word of this conversation was kept.")
    assert "--thread" in refused("chat", "--threads", "t.db", cwd=tmp_path)


def test_a_named_conversation_in_which_nothing_was_said_is_not_kept(tmp_path: Path) -> None:
    result = done("chat", "--thread", "ann", "--threads", "t.db", cwd=tmp_path)
    assert "No word of this conversation was kept." in result.stderr
    assert json.loads(done("threads", "list", "--json", "--threads", "t.db", cwd=tmp_path).stdout) == []


def test_a_message_that_was_not_read_is_not_kept(tmp_path: Path) -> None:
    said = "Estoy muy triste porque perdí mi trabajo y no puedo dormir\n" + FIRST
    assert "2 messages" in done("chat", "--thread", "ann", "--threads", "t.db", cwd=tmp_path, said=said).stderr
    assert b"trabajo" not in (tmp_path / "t.db").read_bytes()


def test_with_a_key_the_file_cannot_be_read_and_without_it_the_chat_does_not_begin(tmp_path: Path) -> None:
    key = done("threads", "key", cwd=tmp_path).stdout.strip()
    chat = ("chat", "--thread", "ann", "--threads", "t.db")
    assert "(encrypted)" in done(*chat, cwd=tmp_path, said=FIRST, ESC_SKILLS_THREAD_KEY=key).stderr
    assert b"zeppelin" not in (tmp_path / "t.db").read_bytes()
    assert "2 messages" in done(*chat, cwd=tmp_path, ESC_SKILLS_THREAD_KEY=key).stderr
    assert "encrypted" in refused(*chat, cwd=tmp_path)
    assert "another key" in refused(*chat, cwd=tmp_path, ESC_SKILLS_THREAD_KEY=secrets.token_hex(32))
    assert "64 hexadecimal digits" in refused(*chat, cwd=tmp_path, ESC_SKILLS_THREAD_KEY="a passphrase")
    assert "is erased" in done("threads", "erase", "ann", "--threads", "t.db", cwd=tmp_path).stdout


def test_retention_is_a_setting_and_a_command(tmp_path: Path) -> None:
    chat = ("chat", "--thread", "ann", "--threads", "t.db")
    kept = done(*chat, cwd=tmp_path, said=FIRST, ESC_SKILLS_THREADS_KEEP_DAYS="30")
    assert "30 days after its last turn" in kept.stderr
    forget = ("threads", "forget", "--threads", "t.db", "--json", "--older-than")
    assert json.loads(done(*forget, "1", cwd=tmp_path).stdout) == {"forgotten": []}
    assert json.loads(done(*forget, "0", cwd=tmp_path).stdout) == {"forgotten": ["ann"]}
    done(*chat, cwd=tmp_path, said=FIRST)
    listed = done("threads", "list", "--threads", "t.db", "--json", cwd=tmp_path, ESC_SKILLS_THREADS_KEEP_DAYS="1e-9")
    assert json.loads(listed.stdout) == []


def test_threads_are_kept_among_the_users_data_when_no_place_is_named(tmp_path: Path) -> None:
    assert "no threads are kept" in done("threads", "list", cwd=tmp_path).stdout
    assert files(tmp_path) == []
    done("chat", "--thread", "ann", cwd=tmp_path, said=FIRST)
    assert "ann" in done("threads", "list", cwd=tmp_path).stdout


def test_what_fits_nothing_is_one_line(tmp_path: Path) -> None:
    assert "'a b'" in refused("chat", "--thread", "a b", "--threads", "t.db", cwd=tmp_path)
    assert "does not exist" in refused("chat", "--thread", "ann", "--threads", "no/t.db", cwd=tmp_path)
    assert "no such file" in refused("threads", "erase", "ann", "--threads", "t.db", cwd=tmp_path)
    assert "no such file" in refused("threads", "forget", "--older-than", "1", "--threads", "t.db", cwd=tmp_path)
    assert files(tmp_path) == []


def test_a_chat_whose_thread_is_erased_meanwhile_goes_on_and_says_that_it_is_not_kept(tmp_path: Path) -> None:
    chat = subprocess.Popen(
        [sys.executable, "-m", "esc_skills", "chat", "--thread", "ann", "--threads", "t.db"],
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert chat.stdin is not None
    assert chat.stdout is not None
    chat.stdin.write(FIRST)
    chat.stdin.flush()
    while "supporter:" not in chat.stdout.readline():
        pass
    erase = ("threads", "erase", "ann", "--threads", "t.db")
    while "is erased" not in run(*erase, cwd=tmp_path).stdout:
        pass
    out, err = chat.communicate(SECOND + SECOND, timeout=300)
    assert out.count("supporter:") == 2
    assert err.count("From here on nothing of this conversation is kept") == 1
    assert "The last part of this conversation was not kept" in err
    assert json.loads(done("threads", "list", "--json", "--threads", "t.db", cwd=tmp_path).stdout) == []
    assert b"zeppelin" not in (tmp_path / "t.db").read_bytes()


@pytest.mark.parametrize("command", [("threads",), ("threads", "list"), ("chat",)])
def test_help_explains_without_loading_heavy_libraries(command: tuple[str, ...], tmp_path: Path) -> None:
    code = (
        f"import sys; sys.argv=['esc-skills',*{list(command)!r},'--help']\n"
        "from esc_skills.cli import app\n"
        "try: app()\nexcept SystemExit: pass\n"
        "print([m for m in ('langgraph', 'langchain_core', 'sqlalchemy', 'pydantic_settings') if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert result.stdout.strip().endswith("[]")
