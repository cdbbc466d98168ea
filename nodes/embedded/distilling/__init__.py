"""What does the embedded distiller know of moments and moves? Authored text, in three JSON files beside this module.

`moments.json`: for each activity when it is, how it shows, why it matters, and an invented person to whom it happens.
`moves.json`: for each support move its aim, what to do and to avoid, its pitfall, and how it misfires.
`colours.json`: words for tones, needs, readiness and changes.
"""

import json
from functools import cache
from importlib.resources import files
from typing import TypeVar

from pydantic import Field

from conversation.model import Value
from conversation.seeker import Activity, Need, Readiness
from conversation.support import ResponseChange, SupportMove
from skills_bank.skill import Pitfall
from skills_bank.tone import Tone

Text = TypeVar("Text", bound=Value)


class MomentText(Value):
    """One kind of moment in words."""

    when: str
    seen: str
    why: str
    need: str
    before: dict[Readiness, str]
    toned: dict[Tone, str] = Field(default_factory=dict)
    slots: dict[str, str]
    better: str
    worse: str
    tone: Tone
    asks: Need


class MoveText(Value):
    """One support move in words."""

    title: str
    aim: str
    actions: tuple[str, ...]
    avoid: tuple[str, ...]
    why: str
    pitfall: Pitfall
    misfire: str


class ToneText(Value):
    """One tone in words; `line` is what the invented person adds in that tone."""

    title: str
    words: str
    line: str


class NeedText(Value):
    """One need in words."""

    title: str
    words: str
    not_when: str


class ChangeText(Value):
    """One response change in words: what the seeker does, and the sign of it."""

    done: str
    sign: str


class Colours(Value):
    """Words for the labels that colour a moment."""

    tones: dict[Tone, ToneText]
    needs: dict[Need, NeedText]
    readiness: dict[Readiness, str]
    changes: dict[ResponseChange, ChangeText]


@cache
def moment_text(activity: Activity) -> MomentText:
    """The text for an activity.

    Raises:
        KeyError: there is none (`unclear`).
    """
    return MomentText.model_validate(_read("moments")[activity.value])


@cache
def move_text(move: SupportMove) -> MoveText:
    """The text for a move.

    Raises:
        KeyError: there is none: the agent does not make this move.
    """
    return MoveText.model_validate(_read("moves")[move.value])


@cache
def colours() -> Colours:
    """The words for tones, needs, readiness and changes."""
    return Colours.model_validate(_read("colours"))


@cache
def _read(name: str) -> dict[str, object]:
    text = (files("nodes.embedded.distilling") / f"{name}.json").read_text(encoding="utf-8")
    found: dict[str, object] = json.loads(text)
    return found
