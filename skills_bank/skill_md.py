"""How does a skill look as a folder that people review in git and other agents can load? As an Agent Skills folder.

    <skill-id>/SKILL.md             frontmatter, and a body that a clinician can read
    <skill-id>/assets/skill.json    every field, exact: what the bank reads

The body is rendered from the JSON and checked against it on reading, so that nobody reviews one thing and runs another.
Folders are read as hostile input: two files of bounded size, no links, nothing outside the folder, nothing executed.
What a skill may *say* is another question (`lint.py`).
"""

import os
import stat
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path

from pydantic import ValidationError

from skills_bank.skill import SKILL_SCHEMA, Skill
from skills_bank.skill_page import page

MOST_PAGE_BYTES = 128 * 1024
MOST_JSON_BYTES = 256 * 1024
"""A full starter skill takes about 12 KB on each side; ten times that is a book or an attack."""
MOST_SKILLS = 20_000
"""Twice the largest bank that was measured."""

_PAGE = "SKILL.md"
_JSON = "assets/skill.json"


class SkillFormatError(ValueError):
    """A folder is not a readable skill. One line: which file, which field, what is wrong, what to do."""


def write_skill(skill: Skill, folder: Path) -> None:
    """Write one skill as a folder; an older copy in the same place is replaced.

    Args:
        skill: Any version of a skill.
        folder: The skill's own folder; its name must be the skill's id, as the Agent Skills format asks.

    Raises:
        SkillFormatError: the folder's name is not the id, or a link stands where a file should.
    """
    if folder.name != skill.id:
        raise SkillFormatError(f"{folder}: a skill's folder bears its id; name it '{skill.id}'")
    for path in (folder, folder / "assets"):
        if path.is_symlink():
            raise SkillFormatError(f"{path}: is a link; choose a real folder")
        path.mkdir(parents=True, exist_ok=True)
    _replace(folder / _JSON, skill.model_dump_json(indent=2) + "\n")
    _replace(folder / _PAGE, page(skill))


def read_skill(folder: Path) -> Skill:
    """Read one skill folder, exactly as `write_skill` was given it.

    Raises:
        SkillFormatError: something is missing, too large, a link, not valid against the schema, or the page and the
            JSON say different things.
    """
    for path in (folder, folder / "assets"):
        if path.is_symlink():
            raise SkillFormatError(f"{path}: is a link; skills are read from real folders only")
        if not path.is_dir():
            raise SkillFormatError(f"{path}: no such folder; a skill is a folder with {_PAGE} and {_JSON}")
    text = _read(folder / _JSON, MOST_JSON_BYTES)
    return _parse(text, _read(folder / _PAGE, MOST_PAGE_BYTES), folder.name, str(folder))


def refresh(folder: Path) -> Skill:
    """Render `SKILL.md` anew after `assets/skill.json` was edited by hand. Returns the edited skill.

    Raises:
        SkillFormatError: as `read_skill`, except for a page that disagrees.
    """
    skill = _validate(_read(folder / _JSON, MOST_JSON_BYTES), str(folder))
    write_skill(skill, folder)
    return skill


def write_bank(skills: Iterable[Skill], folder: Path) -> None:
    """Write every skill into its own folder under `folder`.

    Raises:
        SkillFormatError: two skills share an id, or the folder already holds a skill that is not among them (which
            reading it back would revive).
    """
    by_id: dict[str, Skill] = {}
    for skill in skills:
        if skill.id in by_id:
            raise SkillFormatError(f"{folder}: two versions of '{skill.id}' cannot share a folder; give one of them")
        by_id[skill.id] = skill
    stale = sorted({path.name for path in _skill_folders(folder)} - by_id.keys()) if folder.is_dir() else []
    if stale:
        raise SkillFormatError(
            f"{folder}: already holds skills that are not in this bank ({', '.join(stale[:5])}); "
            "remove them or choose an empty folder"
        )
    folder.mkdir(parents=True, exist_ok=True)
    for skill in by_id.values():
        write_skill(skill, folder / skill.id)


