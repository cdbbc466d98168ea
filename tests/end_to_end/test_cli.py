"""The command line as a user meets it: what it prints, what it refuses, and in how many lines."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from skills_bank.bank import Bank


def run(*args: str, cwd: Path, said: str = "", **env: str) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("ESC_SKILLS_", "OPENAI_"))}
    return subprocess.run(
        [sys.executable, "-m", "esc_skills", *args],
        cwd=cwd,
        input=said,
        capture_output=True,
        text=True,
        timeout=300,
        env={**clean, "COLUMNS": "200", "PYTHONWARNINGS": "", **env},
        check=False,
    )


def refused(*args: str, cwd: Path, **env: str) -> str:
    result = run(*args, cwd=cwd, **env)
    assert result.returncode != 0
    assert "Traceback" not in result.stderr
    line = result.stderr.strip()
    assert line.startswith("esc-skills: ")
    assert "\n" not in line
    return line


def test_evolve_ends_with_a_summary_and_the_same_seed_gives_the_same_run(tmp_path: Path) -> None:
    small = ("evolve", "--rounds", "1", "--proposals", "1", "--pairs", "6", "--report", "4", "--workers", "0", "--json")
    results = []
    for folder in ("one", "two"):
        place = tmp_path / folder
        place.mkdir()
        result = run(*small, cwd=place)
        assert result.returncode == 0, result.stderr
        results.append(json.loads(result.stdout))
    first, second = results
    for key in ("before", "after", "comparison", "rounds", "generation", "episodes", "bank"):
        assert first[key] == second[key]
    assert Path(tmp_path / "one" / first["place"]).is_dir()
    record = json.loads((tmp_path / "one" / first["record"]).read_text())
    assert {entry["verdict"]["outcome"] for entry in record["record"]} <= {"accepted", "rejected", "undecided"}


def test_chat_explains_each_turn_and_keeps_nothing(tmp_path: Path) -> None:
    result = run("chat", "--explain", cwd=tmp_path, said="I can't stop thinking about the exam. What if I fail?\n\n")
    assert result.returncode == 0, result.stderr
    for part in ("supporter:", "read:", "considered", "used:", "expected within", "to avoid:"):
        assert part in result.stdout
    assert "AI" in result.stderr.replace("\n", " ")
    assert list(tmp_path.iterdir()) == []


def test_chat_meets_a_risk_with_a_direct_question_and_no_skill(tmp_path: Path) -> None:
    result = run("chat", "--explain", "--region", "US", cwd=tmp_path, said="I want to kill myself tonight.\n\n")
    assert "988" in result.stdout
    assert "used: no skill" in result.stdout


def test_chat_goes_on_after_a_message_that_it_cannot_read(tmp_path: Path) -> None:
    said = "Estoy muy triste porque perdí mi trabajo y no puedo dormir\nI lost my job and I can't sleep.\n\n"
    result = run("chat", cwd=tmp_path, said=said)
    assert result.returncode == 0
    told = " ".join(result.stderr.split())
    assert "could not read that" in told
    assert "local emergency number now" in told
    assert result.stdout.count("supporter:") == 1


def test_an_id_is_whole_on_a_narrow_terminal(tmp_path: Path) -> None:
    ids = [skill["id"] for skill in json.loads(run("bank", "list", "--json", cwd=tmp_path).stdout)["skills"]]
    narrow = run("bank", "list", cwd=tmp_path, COLUMNS="80").stdout
    assert [name for name in ids if name not in narrow] == []


def test_what_comes_with_the_package_is_not_written_to(tmp_path: Path) -> None:
    for command in (("evolve",), ("discover",), ("bank", "rollback", "0"), ("bank", "erase", "a-dialogue")):
        assert "'starter'" in refused(*command, "--bank", "starter", cwd=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_bank_lists_shows_and_tells_history(tmp_path: Path) -> None:
    listed = json.loads(run("bank", "list", "--json", cwd=tmp_path).stdout)
    assert len(listed["skills"]) >= 12
    skill = listed["skills"][0]["id"]
    assert listed["skills"][0]["title"] in run("bank", "show", skill, cwd=tmp_path).stdout
    assert json.loads(run("bank", "show", skill, "--json", cwd=tmp_path).stdout)["id"] == skill
    history = json.loads(run("bank", "history", skill, "--json", cwd=tmp_path).stdout)
    assert history[0]["skill"]["id"] == skill


def test_evidence_leads_from_each_part_of_a_skill_to_dialogues(tmp_path: Path) -> None:
    found = run("discover", "--bank", "mined", cwd=tmp_path)
    assert found.returncode == 0, found.stderr
    with Bank.open(tmp_path / "mined") as bank:
        skill = bank.at().skills()[0]
    show = ("bank", "show", skill.id, "--bank", "mined", "--evidence")
    data = json.loads(run(*show, "--json", cwd=tmp_path).stdout)
    units = {unit["id"]: unit for unit in data["trail"]["units"]}
    parts = {part["part"]: part for part in data["trail"]["parts"]}
    assert set(parts) == {"applies", "expected", "pitfalls", *(f"steps/{step['id']}" for step in data["steps"])}
    assert len(parts["applies"]["speak_for"]) == skill.evidence[0].helped
    assert len(parts["pitfalls"]["speak_for"]) == skill.evidence[0].harmed
    told = run(*show, cwd=tmp_path).stdout
    against = units[parts["applies"]["speak_against"][0]]
    assert f"negative {against['id']} ({against['source']}, {against['licence']})" in told
    assert f"dialogue: {against['dialogue_id']}" in told

    with Bank.open(tmp_path / "mined") as bank:
        bank.erase(against["dialogue_id"])
    after = json.loads(run(*show, "--json", cwd=tmp_path).stdout)["trail"]["units"]
    assert {unit["dialogue_id"] for unit in after if unit["words"] is None} == {against["dialogue_id"]}


def test_simulate_prints_figures_and_writes_episodes(tmp_path: Path) -> None:
    result = run("simulate", "--profiles", "fresh:2", "--turns", "3", "--json", "--output", "e.jsonl", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["episodes"] == 2
    assert len((tmp_path / "e.jsonl").read_text().splitlines()) == 2


def test_a_bank_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    for command in (
        ("bank", "list", "--bank", "nowhere"),
        ("evolve", "--bank", "nowhere"),
        ("chat", "--bank", "nowhere"),
    ):
        assert "nowhere" in refused(*command, cwd=tmp_path)
    assert not (tmp_path / "nowhere").exists()


def test_unknown_skills_seekers_and_files_are_one_line(tmp_path: Path) -> None:
    assert "no-such-skill" in refused("bank", "show", "no-such-skill", cwd=tmp_path)
    assert "no-such-seeker" in refused("simulate", "--profiles", "no-such-seeker", cwd=tmp_path)
    assert "fresh:x" in refused("simulate", "--profiles", "fresh:x", cwd=tmp_path)
    assert "no-such-folder" in refused("simulate", "--output", "no-such-folder/e.jsonl", cwd=tmp_path)
    assert "missing.json" in refused("discover", "missing.json", "--bank", "b", cwd=tmp_path)
    assert "ESC_SKILLS_TEMPERATURE" in refused("simulate", cwd=tmp_path, ESC_SKILLS_TEMPERATURE="warm")


def test_a_bank_made_by_a_newer_version_is_refused_in_one_line(tmp_path: Path) -> None:
    with Bank.open(tmp_path / "newer"):
        pass
    database = next((tmp_path / "newer").glob("*.db"))
    engine = sa.create_engine(f"sqlite:///{database}")
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    assert "newer" in refused("bank", "list", "--bank", "newer", cwd=tmp_path)


def test_wrong_arguments_say_what_is_wrong(tmp_path: Path) -> None:
    for args in (("evolve", "--rounds", "0"), ("no-such-command",), ("simulate", "--turns", "many")):
        result = run(*args, cwd=tmp_path)
        assert result.returncode == 2
        assert "Traceback" not in result.stderr


@pytest.mark.parametrize("command", [(), ("evolve",), ("discover",), ("chat",), ("simulate",), ("bank",)])
def test_help_explains_without_loading_heavy_libraries(command: tuple[str, ...], tmp_path: Path) -> None:
    code = (
        f"import sys; sys.argv=['esc-skills',*{list(command)!r},'--help']\n"
        "from esc_skills.cli import app\n"
        "try: app()\nexcept SystemExit: pass\n"
        "heavy = ('chromadb', 'langgraph', 'langchain_core', 'sqlalchemy', 'sklearn', 'scipy')\n"
        "print([m for m in heavy if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert result.stdout.strip().endswith("[]")
    assert len(result.stdout) > 200
