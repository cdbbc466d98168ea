"""In what form do the rules read a message? Words spelt plainly, with a way back to what was written.

People in distress write "i just rly dont wanna b here nemore" and mask words to get past filters ("su1cide", "k*ll",
"s u i c i d e"). Rules stay readable when they are written against one plain form: lower case, contractions spelt out,
common misspellings mended, fillers dropped, sentence ends as " . " and commas as " , ".
"""

import re
import unicodedata
from bisect import bisect_right
from functools import lru_cache
from typing import NamedTuple

from nodes.safety.revealed import letters_shown
from nodes.safety.spelling import CONTRACTIONS, FILLERS, MASKED_WORDS, RUN_TOGETHER, SLIPS, SPELLINGS

_QUOTES = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'", "＇": "'", "“": '"', "”": '"'})
_TOKEN = re.compile(
    r"[a-z0-9@$*#&_](?:[a-z0-9@$*#!'_+]*[a-z0-9@$*#])?|[.!?;:…\n。！？；]+|[,，、()\"—–]+|(?<=\s)-+(?=\s)"
)
_SPACED = re.compile(r"(?<![a-z0-9'])(?:[a-z0-9*][ .\-_]){3,}[a-z0-9*](?![a-z0-9'])")
_LEET = str.maketrans({"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i"})
_TOO = re.compile(r"\btoo(?= (?:die|end|live|be|kill|go|stop|sleep|hurt|disappear|exist|wake)\b)")
_SUICIDE = re.compile(r"s(?:u|ew|oo)[iye]{0,2}[sc]{1,3}[aiyu]{0,2}c?[aiyu]?d(e|al|el|le|ial|ual|ale)")
_LONG = re.compile(r"([a-z])\1{2,}")
_ENDINGS = (("n't", "not"), ("'ll", "will"), ("'re", "are"), ("'ve", "have"), ("'d", "would"), ("'m", "am"))
_RUN_LENGTH = 9
_RUN_WORDS = 3
_LONGEST_PART = 10
_WITH_IS = {"he", "she", "it", "that", "there", "what", "who", "where", "here", "how", "everything", "nothing"}


class Plain(NamedTuple):
    """A message in plain form.

    `text` holds words parted by single spaces, as sentences, with ' . ' before and after each; `written` is the message
    as it is shown, after NFKC, from which `as_written` quotes.
    """

    text: str
    written: str
    starts: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]

    def as_written(self, start: int, end: int) -> str:
        """The seeker's own words behind a stretch of the plain text."""
        inner = self.text[start:end]
        start += len(inner) - len(inner.lstrip())
        end -= len(inner) - len(inner.rstrip())
        if not self.spans or start >= end:
            return ""
        first = max(0, bisect_right(self.starts, start) - 1)
        last = max(first, bisect_right(self.starts, end - 1) - 1)
        return self.written[self.spans[first][0] : self.spans[last][1]].strip()


def folded(text: str) -> str:
    """NFKC, straight quotes, lower case: what both languages start from."""
    return unicodedata.normalize("NFKC", text).translate(_QUOTES).lower()


@lru_cache(maxsize=16384)
def plain_words(word: str) -> tuple[str, ...]:
    """One written word as plain words: none for a filler, several for a contraction or a run-together spelling."""
    if word in FILLERS:
        return ()
    found = SPELLINGS.get(word) or CONTRACTIONS.get(word) or SLIPS.get(word)
    if found is not None:
        return tuple(found.split())
    if (misspelt := _SUICIDE.fullmatch(word)) is not None:
        return ("suicide" if misspelt[1] == "e" else "suicidal",)
    if "*" in word or "#" in word:
        return (_unmasked(word),)
    for ending, spelt in _ENDINGS:
        if word.endswith(ending) and len(word) > len(ending):
            return (*plain_words(word[: -len(ending)]), spelt)
    if word.endswith("'s") and word[:-2] in _WITH_IS:
        return (word[:-2], "is")
    if any(c in word for c in "0134577@$!") and any(c.isalpha() for c in word) and not word[0].isdigit():
        swapped = word.strip("!").translate(_LEET)
        if swapped != word and swapped.isalpha():
            return plain_words(swapped)
    if len(word) >= _RUN_LENGTH and len(parts := parted(word)) >= _RUN_WORDS:
        return tuple(piece for part in parts for piece in plain_words(part))
    short = _LONG.sub(lambda m: m[1] * 2 if m[1] in "lo" else m[1], word)
    if short != word:
        return plain_words(short)
    return (word,)


def parted(word: str) -> tuple[str, ...]:
    """The words that a run of letters is made of, the longest first; empty where they do not fill it.

    "iwanttodie" is parted, "therapist" is not: every letter must belong to a word of a short list.
    """
    best: list[tuple[str, ...] | None] = [(), *[None] * len(word)]
    for end in range(1, len(word) + 1):
        for start in range(max(0, end - _LONGEST_PART), end):
            before, piece = best[start], word[start:end]
            if (
                before is not None
                and piece in RUN_TOGETHER
                and (best[end] is None or len(before) < len(best[end] or ()))
            ):
                best[end] = (*before, piece)
    return best[-1] or ()


def _unmasked(word: str) -> str:
    """A masked word spelt out where exactly one sensitive word fits: 'su*cide' → 'suicide'."""
    shape = re.compile("".join(r"[a-z]" if c in "*#" else re.escape(c) for c in word))
    fitting = [w for w in MASKED_WORDS if shape.fullmatch(w)]
    return fitting[0] if fitting else word


@lru_cache(maxsize=8192)
def plain(text: str) -> Plain:
    """The message in plain form.

    Returns:
        English words spelt plainly; Chinese characters are left out, as their rules read `folded` text.
    """
    written = unicodedata.normalize("NFKC", letters_shown(text))
    lowered = written.translate(_QUOTES).lower()
    if len(lowered) != len(written):  # a few letters change length in lower case; quoting must stay aligned
        written = lowered
    lowered = _TOO.sub("to ", lowered.replace("my self", "myself "))
    if _SPACED.search(lowered):
        lowered = _SPACED.sub(lambda m: _closed(m[0]), lowered)
    words: list[str] = []
    starts: list[int] = []
    spans: list[tuple[int, int]] = []
    at = 3  # after the " . " that opens every text
    for match in _TOKEN.finditer(lowered):
        raw = match[0]
        first = raw[0]
        if first in ".!?;:…\n。！？；":
            pieces: tuple[str, ...] = (".",)
        elif first in ',，、()"—–-':
            pieces = (",",)
        else:
            pieces = plain_words(raw.strip("_"))
        for piece in pieces:
            words.append(piece)
            starts.append(at)
            spans.append(match.span())
            at += len(piece) + 1
    return Plain(f" . {' '.join(words)} . " if words else " ", written, tuple(starts), tuple(spans))


def _closed(spaced: str) -> str:
    """'s u i c i d e' as one word of the same length, so that positions stay true."""
    letters = re.sub(r"[ .\-_]", "", spaced)
    return letters + " " * (len(spaced) - len(letters))
