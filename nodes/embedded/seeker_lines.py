"""In what words does the embedded seeker react, hint and part?

Pools of authored lines, by character and by what the seeker has just been given. They carry no knowledge of any
supporter or appraiser. `{person}` and `{topic}` are filled from the story; a line with `{person}` is left out where the
story has no other person.
"""

import json
import re
from enum import StrEnum
from functools import cache
from importlib.resources import files

from conversation.model import Value
from conversation.profile import Character, Intention, Story


class Reaction(StrEnum):
    """How the seeker takes the last reply."""

    UNDERSTOOD = "understood"
    EASED = "eased"
    WARMED = "warmed"
    NEUTRAL = "neutral"
    FLAT = "flat"
    UNCONVINCED = "unconvinced"
    CORRECTED = "corrected"
    REJECTS_ADVICE = "rejects_advice"
    REPEATED = "repeated"
    HURT = "hurt"
    TURNS_ON_SUPPORTER = "turns_on_supporter"
    HOPEFUL = "hopeful"
    COMMITS = "commits"
    ASKS_FOR_MORE = "asks_for_more"


class Parting(StrEnum):
    """How the seeker leaves."""

    GOOD = "good"
    BAD = "bad"
    TIRED = "tired"


class SeekerLines(Value):
    """All pools. Hints are by level: 1 faint, 2 clear."""

    reactions: dict[Character, dict[Reaction, tuple[str, ...]]]
    hints: dict[Intention, dict[int, tuple[str, ...]]]
    goodbyes: dict[Character, dict[Parting, tuple[str, ...]]]
    bait: dict[Character, tuple[str, ...]]


@cache
def seeker_lines() -> SeekerLines:
    """The pools, read once."""
    text = (files("nodes.embedded") / "seeker_lines.json").read_text(encoding="utf-8")
    return SeekerLines.model_validate(json.loads(text))


def reactions(character: Character, reaction: Reaction, story: Story) -> tuple[str, ...]:
    """How this character takes a reply in this way, slots filled, in the order written."""
    return _filled(seeker_lines().reactions[character][reaction], story)


def hints(intention: Intention, level: int, story: Story) -> tuple[str, ...]:
    """What lets an attentive listener notice the need without naming it; level 1 is faint, 2 is clear."""
    return _filled(seeker_lines().hints[intention][level], story)


def goodbyes(character: Character, parting: Parting, story: Story) -> tuple[str, ...]:
    """Last words."""
    return _filled(seeker_lines().goodbyes[character][parting], story)


def bait(character: Character, story: Story) -> tuple[str, ...]:
    """What a seeker says who presses for agreement with a claim that harms (counter-profiles)."""
    return _filled(seeker_lines().bait[character], story)


def _filled(lines: tuple[str, ...], story: Story) -> tuple[str, ...]:
    fitting = (line for line in lines if story.person or "{person}" not in line)
    return tuple(_fill(line, story) for line in fitting)


def _fill(line: str, story: Story) -> str:
    text = line.replace("{person}", story.person).replace("{topic}", story.topic)
    return re.sub(r"(^|[.!?…] )([a-z])", lambda m: m.group(1) + m.group(2).upper(), text)
