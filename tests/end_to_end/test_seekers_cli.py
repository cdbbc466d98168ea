"""`esc-skills profiles` and `esc-skills sage` as a user meets them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from conversation.profiles import authored

DATA = Path(__file__).parents[3] / "shared" / "data"


def run(*args: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("ESC_SKILLS_", "OPENAI_"))}
    return subprocess.run(
        [sys.executable, "-m", "esc_skills", *args],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=300,
        env={**clean, "COLUMNS": "200", "PYTHONWARNINGS": ""},
        check=False,
    )


def done(*args: str, cwd: Path) -> str:
    result = run(*args, cwd=cwd)
    assert result.returncode == 0, result.stderr
    return result.stdout


def refused(*args: str, cwd: Path) -> str:
    result = run(*args, cwd=cwd)
    assert result.returncode != 0
    line = result.stderr.strip()
    assert "Traceback" not in line
    assert line.startswith("esc-skills: ")
    assert "\n" not in line
    return line


def test_seekers_are_listed_shown_made_checked_and_played(tmp_path: Path) -> None:
    listed = json.loads(done("profiles", "list", "--split", "audit", "--json", cwd=tmp_path))
    assert len(listed) == 24 + 6
    seeker = authored()[0]
    assert seeker.id in done("profiles", "list", "--cell", seeker.cell, cwd=tmp_path)
    shown = done("profiles", "show", seeker.id, cwd=tmp_path)
    assert "Hidden: for seeker and judge alone" in shown
    done("profiles", "generate", "3", "--seed", "4", "--like", seeker.id, "--output", "new.jsonl", cwd=tmp_path)
    made = [json.loads(line) for line in (tmp_path / "new.jsonl").read_text().splitlines()]
    assert {p["intention"] for p in made} == {seeker.intention.value}
    assert "sound" in done("profiles", "check", "new.jsonl", cwd=tmp_path)
    figures = done(
        "simulate", "--profiles", "new.jsonl", "--turns", "2", "--judge-samples", "3", "--json", cwd=tmp_path
    )
    assert json.loads(figures)["episodes"] == 3
    assert "no profile has split 'x'" in refused("profiles", "list", "--split", "x", cwd=tmp_path)
    assert "profiles list" in refused("profiles", "show", "????", cwd=tmp_path)


def test_check_tells_every_problem_on_a_line_and_ends_with_1(tmp_path: Path) -> None:
    record = authored()[0].model_dump(mode="json") | {"opening": "You should rest.", "hidden": " "}
    (tmp_path / "bad.jsonl").write_text(json.dumps(record) + "\n{half\n")
    result = run("profiles", "check", "bad.jsonl", cwd=tmp_path)
    assert result.returncode == 1
    lines = result.stdout.strip().split("\n")
    assert lines[0].startswith("bad.jsonl, record 2, field 'line'")
    assert any("gives advice" in line for line in lines)
    assert any("not put in this story's terms" in line for line in lines)


def test_episodes_go_to_sages_format_and_come_back_as_a_leaderboard_and_as_episodes(tmp_path: Path) -> None:
    done("simulate", "--profiles", "fresh:4", "--turns", "3", "--output", "e.jsonl", cwd=tmp_path)
    done("sage", "export", "e.jsonl", "--output", "ours.jsonl", cwd=tmp_path)
    board = json.loads(done("sage", "leaderboard", "ours.jsonl", "--json", cwd=tmp_path))
    finals = [
        json.loads(line)["emo_point"] for line in (tmp_path / "ours.jsonl").read_text("utf-8").split("\n") if line
    ]
    assert board["supporters"][0]["name"] == "ours"
    assert board["supporters"][0]["overall"]["score"] == pytest.approx(sum(finals) / 4)
    assert board["simulator"] == "not recorded in the file"
    assert "0 were there" in done("sage", "import", "ours.jsonl", "--bank", "bank", cwd=tmp_path)
    assert "4 were there" in done("sage", "import", "ours.jsonl", "--bank", "bank", cwd=tmp_path)
    assert "neither authored nor generated" in refused(
        "sage", "export", "--bank", "bank", "--run", "sage ours", "--output", "x.jsonl", cwd=tmp_path
    )
    assert "no episode of a run" in refused(
        "sage", "export", "--bank", "bank", "--run", "no", "--output", "x.jsonl", cwd=tmp_path
    )
    assert "either --bank or --output" in refused("sage", "import", "ours.jsonl", cwd=tmp_path)
    (tmp_path / "bad.jsonl").write_text('{"id": "a"}\n')
    assert "bad.jsonl, record 1, field 'history'" in refused("sage", "leaderboard", "bad.jsonl", cwd=tmp_path)
    assert not (tmp_path / "x.jsonl").exists()


def test_sage_and_esc_judge_seekers_are_imported_and_told_to_be_for_language_models(tmp_path: Path) -> None:
    sage, roles = DATA / "sage" / "simulator_profile_withfirsttalk.jsonl", DATA / "esc_judge" / "roles-v1.json"
    if not (sage.exists() and roles.exists()):
        pytest.skip("needs sage/ and esc_judge/ beside the project")
    assert "90 seekers (sage-profiles)" in done("profiles", "import", str(sage), "--output", "s.jsonl", cwd=tmp_path)
    assert "is for language models: its locale is 'zh'" in refused("simulate", "--profiles", "s.jsonl", cwd=tmp_path)
    assert "no hidden intention" in refused("profiles", "import", str(roles), "--output", "r.jsonl", cwd=tmp_path)
    assert not (tmp_path / "r.jsonl").exists()
    drawn = done("profiles", "import", str(roles), "--draw", "1", "--output", "r.jsonl", cwd=tmp_path)
    assert "drawn with seed 1" in drawn
    assert "100 of them for language models only" in done("profiles", "check", "r.jsonl", cwd=tmp_path)
