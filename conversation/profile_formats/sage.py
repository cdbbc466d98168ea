"""What does a SAGE profile hold? A person, a scene told in free Markdown, one of eight tasks and three characters.

Zhang et al., *Sentient Agent as a Judge*, 2025 (Tencent digitalhuman, MIT). Chinese. The scene is read by its headings:
origin, course of events, difficulties, present state; what it says of reactions to good and bad replies is part of what
is hidden, for seeker and judge alone. No disclosure by level and no effort is made up: a language model plays them.
"""

import re
from collections.abc import Mapping

from conversation.formats import record as field
from conversation.formats.record import FieldError
from conversation.formats.sage_labels import character, intention
from conversation.profile import Persona, Profile, Story
from conversation.profile_formats.asked import Asked, of_age
from conversation.seeker import Scenario

NAME = "sage-profiles"
SOURCE = "SAGE (Tencent digitalhuman)"
LICENCE = "MIT"

_LABEL = re.compile(r"^\s*\*\s*(?P<label>[^：:\n*]{1,12})[：:]", re.MULTILINE)
_REACTIONS = re.compile(r"不同状态下|不同(的)?\s*emotion|emotion高|面对NPC|对NPC|NPC(不同|怎样)", re.IGNORECASE)
_HIDDEN = re.compile(r"####\s*隐藏主题\s*[:：]")
_MARKUP = re.compile(r"\*\*|__|^\s*#+\s*", re.MULTILINE)
_BULLET = re.compile(r"^\s*(?:[-*•]|\d+[.、)])\s+")
_HEADING = re.compile(r"^\s*(?:#+|\*\*|[-*•]\s*\*\*|\d+[.、]\s*\*\*)")
_BLANK = re.compile(r"\n\s*\n+")
_PARTS = (("course", "经过"), ("conflict", "冲突"), ("difficulty", "困难"), ("state", "当前状态"))


def recognises(record: Mapping[str, object]) -> bool:
    """Whether a record has this shape."""
    return "player" in record and "scene" in record and "main_cha" in record


def read(record: Mapping[str, object], asked: Asked) -> Profile:
    """One profile.

    Raises:
        FieldError: a field is missing, a label unknown, or the seeker under 18.
    """
    seeker = field.text(record, "id")
    if not seeker:
        raise FieldError("id", "the seeker's id, got nothing")
    task = field.text(record, "task")
    scene = _lines(record, "scene")
    told, reactions = _split_scene(scene)
    opening = field.text(record, "first_talk")
    parts = _parts(told)
    return Profile(
        id=f"sage-{seeker}",
        split=asked.split,
        locale="zh",
        persona=_persona(_lines(record, "player")),
        character=character(field.text(record, "main_cha"), "main_cha"),
        intention=intention(task, "task"),
        hidden="\n".join(part for part in (task, reactions) if part),
        story=Story(
            id=f"sage-{seeker}",
            scenario=Scenario.UNCLEAR,
            topic="",
            person="",
            background=_plain("\n".join(parts["origin"])) or _plain(told),
            timeline=_events(parts["course"]),
            difficulty=_plain("\n".join((*parts["conflict"], *parts["difficulty"], *parts["state"]))),
            openings=(opening,),
        ),
        opening=opening,
        source=SOURCE,
        licence=LICENCE,
    )


def _lines(record: Mapping[str, object], key: str) -> str:
    """Text with its line ends, which are structure here."""
    field.text(record, key)
    return str(record[key])


def _persona(player: str) -> Persona:
    labels = list(_LABEL.finditer(player))
    ends = [*(found.start() for found in labels[1:]), len(player)]
    said = {f["label"].strip(): player[f.end() : end].strip() for f, end in zip(labels, ends, strict=True)}
    for needed in ("姓名", "年龄"):
        if not said.get(needed):
            raise FieldError("player", f"a line '* {needed}：…'")
    number = re.search(r"\d+", said["年龄"])
    if number is None:
        raise FieldError("player.年龄", f"a number, got '{said['年龄'][:20]}'")
    life = (said.get(label, "") for label in ("性别", "个人爱好", "习惯和行为特点"))
    return Persona(
        name=said["姓名"],
        age=of_age(int(number.group(0)), "player.年龄"),
        occupation=said.get("职业", ""),
        background=_plain("\n".join(life)),
        speech_style=_plain("\n".join(said.get(label, "") for label in ("说话风格", "说话方式"))),
    )


def _split_scene(scene: str) -> tuple[str, str]:
    """What happened, and how this seeker reacts to what kind of reply."""
    scene = _HIDDEN.split(scene)[0]
    start = len(scene)
    position = 0
    for line in scene.split("\n"):
        if _HEADING.match(line) and _REACTIONS.search(line):
            start = position
            break
        position += len(line) + 1
    told = scene[:start].split("\n")
    named = [line for line in told if "隐藏" in line]  # wherever it stands, it is for seeker and judge alone
    kept = "\n".join(line for line in told if line not in named)
    return kept, _plain("\n".join((*named, scene[start:])))


def _parts(told: str) -> dict[str, list[str]]:
    """The lines under each kind of heading, in order; what stands before the course of events is the origin."""
    parts: dict[str, list[str]] = {"origin": [], **{name: [] for name, _ in _PARTS}}
    now = "origin"
    for line in told.split("\n"):
        if _HEADING.match(line):
            head = line.split("：")[0].split(":")[0]
            named = next((name for name, word in _PARTS if word in head), None)
            if named is not None:
                now = named
        parts[now].append(line)
    return parts


def _events(lines: list[str]) -> tuple[str, ...]:
    """The course of events: every bullet or heading in it, with what stands under it, is one event."""
    events: list[str] = []
    for line in lines[1:]:
        text = _plain(line)
        if not text:
            continue
        indented = len(line) - len(line.lstrip()) >= 2 and bool(events)
        begins = bool(_BULLET.match(line) or _HEADING.match(line)) and not indented
        if begins or not events:
            events.append(text)
        else:
            events[-1] = f"{events[-1]} {text}"
    return tuple(events)


def _plain(text: str) -> str:
    """Text without Markdown's marks, single line ends, no blanks at the ends of lines."""
    lines = (_BULLET.sub("", line).strip() for line in _MARKUP.sub("", text).split("\n"))
    return _BLANK.sub("\n", "\n".join(lines)).strip()
