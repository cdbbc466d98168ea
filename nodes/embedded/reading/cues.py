"""How are authored phrases found in a text, fast?

A phrase is written as words with a little notation, close enough to English to be reviewed by someone who does not
program:

    word            that word
    a|b|c           one of these; `worr*` any word that begins so; `a_lot` several words as one
    [a|b]           may be there or not
    ..  ...         up to three, up to six words in between
    ^  $            the start, the end of the sentence
    !a|b            the next word is none of these
    @name           one of a named class of words
    2: phrase       weighs 2 instead of 1

Only phrases of which a telling word occurs in the text are tried, so that hundreds of them cost microseconds.
"""

import re
from collections.abc import Hashable, Iterable, Mapping
from typing import Generic, TypeVar

from nodes.embedded.reading.lexicon import word_set
from nodes.embedded.reading.words import Words

Label = TypeVar("Label", bound=Hashable)

_STEM = 4
"""Letters by which a `worr*` is looked up; shorter stems are refused."""

_COMMON = word_set("words", "common")


def _alternatives(element: str, classes: Mapping[str, str]) -> list[str]:
    names: list[str] = []
    for part in element.split("|"):
        if part.startswith("@"):
            names.extend(classes[part[1:]].split())
        else:
            names.append(part)
    if any(name in ("", "^", "$", "..", "...") for name in names):
        raise ValueError(f"'{element}' mixes words with a sign that must stand alone")
    return names


def _any_of(names: list[str]) -> str:
    return "|".join(
        re.escape(name).replace("_", " ").replace(r"\*", r"[^ ?!]*")
        for name in sorted(set(names), key=len, reverse=True)
    )


def _cost(names: list[str]) -> int:
    return sum(40 if name.split("_")[0] in _COMMON else 1 for name in names)


def compile_phrase(phrase: str, classes: Mapping[str, str]) -> tuple[re.Pattern[str], tuple[str, ...]]:
    """A phrase as a pattern over `Words.line`, and the words (or `stem*`) of which one must occur.

    Raises:
        ValueError: a stem is shorter than four letters, a sign stands among words, or no telling word is there.
    """
    parts: list[str] = ["(?<= )"]
    best: list[str] = []
    for element in phrase.split():
        if element == "^":
            parts.append(r"(?<=^ )")
        elif element == "$":
            parts.append(r"(?:[?!] )*$")
        elif element in ("..", "..."):
            parts.append(r"(?:[^ ?!]+ ){0,3}?" if element == ".." else r"(?:[^ ?!]+ ){0,6}?")
        elif element.startswith("!") and len(element) > 1:
            parts.append(f"(?!(?:{_any_of(_alternatives(element[1:], classes))}) )")
        elif element.startswith("["):
            parts.append(f"(?:(?:{_any_of(_alternatives(element[1:-1], classes))}) )?")
        else:
            names = _alternatives(element, classes)
            parts.append(f"(?:{_any_of(names)}) ")
            if not best or _cost(names) < _cost(best):
                best = names
    if phrase.split()[-1].startswith("["):
        raise ValueError(f"phrase '{phrase}' ends in words that may be missing: they change nothing")
    keys = tuple(dict.fromkeys(name.split("_")[0] for name in best))
    if not keys:
        raise ValueError(f"phrase '{phrase}' has no telling word")
    for key in keys:
        if key.endswith("*") and len(key) <= _STEM:
            raise ValueError(f"phrase '{phrase}': the stem '{key}' is shorter than {_STEM} letters")
    return re.compile("".join(parts)), keys


class Cues(Generic[Label]):
    """Authored phrases by label, ready to be found."""

    def __init__(self, phrases: Mapping[Label, Iterable[str]], classes: Mapping[str, str] | None = None) -> None:
        """Compile.

        Args:
            phrases: label → phrases.
            classes: name → words, for `@name`.
        """
        self._cues: list[tuple[re.Pattern[str], Label, int]] = []
        self._by_word: dict[str, list[int]] = {}
        for label, lines in phrases.items():
            for line in lines:
                self._add(label, line, classes or {})

    def _add(self, label: Label, line: str, classes: Mapping[str, str]) -> None:
        head, colon, rest = line.partition(": ")
        weight, phrase = (int(head), rest) if colon else (1, line)
        pattern, keys = compile_phrase(phrase, classes)
        for key in keys:
            name = key[:_STEM] + "*" if key.endswith("*") else key
            self._by_word.setdefault(name, []).append(len(self._cues))
        self._cues.append((pattern, label, weight))

    def _candidates(self, text: Words) -> set[int]:
        found: set[int] = set()
        by_word = self._by_word
        for word in text.known:
            if word in by_word:
                found.update(by_word[word])
            stem = word[:_STEM] + "*"
            if stem in by_word:
                found.update(by_word[stem])
        return found

    def find(self, text: Words) -> dict[Label, int]:
        """Label → summed weight of its phrases that occur; a phrase counts once however often it occurs."""
        scores: dict[Label, int] = {}
        line = text.line
        for number in self._candidates(text):
            pattern, label, weight = self._cues[number]
            if pattern.search(line):
                scores[label] = scores.get(label, 0) + weight
        return scores

    def phrases_in(self, text: Words) -> list[tuple[Label, str]]:
        """Label and matched words of every phrase that occurs, in order of the text."""
        hits = []
        for number in self._candidates(text):
            pattern, label, _ = self._cues[number]
            match = pattern.search(text.line)
            if match:
                hits.append((match.start(), number, label, match.group().strip()))
        return [(label, words) for _, _, label, words in sorted(hits, key=lambda hit: hit[:2])]


def add_up(scores: Iterable[Mapping[Label, int]]) -> dict[Label, int]:
    """Scores of several sentences as one."""
    total: dict[Label, int] = {}
    for score in scores:
        for label, weight in score.items():
            total[label] = total.get(label, 0) + weight
    return total
