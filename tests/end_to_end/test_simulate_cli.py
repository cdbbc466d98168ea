"""`esc-skills simulate` as a user meets it: arms side by side, and a killed run that is gone on from."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from skills_bank.bank import Bank
from tests.undisturbed import undisturbed

SMALL = ("simulate", "--profiles", "fresh:2", "--seeds", "2", "--turns", "2")


def run(*args: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "esc_skills", *args],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "COLUMNS": "200"},
        check=False,
    )


@undisturbed()
def test_arms_are_tabled_compared_kept_and_gone_on_from(tmp_path: Path) -> None:
    with Bank.open(tmp_path / "mine"):
        pass
    arms = ("--arms", "starter,mine,mine@0", "--output", "e.jsonl")
    first = run(*SMALL, *arms, cwd=tmp_path)
    assert first.returncode == 0, first.stderr
    for part in ("conversations, starter", "arms", "mine − starter", "mine@0 − mine", "95 % interval"):
        assert part in first.stdout
    lines = (tmp_path / "e.jsonl").read_bytes()
    assert lines.count(b"\n") == 8, "the two generations are the same bank, so theirs are the same episodes"
    with Bank.open(tmp_path / "mine") as bank:
        assert sum(bank.ledger.counts(run="simulate").values()) == 4

    (tmp_path / "e.jsonl").write_bytes(lines[:-20])
    again = run(*SMALL, *arms, "--resume", "--json", cwd=tmp_path)
    assert "e.jsonl: a half-written last line was cut off" in again.stderr
    assert (tmp_path / "e.jsonl").read_bytes() == lines
    told = json.loads(again.stdout)
    assert [arm["arm"] for arm in told["arms"]] == ["starter", "mine", "mine@0"]
    assert told["differences"][2]["mean"] == 0
    assert told["already_played"] == 8, "what the file lost, the ledger of the bank still holds"


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("--arms", "none", "--bank", "none"), "--bank and --arms"),
        (("--arms", "none,none"), "'none' stands there twice"),
        (("--resume",), "nothing to go on from"),
        (("--output", "there.jsonl"), "exists already"),
        (("--output", "there.jsonl", "--resume"), "line 1 is no episode"),
    ],
)
def test_what_cannot_be_done_is_one_line(args: tuple[str, ...], told: str, tmp_path: Path) -> None:
    (tmp_path / "there.jsonl").write_text("{}\n")
    result = run(*SMALL, *args, cwd=tmp_path)
    assert (result.returncode, result.stderr.count("\n"), told in result.stderr) == (1, 1, True), result.stderr
    assert (tmp_path / "there.jsonl").read_text() == "{}\n"


@undisturbed()
def test_a_killed_run_has_lost_nothing_and_ends_as_an_undisturbed_one(tmp_path: Path) -> None:
    args = ("simulate", "--profiles", "fresh:6", "--turns", "3", "--output")
    assert run(*args, "whole.jsonl", cwd=tmp_path).returncode == 0
    victim = subprocess.Popen(
        [sys.executable, "-m", "esc_skills", *args, "killed.jsonl"], cwd=tmp_path, stderr=subprocess.DEVNULL
    )
    killed, deadline = tmp_path / "killed.jsonl", time.monotonic() + 120
    while not (killed.exists() and killed.read_bytes().count(b"\n") >= 2) and time.monotonic() < deadline:
        time.sleep(0.005)
    victim.send_signal(signal.SIGKILL)
    victim.wait()
    stood = killed.read_bytes().count(b"\n")
    result = run(*args, "killed.jsonl", "--resume", "--json", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["already_played"] == stood >= 2
    assert killed.read_bytes() == (tmp_path / "whole.jsonl").read_bytes()
