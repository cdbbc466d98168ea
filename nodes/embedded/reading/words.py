"""What are the words of a message? Lower case, contractions and slang spelt out: one phrase fits many spellings."""

import re
from functools import lru_cache
from typing import NamedTuple

from nodes.embedded.reading.lexicon import sections

_TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)*|[?!]|[:;]-?[)(dp]", re.UNICODE)
_END = re.compile(r"(?<=[.!?…])[\"')\]”’]*\s+|\n+|(?<=[a-z]{2}[.!?])(?=[A-Z][a-z])")
_ABBREVIATION = re.compile(r"(?:\b(?:mr|mrs|ms|dr|prof|st|vs|e\.g|i\.e|etc|approx|a\.m|p\.m)\.)$", re.IGNORECASE)

_SPELT_OUT = dict(line.split(" = ", 1) for line in sections("spellings")["spelt_out"])
_ENDINGS = {"t": " not", "m": " am", "re": " are", "ve": " have", "ll": " will", "d": " would"}


class Words(NamedTuple):
    """A text as words.

    Attributes:
        line: the words joined by single spaces, with a space at both ends; `?` and `!` are words of their own.
        words: the same in order.
        known: the same as a set.
    """

    line: str
    words: tuple[str, ...]
    known: frozenset[str]

    @property
    def length(self) -> int:
        """Number of words; punctuation is not counted."""
        return sum(word not in "?!" for word in self.words)


def _spell_out(token: str) -> str:
    whole = _SPELT_OUT.get(token)
    if whole is not None:
        return whole
    if "'" in token:
        stem, _, end = token.rpartition("'")
        if end == "t" and stem.endswith("n"):
            return f"{stem[:-1]} not"
        if end in _ENDINGS and end != "t":
            return stem + _ENDINGS[end]
    return token


@lru_cache(maxsize=16384)
def words_of(text: str) -> Words:
    """The words of a text, spelt out: "I can't" and "i cant" are both 'i can not'."""
    plain = text.lower().replace("’", "'").replace("‘", "'").replace("`", "'")
    line = " ".join(map(_spell_out, _TOKEN.findall(plain)))
    words = tuple(line.split())
    return Words(f" {line} ", words, frozenset(words))


@lru_cache(maxsize=16384)
def split_sentences(text: str) -> tuple[str, ...]:
    """The sentences of a text, in order; a line break always ends one, an abbreviation never does."""
    parts: list[str] = []
    for part in _END.split(text):
        piece = part.strip()
        if not piece:
            continue
        if parts and (_ABBREVIATION.search(parts[-1]) or not any(map(str.isalpha, piece))):
            parts[-1] = f"{parts[-1]} {piece}"
        else:
            parts.append(piece)
    return tuple(parts)
