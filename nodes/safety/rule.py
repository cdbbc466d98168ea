"""What is a risk rule, and what does it find in one message?

A rule is a pattern with the kind and tier of risk that it shows. Whether a match counts is decided by scope: idioms are
cut out first; a negation that governs the words withdraws them; a hedge or the past lowers the tier; a film, a song or
another person's question does not speak for the seeker.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from conversation.seeker import RiskKind, RiskTier


class Role(StrEnum):
    """How a match counts."""

    SIGN = "sign"
    """Raises its tier by itself."""
    WEAK = "weak"
    """Counts only together with others: hopelessness, burden, exhaustion, farewell."""
    PLAN = "plan"
    """Means, place, time or preparation: makes ideation imminent, and says little without it."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One pattern family.

    Attributes:
        hints: Substrings of which a text must hold one before the pattern is tried. Speed only, never meaning.
        negatable: Whether a governing negation before the match withdraws it.
        idiom_prone: Whether embarrassment, laughter or hunger in the same sentence makes it a figure of speech.
        speaks_of_past: Whether the match already says when; then a past marker does not lower it.
    """

    name: str
    kind: RiskKind
    tier: RiskTier
    hints: tuple[str, ...]
    pattern: re.Pattern[str]
    role: Role = Role.SIGN
    negatable: bool = True
    idiom_prone: bool = False
    speaks_of_past: bool = False
    third_party: bool = False


class Sign(NamedTuple):
    """A rule that matched, the tier after scope, and the words as written."""

    rule: str
    kind: RiskKind
    tier: RiskTier
    role: Role
    words: str
    third_party: bool = False


def rule(
    name: str,
    kind: RiskKind,
    tier: RiskTier,
    hints: str,
    pattern: str,
    *,
    role: Role = Role.SIGN,
    negatable: bool = True,
    idiom_prone: bool = False,
    speaks_of_past: bool = False,
    third_party: bool = False,
) -> Rule:
    """A rule over plain English text; hints are parted by '|', and the pattern is matched at word bounds."""
    return Rule(
        name,
        kind,
        tier,
        tuple(hints.split("|")),
        re.compile(rf"(?<= )(?:{pattern})(?= )"),
        role,
        negatable,
        idiom_prone,
        speaks_of_past,
        third_party,
    )
