"""How are rules written down? As plain text under `rules/`, one way of saying it on a line, for people to read.

    ~body~ = arms?|wrists?|legs?            a name for a part that several rules share
    [cutting] self_harm elevated            a rule: its name, then its labels
    - cutting ~w3~my ~body~                 a way of saying it: a regular expression; `~w3~` stands for up to three
        (?! shaving)                        words, no negation among them, `~a3~` for any; indented lines go on
    # a comment

Rules are not editable by evolution: they are part of the package, and `fingerprint` goes into the record of every turn.
"""

import hashlib
import re
from functools import cache
from importlib.resources import files
from typing import NamedTuple

_NAMED = re.compile(r"~([a-z_]+)(\d*)~")


class Entry(NamedTuple):
    """One rule as written: alternatives are joined by 'or', names filled in."""

    name: str
    labels: tuple[str, ...]
    alternatives: tuple[str, ...]

    @property
    def pattern(self) -> str:
        """All alternatives as one regular expression."""
        return "|".join(self.alternatives)


class RulebookError(ValueError):
    """A rule file is not written as `rulebook.py` says."""


@cache
def read_rules(book: str) -> tuple[Entry, ...]:
    """The rules of `rules/<book>.txt`, in order.

    Raises:
        RulebookError: names file and line, and what was expected.
    """
    names: dict[str, str] = {}
    entries: list[Entry] = []
    head: tuple[str, tuple[str, ...]] | None = None
    lines: list[str] = []

    def close() -> None:
        if head is not None:
            entries.append(Entry(head[0], head[1], tuple(_filled(line, names) for line in lines)))

    for number, raw in enumerate(_text(book).splitlines(), start=1):
        where = f"nodes/safety/rules/{book}.txt, line {number}"
        if not raw.strip() or raw.startswith("#"):
            continue
        if raw.startswith("    "):
            if lines:
                lines[-1] += raw.strip("\n")[4:]
            else:
                last = next(reversed(names), None)
                if last is None or head is not None:
                    raise RulebookError(f"{where}: goes on from nothing")
                names[last] += raw[4:]
        elif raw.startswith("~"):
            name, equals, value = raw.partition("~ = ")
            if not equals or head is not None:
                raise RulebookError(f"{where}: a name is written '~name~ = pattern', before the first rule")
            names[name[1:]] = value
        elif raw.startswith("["):
            close()
            name, bracket, labels = raw[1:].partition("]")
            if not bracket:
                raise RulebookError(f"{where}: a rule begins with '[name] labels'")
            head, lines = (name, tuple(labels.split())), []
        elif raw.startswith("- ") and head is not None:
            lines.append(raw[2:])
        else:
            raise RulebookError(f"{where}: expected '[name]', '- ' or an indented line")
    close()
    return tuple(entries)


def whole_words(pattern: str) -> str:
    """The pattern, with what must not follow read as whole words: `(?! (?:to|for))` says nothing of "together"."""
    out = ""
    at = 0
    while (start := pattern.find("(?! ", at)) >= 0:
        depth, end = 1, start + 4
        while depth:
            if pattern[end] == "\\":
                end += 1
            elif pattern[end] == "(":
                depth += 1
            elif pattern[end] == ")":
                depth -= 1
            end += 1
        out += f"{pattern[at : start + 4]}(?:{whole_words(pattern[start + 4 : end - 1])})(?![a-z]))"
        at = end
    return out + pattern[at:]


def _filled(pattern: str, names: dict[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        if match[1] == "w" and match[2]:
            return rf"(?:(?!not |never |no |nobody |nowhere )[^ .]+ ){{0,{match[2]}}}"
        if match[1] == "a" and match[2]:
            return rf"(?:[^ .]+ ){{0,{match[2]}}}"
        return f"(?:{_filled(names[match[1]], names)})"

    return _NAMED.sub(value, pattern)


@cache
def patterns(book: str) -> dict[str, re.Pattern[str]]:
    """The rules of a book by name, each as one compiled pattern that stands as written."""
    return {entry.name: re.compile(entry.pattern) for entry in read_rules(book)}


@cache
def words(name: str) -> frozenset[str]:
    """One of the lists in `rules/words.txt`."""
    return frozenset(
        word for entry in read_rules("words") if entry.name == name for word in " ".join(entry.alternatives).split()
    )


@cache
def _text(book: str) -> str:
    return (files("nodes") / "safety" / "rules" / f"{book}.txt").read_text(encoding="utf-8")


@cache
def fingerprint() -> str:
    """First 16 hex digits of the SHA-256 over all rule files and the learned reader's weights: what read a message."""
    safety = files("nodes") / "safety"
    read_by = [(entry.name, entry) for entry in (safety / "rules").iterdir() if entry.name.endswith(".txt")]
    read_by += [(entry.name, entry) for entry in safety.iterdir() if entry.name.endswith(".npz")]
    digest = hashlib.sha256()
    for name, entry in sorted(read_by, key=lambda named: named[0]):
        digest.update(name.encode() + entry.read_bytes())
    return digest.hexdigest()[:16]
