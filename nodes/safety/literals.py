"""Which strings must a text hold, one of them at least, for a pattern to match? So that few patterns need be tried.

Read off the parsed pattern; speed only, never meaning. Where Python's parser is not to be had, or nothing certain can be
said, there is no such set and the pattern is always tried.
"""

import re
from collections.abc import Iterable
from typing import Any

_MOST = 160
"""Larger sets cost more than they save."""


def required(pattern: str) -> frozenset[str] | None:
    """Strings of which every match holds at least one; None when unknown."""
    parser: Any = getattr(re, "_parser", None)
    if parser is None:  # pragma: no cover - a Python without it still matches, only slower
        return None
    found = _of_sequence(parser.parse(pattern))
    return frozenset(found) if found and len(found) <= _MOST else None


def _of_sequence(items: Iterable[Any]) -> set[str] | None:
    """The best set that one element, or one run of plain letters, of a sequence gives."""
    sets: list[set[str]] = []
    run = ""
    for op, argument in [*items, (None, None)]:
        name = str(op)
        if name == "LITERAL":
            run += chr(argument)
            continue
        if run.strip():
            sets.append({run})
        run = ""
        inner: set[str] | None = None
        if name == "SUBPATTERN":
            inner = _of_sequence(argument[-1])
        elif name == "BRANCH":
            inner = _of_branches(argument[1])
        elif name in ("MAX_REPEAT", "MIN_REPEAT") and argument[0] > 0:
            inner = _of_sequence(argument[2])
        elif name == "IN" and all(str(kind) == "LITERAL" for kind, _ in argument):
            inner = {chr(code) for _, code in argument}
        if inner:
            sets.append(inner)
    return max(sets, key=_worth, default=None)


def _of_branches(branches: Iterable[Any]) -> set[str] | None:
    union: set[str] = set()
    for branch in branches:
        found = _of_sequence(branch)
        if not found:
            return None
        union |= found
    return {s for s in union if not any(other != s and other in s for other in union)}


def _worth(strings: set[str]) -> float:
    """Long strings and few of them; a set with one short string hardly filters."""
    shortest = min(len(s.strip()) for s in strings)
    return min(shortest, 6) - 0.03 * len(strings)
