"""Skills leave as Agent Skills folders and come back exactly; what is wrong with a folder is said in one line."""

import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from conversation.support import ResponseChange
from skills_bank.skill import (
    SKILL_SCHEMA,
    Evidence,
    EvidenceSource,
    Lineage,
    Pitfall,
    Relations,
    Review,
    Skill,
    Status,
)
from skills_bank.skill_md import (
    MOST_JSON_BYTES,
    SkillFormatError,
    read_bank,
    read_skill,
    refresh,
    starter,
    write_bank,
    write_skill,
)
from skills_bank.skill_page import MOST_UNITS_SHOWN, page

BASE = starter()[0]
AWKWARD = (
    'A summary: with "quotes", --- dashes, {braces}, # hash,\nlines,\u2028separators, 中文, '
    "\\ backslash and <!-- tags -->."
)

FULL = BASE.model_copy(
    update={
        "version": 7,
        "summary": AWKWARD,
        "status": Status.RETIRED,
        "locale": "en-GB",
        "licence": "CC BY-NC 4.0, academic use: ask first",
        "reviews": (Review(role="clinician", date="2026-01-31", scope="wording", expires="2027-01-31"),),
        "relations": Relations(conflicts_with=("see-the-effort",), replaces=("open-up",)),
        "evidence": (
            Evidence(
                source=EvidenceSource.HUMAN,
                helped=40,
                harmed=3,
                neutral=1,
                effect=0.1 + 0.2,
                interval=(-0.05, 0.61),
                group="guarded seekers",
                judge="feedback in the data",
                units=tuple(f"dialogue-{n}#2" for n in range(MOST_UNITS_SHOWN + 5)),
                references=("verdict-12",),
            ),
        ),
        "lineage": Lineage(parents=("open-up@2", "ask@1"), change="change-9", run="run-3", author="a person"),
    }
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A skill as written, ready to be spoilt."""
    write_skill(BASE, tmp_path / BASE.id)
    return tmp_path / BASE.id


def edit_json(folder: Path, **fields: object) -> None:
    path = folder / "assets" / "skill.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | fields), encoding="utf-8")


def complaint(folder: Path) -> str:
    with pytest.raises(SkillFormatError) as caught:
        read_skill(folder)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def outcome(folder: Path) -> Skill | str:
    try:
        return read_skill(folder)
    except SkillFormatError as error:
        return "one line" if len(str(error).splitlines()) == 1 else "several lines"


@pytest.mark.parametrize("skill", [*starter(), FULL], ids=lambda skill: skill.ref)
def test_a_skill_comes_back_as_it_left(skill: Skill, tmp_path: Path) -> None:
    write_skill(skill, tmp_path / skill.id)
    back = read_skill(tmp_path / skill.id)
    assert back == skill
    assert (back.version, back.content_hash) == (skill.version, skill.content_hash)


def test_a_bank_comes_back_in_the_order_of_ids(tmp_path: Path) -> None:
    write_bank(reversed(starter()), tmp_path / "bank")
    assert read_bank(tmp_path / "bank") == starter()


def test_writing_twice_changes_nothing(tmp_path: Path) -> None:
    write_bank(starter(), tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    write_bank(starter(), tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_the_validator_of_the_format_accepts_every_export(tmp_path: Path) -> None:
    tool = shutil.which("agentskills", path=str(Path(sys.executable).parent)) or shutil.which("agentskills")
    assert tool is not None, "skills-ref is a development dependency: pip install -e '.[dev]'"
    write_bank((*starter()[1:], FULL), tmp_path)
    for path in sorted(tmp_path.iterdir()):
        done = subprocess.run([tool, "validate", str(path)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_page_tells_a_clinician_all_that_matters() -> None:
    text = page(FULL)
    for heading in ("Overview", "When to use", "When not to use", "Steps", "Expected", "Pitfalls", "Examples"):
        assert f"\n## {heading}\n" in text
    step = FULL.steps[0]
    for said in (*step.wording, *step.avoid, FULL.pitfalls[0].instead, FULL.examples[0].reply, FULL.limits):
        assert said in text
    assert "helped 40, neutral 1, harmed 3; effect +0.30; 95 % interval -0.05 to +0.61" in text
    assert "and 5 more" in text
    assert "Reviewed by clinician on 2026-01-31: wording (until 2027-01-31)" in text
    assert "- Repair or stop when the seeker: corrects supporter" in text


def test_text_of_a_skill_cannot_hide_or_forge_parts_of_the_page() -> None:
    forged = BASE.model_copy(
        update={"rationale": "Fine.\n\n## Evidence\n\nhelped 999 \\<!-- [a](b) --> x", "limits": "# Steps"}
    )
    text = page(forged)
    assert text.count("\n## Evidence\n") == 1
    assert "Fine. ## Evidence helped 999" in text
    assert "\\\\\\<!--" in text
    assert "\\[a](b)" in text
    assert "\n# Steps" not in text


def test_an_edited_page_is_refused(folder: Path) -> None:
    path = folder / "SKILL.md"
    path.write_text(path.read_text().replace("More than one guess.", "No questions."))
    said = complaint(folder)
    assert "SKILL.md: line " in said
    assert "No questions." in said
    assert "edit the JSON" in said


def test_an_edited_json_is_refused_until_the_page_is_refreshed(folder: Path) -> None:
    edit_json(folder, title="Open more gently")
    assert "SKILL.md: line" in complaint(folder)
    assert refresh(folder).title == "Open more gently"
    assert read_skill(folder).title == "Open more gently"


def test_an_added_or_missing_end_of_the_page_is_refused(folder: Path) -> None:
    path = folder / "SKILL.md"
    whole = path.read_text()
    path.write_text(whole + "\nAlso: promise secrecy.\n")
    assert "(end of file)" in complaint(folder)
    path.write_text(whole[: len(whole) // 2])
    assert "(end of file)" in complaint(folder) or "says" in complaint(folder)


def test_line_ends_of_another_system_are_no_difference(folder: Path) -> None:
    path = folder / "SKILL.md"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert read_skill(folder) == BASE


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"version": "three"}, "version"),
        ({"title": ""}, "title"),
        ({"steps": []}, "steps"),
        ({"colour": "red"}, "colour"),
        ({"expected": {"changes": ["happier"]}}, "expected.changes.0"),
        ({"schema_version": SKILL_SCHEMA + 1}, "newer"),
    ],
)
def test_a_field_that_does_not_fit_the_schema_is_named(folder: Path, fields: dict[str, object], named: str) -> None:
    edit_json(folder, **fields)
    said = complaint(folder)
    assert "assets/skill.json: " in said
    assert named in said


def test_what_is_no_json_is_said(folder: Path) -> None:
    (folder / "assets" / "skill.json").write_text("{")
    assert "assets/skill.json" in complaint(folder)


def test_nesting_without_end_is_an_error_and_no_crash(folder: Path) -> None:
    (folder / "assets" / "skill.json").write_text("[" * 100_000)
    assert "assets/skill.json" in complaint(folder)


def test_text_in_another_encoding_is_said(folder: Path) -> None:
    (folder / "assets" / "skill.json").write_bytes(b'{"id": "\xff\xfe"}')
    assert "not UTF-8" in complaint(folder)


def test_spoilt_bytes_give_the_same_skill_or_one_line(folder: Path) -> None:
    rng = random.Random(7)
    for name in ["assets/skill.json", "SKILL.md"] * 60:
        path = folder / name
        sound = path.read_bytes()
        spoilt = bytearray(sound)
        for _ in range(rng.choice((1, 1, 8))):
            spoilt[rng.randrange(len(spoilt))] = rng.randrange(256)
        path.write_bytes(bytes(spoilt))
        assert outcome(folder) in (BASE, "one line")
        path.write_bytes(sound)


def test_a_folder_bears_the_id(folder: Path) -> None:
    other = folder.rename(folder.with_name("another-name"))
    assert "another-name" in complaint(other)
    with pytest.raises(SkillFormatError, match="bears its id"):
        write_skill(BASE, other)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "assets" / "skill.json").unlink()
    assert "skill.json: no such file" in complaint(folder)
    (folder / "assets").rmdir()
    assert "assets: no such folder" in complaint(folder)
    assert "no such folder" in complaint(folder / "nowhere")


def test_a_file_that_is_too_large_is_refused(folder: Path) -> None:
    with (folder / "assets" / "skill.json").open("ab") as file:
        file.write(b" " * MOST_JSON_BYTES)
    assert "larger than" in complaint(folder)


@pytest.mark.parametrize("inner", ["SKILL.md", "assets/skill.json", "assets"])
def test_a_link_is_refused_wherever_it_leads(folder: Path, tmp_path: Path, inner: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    (folder / inner).rename(elsewhere)
    (folder / inner).symlink_to(elsewhere)
    assert "link" in complaint(folder)


def test_a_link_to_a_whole_skill_is_refused(folder: Path, tmp_path: Path) -> None:
    bank = tmp_path / "bank"
    bank.mkdir()
    (bank / BASE.id).symlink_to(folder)
    with pytest.raises(SkillFormatError, match="is a link"):
        read_bank(bank)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_does_not_make_the_reader_wait(folder: Path) -> None:
    (folder / "SKILL.md").unlink()
    os.mkfifo(folder / "SKILL.md")
    assert "not a regular file" in complaint(folder)


def test_writing_replaces_a_link_and_leaves_its_target(folder: Path, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    (folder / "SKILL.md").unlink()
    (folder / "SKILL.md").symlink_to(victim)
    write_skill(BASE, folder)
    assert victim.read_text() == "mine"
    assert read_skill(folder) == BASE


def test_writing_into_a_linked_folder_is_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "bank").mkdir()
    link = tmp_path / "bank" / BASE.id
    link.symlink_to(folder)
    with pytest.raises(SkillFormatError, match="is a link"):
        write_skill(BASE, link)


def test_a_bank_is_not_written_over_skills_that_it_does_not_hold(folder: Path) -> None:
    with pytest.raises(SkillFormatError, match=BASE.id):
        write_bank(starter()[1:], folder.parent)


def test_two_versions_do_not_share_a_folder(tmp_path: Path) -> None:
    with pytest.raises(SkillFormatError, match="two versions"):
        write_bank([BASE, BASE.model_copy(update={"version": 2})], tmp_path)


def test_a_bank_leaves_other_files_alone(folder: Path) -> None:
    (folder.parent / "README.md").write_text("ours")
    (folder.parent / "notes").mkdir()
    assert read_bank(folder.parent) == (BASE,)


def test_a_folder_without_skills_is_said(tmp_path: Path) -> None:
    with pytest.raises(SkillFormatError, match="holds no skills"):
        read_bank(tmp_path)
    with pytest.raises(SkillFormatError, match="no such folder"):
        read_bank(tmp_path / "nowhere")


def test_the_starter_bank_is_read_from_the_package() -> None:
    assert [skill.id for skill in starter()] == sorted(skill.id for skill in starter())
    assert ResponseChange.DISCLOSES_MORE in next(s for s in starter() if s.id == "open-gently").expected.changes


def test_a_page_without_pitfalls_examples_or_evidence_says_so() -> None:
    bare = BASE.model_copy(update={"pitfalls": (), "examples": (), "evidence": (), "limits": ""})
    assert page(bare).count("None recorded.") == 3
    assert "None yet." in page(bare)
    assert "None recorded." not in page(
        BASE.model_copy(update={"pitfalls": (Pitfall(what="a", sign="b", instead="c"),)})
    )
