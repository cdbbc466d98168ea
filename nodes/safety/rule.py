"""What is a risk rule, and what does it find in one message?

A rule is a pattern with the kind and tier of risk that it shows. Whether a match counts is decided by scope: idioms are
cut out first; a negation that governs the words withdraws them; a hedge or the past lowers the tier; a film, a song or
another person's question does not speak for the seeker.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import NamedTuple

from conversation.seeker import RiskKind, RiskTier
from nodes.safety.literals import Sieve
from nodes.safety.rulebook import Entry, RulebookError, read_rules, whole_words


class Role(StrEnum):
    """How a match counts."""

    SIGN = "sign"
    """Raises its tier by itself."""
    WEAK = "weak"
    """Counts only together with others: hopelessness, burden, exhaustion, farewell."""
    PLAN = "plan"
    """Means, place or preparation: makes ideation imminent, and says little without it."""
    SOFT = "soft"
    """A time, or a goodbye: weighs only in the same turn as ideation."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One family of patterns.

    Attributes:
        patterns: Ways of saying it, one of which must match.
        negatable: Whether a governing negation before the match withdraws it.
        idiom_prone: Whether embarrassment, laughter or hunger in the same sentence makes it a figure of speech.
        unless: Names of contexts (`rules/contexts_en.txt`) in whose sentence the match is no sign.
        speaks_of_past: Whether the match already says when; then a past marker does not lower it.
    """

    name: str
    kind: RiskKind
    tier: RiskTier
    patterns: tuple[re.Pattern[str], ...]
    role: Role = Role.SIGN
    negatable: bool = True
    idiom_prone: bool = False
    speaks_of_past: bool = False
    third_party: bool = False
    unless: tuple[str, ...] = ()


class Sign(NamedTuple):
    """A rule that matched, the tier after scope, and the words as written."""

    rule: str
    kind: RiskKind
    tier: RiskTier
    role: Role
    words: str
    third_party: bool = False


@cache
def risk_rules(book: str) -> tuple[Rule, ...]:
    """The rules of `rules/<book>.txt`; English ones are matched at word bounds of the plain text.

    Raises:
        RulebookError: an entry has a label that no rule knows, or no kind and tier.
    """
    return tuple(_rule(entry, book) for entry in read_rules(book))


def _rule(entry: Entry, book: str) -> Rule:
    labels = {label for label in entry.labels if not label.startswith("unless:")}
    kinds = labels & _KINDS.keys()
    tiers = labels & _TIERS.keys()
    roles = labels & _ROLES.keys()
    unknown = labels - kinds - tiers - roles - _FLAGS
    if len(kinds) != 1 or len(tiers) != 1 or unknown:
        raise RulebookError(
            f"rule '{entry.name}' in rules/{book}.txt needs one kind, one tier and known flags: {labels}"
        )
    english = not book.endswith("_zh")
    return Rule(
        name=entry.name,
        kind=_KINDS[kinds.pop()],
        tier=_TIERS[tiers.pop()],
        patterns=tuple(
            re.compile(rf"(?<= )(?:{whole_words(way)})(?= )" if english else way) for way in entry.alternatives
        ),
        role=_ROLES[roles.pop()] if roles else Role.SIGN,
        negatable="own_negation" not in labels,
        idiom_prone="idiom_prone" in labels,
        speaks_of_past="speaks_of_past" in labels,
        third_party="third_party" in labels,
        unless=tuple(label.removeprefix("unless:") for label in entry.labels if label.startswith("unless:")),
    )


_KINDS = {kind.value: kind for kind in RiskKind}
_TIERS = {tier.value: tier for tier in RiskTier}
_ROLES = {role.value: role for role in Role}
_FLAGS = {"own_negation", "idiom_prone", "speaks_of_past", "third_party"}


class RuleSet:
    """Rules that read texts of one form, with the sieve that spares most of their patterns."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = tuple(rules)
        self._ways = [(rule, pattern) for rule in self.rules for pattern in rule.patterns]
        self._sieve = Sieve([pattern.pattern for _, pattern in self._ways])

    def matches(self, text: str) -> Iterator[tuple[Rule, re.Match[str]]]:
        """Every match of every rule, in the order of the rules."""
        for number in self._sieve.candidates(text):
            rule, pattern = self._ways[number]
            for match in pattern.finditer(text):
                yield rule, match
