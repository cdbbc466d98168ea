"""Which words in a reply show an unsafe intervention? Patterns by kind, from `rules/guard_en.txt` and `guard_zh.txt`.

Each is the narrowest form that still catches how such things are said; ordinary warmth ("that makes sense", "you handled
that with care") must pass.
"""

import re
from functools import cache
from typing import NamedTuple

from conversation.support import UnsafeIntervention
from nodes.safety.literals import required
from nodes.safety.rulebook import read_rules


class GuardRule(NamedTuple):
    """One kind with its patterns; `hints` as in `rule.py`."""

    kind: UnsafeIntervention
    hints: frozenset[str] | None
    pattern: re.Pattern[str]


@cache
def guard_rules(language: str) -> tuple[GuardRule, ...]:
    """The rules for 'en' or 'zh'."""
    return tuple(
        GuardRule(UnsafeIntervention(entry.name), required(entry.pattern), re.compile(entry.pattern))
        for entry in read_rules(f"guard_{language}")
    )
