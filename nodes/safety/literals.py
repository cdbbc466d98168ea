"""Which patterns need be tried on a text at all? Those whose necessary words it holds.

A pattern such as `(?:hope|wish) ~w3~(?:car|bus)` can only match a text that holds one of the first words and one of the
second. Such sets are read off the parsed patterns, and one pass over the text finds all words of all sets. This is for
speed only and never decides a match: where nothing certain can be said, the pattern is always tried.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

_MOST = 160
"""Larger sets cost more than they save."""
_COMMON = frozenset(
    [
        "the",
        "and",
        "that",
        "have",
        "with",
        "this",
        "was",
        "for",
        "are",
        "but",
        "not",
        "you",
        "been",
        "like",
        "want",
        "just",
        "will",
        "when",
        "they",
        "can",
        "from",
        "them",
        "about",
        "would",
        "there",
        "what",
        "going",
        "out",
        "all",
        "she",
        "her",
        "his",
        "him",
        "had",
        "has",
        "were",
        "how",
        "get",
        "know",
        "one",
        "now",
        "think",
        "feel",
        "really",
        "time",
        "people",
        "because",
        "my",
        "me",
        "so",
        "if",
        "it",
        "is",
        "to",
        "of",
        "in",
        "on",
        "at",
        "as",
        "be",
        "do",
        "or",
        "up",
        "am",
        "no",
        "an",
        "any",
        "who",
        "why",
        "more",
        "than",
        "then",
        "some",
        "very",
        "could",
        "make",
        "even",
    ]
)
"""Words that most texts hold; a set with one of them hardly filters."""

_LONGEST_KEPT = 24
"""Characters; what has no spaces, as Chinese, seldom comes twice."""
_MOST_KEPT = 50_000

Sets = tuple[frozenset[str], ...]


def required(pattern: str) -> Sets:
    """At most two sets of strings: every match holds at least one string of each. Empty when nothing is certain."""
    parser: Any = getattr(re, "_parser", None)
    if parser is None:  # pragma: no cover - a Python without it still matches, only slower
        return ()
    sets = sorted(_sets_of(parser.parse(pattern)), key=_worth, reverse=True)
    return tuple(frozenset(found) for found in sets[:2] if len(found) <= _MOST)


Told = tuple[tuple[int, int], ...]
"""(number of a pattern, which of its sets are met)."""


class Sieve:
    """Finds which of many patterns need be tried on a text, word by word; what a word tells is remembered."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._always: list[int] = []
        self._needs: dict[int, int] = {}
        self._strings: dict[str, dict[int, int]] = {}
        self._words: dict[str, tuple[Told, tuple[str, ...]]] = {}
        for number, pattern in enumerate(patterns):
            sets = required(pattern)
            if not sets:
                self._always.append(number)
                continue
            self._needs[number] = (1 << len(sets)) - 1
            for place, strings in enumerate(sets):
                for string in strings:
                    told = self._strings.setdefault(string, {})
                    told[number] = told.get(number, 0) | 1 << place
        self._by_part: dict[str, list[str]] = {}
        for string in self._strings:
            self._by_part.setdefault(max(string.split(), key=lambda part: _worth({part})), []).append(string)

    def candidates(self, text: str) -> list[int]:
        """Numbers of the patterns that may match, ascending."""
        seen: dict[int, int] = {}
        phrases: set[str] = set()
        for word in set(text.split()):
            known = self._words.get(word)
            told, begun = self._told_by(word) if known is None else known
            for number, bits in told:
                seen[number] = seen.get(number, 0) | bits
            phrases.update(begun)
        for phrase in phrases:
            if phrase in text:
                for number, bits in self._strings[phrase].items():
                    seen[number] = seen.get(number, 0) | bits
        needs = self._needs
        found = [number for number, bits in seen.items() if bits == needs[number]]
        return sorted([*found, *self._always]) if found else self._always

    def _told_by(self, word: str) -> tuple[Told, tuple[str, ...]]:
        """What a word tells of itself, and the phrases that it may belong to."""
        told: dict[int, int] = {}
        phrases: list[str] = []
        for part, strings in self._by_part.items():
            if part not in word:
                continue
            phrases.extend(string for string in strings if string != part)
            for number, bits in self._strings.get(part, {}).items():
                told[number] = told.get(number, 0) | bits
        answer = (tuple(told.items()), tuple(phrases))
        if len(word) <= _LONGEST_KEPT and len(self._words) < _MOST_KEPT:
            self._words[word] = answer
        return answer


def _sets_of(items: Iterable[Any]) -> list[set[str]]:
    """The sets that the elements of a sequence, and its runs of plain letters, give."""
    sets: list[set[str]] = []
    run = ""
    for op, argument in [*items, (None, None)]:
        name = str(op)
        if name == "LITERAL":
            run += chr(argument)
            continue
        heads = _heads(name, argument)
        if run and heads:  # the parser moves what branches share in front of them: 'd(?:ie|ead)'
            sets.append({run + head for head in heads})
        elif run.strip():
            sets.append({run})
        run = ""
        if name == "SUBPATTERN":
            sets.extend(_sets_of(argument[-1]))
        elif name == "BRANCH":
            union = _of_branches(argument[1])
            if union:
                sets.append(union)
        elif name in ("MAX_REPEAT", "MIN_REPEAT") and argument[0] > 0:
            sets.extend(_sets_of(argument[2]))
        elif name == "IN" and all(str(kind) == "LITERAL" for kind, _ in argument):
            sets.append({chr(code) for _, code in argument})
    return sets


def _heads(name: str, argument: Any) -> set[str]:
    """The plain letters with which each branch of an alternation begins; empty where one begins otherwise."""
    if name == "SUBPATTERN" and len(argument[-1]) == 1:
        return _heads(str(argument[-1][0][0]), argument[-1][0][1])
    if name == "IN" and all(str(kind) == "LITERAL" for kind, _ in argument):
        return {chr(code) for _, code in argument}
    if name != "BRANCH":
        return set()
    heads: set[str] = set()
    for branch in argument[1]:
        head = ""
        for op, code in branch:
            if str(op) != "LITERAL":
                break
            head += chr(code)
        if not head:
            return set()
        heads.add(head)
    return heads


def _of_branches(branches: Iterable[Any]) -> set[str] | None:
    union: set[str] = set()
    for branch in branches:
        best = max(_sets_of(branch), key=_worth, default=None)
        if not best:
            return None
        union |= best
    return {s for s in union if not any(other != s and other in s for other in union)}


def _worth(strings: set[str]) -> float:
    """Long, rare strings and few of them."""
    weakest = min(0.5 if s.strip() in _COMMON else min(len(s.strip()) * (2 if s > "\u2e80" else 1), 6) for s in strings)
    return weakest - 0.03 * len(strings)
