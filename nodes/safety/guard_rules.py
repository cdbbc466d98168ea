"""Which words in a reply show an unsafe intervention? Patterns by kind, from `rules/guard_en.txt` and `guard_zh.txt`.

Each is the narrowest form that still catches how such things are said; ordinary warmth ("that makes sense", "you
handled that with care") must pass.
"""

import re
from collections.abc import Iterator
from functools import cache

from conversation.support import UnsafeIntervention
from nodes.safety.literals import Sieve
from nodes.safety.rulebook import read_rules


class GuardRules:
    """The patterns of one language, with the sieve that spares most of them."""

    def __init__(self, language: str) -> None:
        self._ways = [
            (UnsafeIntervention(entry.name), re.compile(way))
            for entry in read_rules(f"guard_{language}")
            for way in entry.alternatives
        ]
        self._sieve = Sieve([pattern.pattern for _, pattern in self._ways])

    def matches(self, text: str) -> Iterator[tuple[UnsafeIntervention, re.Match[str]]]:
        """The first match of every pattern that matches, in the order of the rules."""
        for number in self._sieve.candidates(text):
            kind, pattern = self._ways[number]
            match = pattern.search(text)
            if match:
                yield kind, match


@cache
def guard_rules(language: str) -> GuardRules:
    """The rules for 'en' or 'zh'."""
    return GuardRules(language)