def read_bank(folder: Path) -> tuple[Skill, ...]:
    """All skills in the folders under `folder`, in the order of their ids. Other files are left alone.

    Raises:
        SkillFormatError: there is no such folder, it holds no skill, too many, or one that cannot be read.
    """
    if not folder.is_dir():
        raise SkillFormatError(f"{folder}: no such folder; a bank is a folder of skill folders")
    folders = _skill_folders(folder)
    if not folders:
        raise SkillFormatError(f"{folder}: holds no skills; expected folders with a {_PAGE}")
    if len(folders) > MOST_SKILLS:
        raise SkillFormatError(f"{folder}: holds {len(folders)} skills; at most {MOST_SKILLS} are read at once")
    return tuple(read_skill(path) for path in folders)


def starter() -> tuple[Skill, ...]:
    """The starter bank that the package carries, in the order of the ids."""
    root = files("skills_bank") / "starter"
    found = []
    for entry in sorted(root.iterdir(), key=lambda e: e.name):
        if entry.is_dir() and (entry / _PAGE).is_file():
            text = (entry / "assets" / "skill.json").read_text(encoding="utf-8")
            found.append(_parse(text, (entry / _PAGE).read_text(encoding="utf-8"), entry.name, f"starter/{entry.name}"))
    return tuple(found)


def _skill_folders(folder: Path) -> list[Path]:
    """Folders, and links to them, that offer a page; links are kept so that reading them is refused aloud."""
    return sorted(path for path in folder.iterdir() if os.path.lexists(path / _PAGE))


def _validate(text: str, where: str) -> Skill:
    try:
        skill = Skill.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "(whole file)"
        more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
        message = " ".join(first["msg"].split())[:300]
        raise SkillFormatError(f"{where}/{_JSON}: {field}: {message}{more}") from None
    if skill.schema_version > SKILL_SCHEMA:
        raise SkillFormatError(
            f"{where}/{_JSON}: schema_version: {skill.schema_version} is newer than {SKILL_SCHEMA}, "
            "which is all that this version of ESC-Skills reads; upgrade it"
        )
    return skill


def _parse(json_text: str, page_text: str, name: str, where: str) -> Skill:
    skill = _validate(json_text, where)
    if skill.id != name:
        raise SkillFormatError(
            f"{where}/{_JSON}: id: is '{skill.id}', but the folder is named '{name}'; make them equal"
        )
    expected, found = page(skill).splitlines(), page_text.splitlines()
    # Line by line and without trailing blanks: git and editors may change line ends, never words.
    for number in range(max(len(expected), len(found))):
        should = expected[number].rstrip() if number < len(expected) else "(end of file)"
        does = found[number].rstrip() if number < len(found) else "(end of file)"
        if should != does:
            raise SkillFormatError(
                f"{where}/{_PAGE}: line {number + 1}: says '{_short(does)}' where {_JSON} says '{_short(should)}'; "
                "the page is rendered from the JSON: edit the JSON and call `refresh`"
            )
    return skill


def _short(line: str) -> str:
    return line if len(line) <= 80 else line[:77] + "…"


def _read(path: Path, most: int) -> str:
    """The text of a regular file that is no link and not larger than `most` bytes."""
    try:
        # Neither links nor pipes, decided at the moment of opening: nothing can be swapped in between.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except FileNotFoundError:
        raise SkillFormatError(f"{path}: no such file; a skill is a folder with {_PAGE} and {_JSON}") from None
    except OSError as error:
        raise SkillFormatError(f"{path}: cannot be read ({error.strerror}); links are refused") from None
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise SkillFormatError(f"{path}: is not a regular file")
        data = file.read(most + 1)
    if len(data) > most:
        raise SkillFormatError(f"{path}: is larger than {most // 1024} KB; a skill fits in far less")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise SkillFormatError(f"{path}: is not UTF-8 text (byte {error.start})") from None


def _replace(path: Path, text: str) -> None:
    """Write beside and rename, so that a reader never meets half a file, and a link is replaced, not followed."""
    beside = path.with_name(path.name + ".new")
    beside.unlink(missing_ok=True)
    with beside.open("x", encoding="utf-8", newline="\n") as file:
        file.write(text)
    beside.replace(path)
