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
from dataclasses import dataclass
from typing import Generic, TypeVar

from nodes.embedded.reading.lexicon import word_set
from nodes.embedded.reading.words import Words

Label = TypeVar("Label", bound=Hashable)

_STEM = 4
"""Letters by which a `worr*` is looked up; shorter stems are refused."""

_SIGNS = {
    "^": r"(?<=^ )",
    "$": r"(?:[?!] )*$",
    "..": r"(?:[^ ?!]+ ){0,3}?",
    "...": r"(?:[^ ?!]+ ){0,6}?",
}

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


@dataclass(slots=True)
class Cue(Generic[Label]):
    """One phrase.

    Attributes:
        source: A regular expression over `Words.line`; compiled when first needed, as most never are.
        keys: Words, or `stem*`, of which one must occur; the rarest of the phrase.
        needs: Further sets of words, of each of which one must occur.
    """

    source: str
    keys: tuple[str, ...]
    needs: tuple[frozenset[str], ...]
    label: Label
    weight: int
    pattern: re.Pattern[str] | None = None

    def occurs_in(self, text: Words) -> bool:
        """Whether the phrase stands in the text."""
        for words in self.needs:
            if words.isdisjoint(text.known):
                return False
        if self.pattern is None:
            self.pattern = re.compile(self.source)
        return self.pattern.search(text.line) is not None


def read_phrase(line: str, label: Label, classes: Mapping[str, str]) -> Cue[Label]:
    """A line of a lexicon as a cue.

    Raises:
        ValueError: a stem is shorter than four letters, a sign stands among words, or no telling word is there.
    """
    head, colon, rest = line.partition(": ")
    phrase = rest if colon else line
    parts: list[str] = ["(?<= )"]
    must: list[list[str]] = []
    for element in phrase.split():
        if element in _SIGNS:
            parts.append(_SIGNS[element])
        elif element.startswith("!") and len(element) > 1:
            parts.append(f"(?!(?:{_any_of(_alternatives(element[1:], classes))}) )")
        elif element.startswith("["):
            parts.append(f"(?:(?:{_any_of(_alternatives(element[1:-1], classes))}) )?")
        else:
            names = _alternatives(element, classes)
            parts.append(f"(?:{_any_of(names)}) ")
            must.append(names)
    if phrase.endswith("]"):
        raise ValueError(f"phrase '{phrase}' ends in words that may be missing: they change nothing")
    if not must:
        raise ValueError(f"phrase '{phrase}' has no telling word")
    must.sort(key=_cost)
    keys = tuple(dict.fromkeys(name.split("_")[0] for name in must[0]))
    for key in keys:
        if key.endswith("*") and len(key) <= _STEM:
            raise ValueError(f"phrase '{phrase}': the stem '{key}' is shorter than {_STEM} letters")
    needs = tuple(
        frozenset(name.split("_")[0] for name in names)
        for names in must[1:]
        if not any(name.endswith("*") for name in names)
    )
    return Cue("".join(parts), keys, needs, label, int(head) if colon else 1)


class Cues(Generic[Label]):
    """Authored phrases by label, ready to be found."""

    def __init__(self, phrases: Mapping[Label, Iterable[str]], classes: Mapping[str, str] | None = None) -> None:
        """Read them.

        Args:
            phrases: label → phrases.
            classes: name → words, for `@name`.
        """
        self._cues = [read_phrase(line, label, classes or {}) for label, lines in phrases.items() for line in lines]
        self._by_word: dict[str, list[int]] = {}
        for number, cue in enumerate(self._cues):
            for key in cue.keys:
                name = key[:_STEM] + "*" if key.endswith("*") else key
                self._by_word.setdefault(name, []).append(number)

    def find(self, text: Words) -> dict[Label, int]:
        """Label → summed weight of its phrases that occur; a phrase counts once however often it occurs."""
        tried: set[int] = set()
        by_word = self._by_word
        for word in text.known:
            if word in by_word:
                tried.update(by_word[word])
            stem = word[:_STEM] + "*"
            if stem in by_word:
                tried.update(by_word[stem])
        scores: dict[Label, int] = {}
        for number in tried:
            cue = self._cues[number]
            if cue.occurs_in(text):
                scores[cue.label] = scores.get(cue.label, 0) + cue.weight
        return scores


def add_up(scores: Iterable[Mapping[Label, int]]) -> dict[Label, int]:
    """Scores of several sentences as one."""
    total: dict[Label, int] = {}
    for score in scores:
        for label, weight in score.items():
            total[label] = total.get(label, 0) + weight
    return total
