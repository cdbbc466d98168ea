"""Which feelings does a text name, how strongly, and in which word?"""

from dataclasses import dataclass

from conversation.seeker import Emotion
from nodes.embedded.reading.lexicon import sections, word_set
from nodes.embedded.reading.words import Words

PLEASANT = (Emotion.CALM, Emotion.HOPE)
"""Emotions that ease: they lower the intensity."""

_FIRST = word_set("words", "first_person")
_LEADS = word_set("feelings", "leads")
_ONLY_AFTER_FEEL = word_set("feelings", "only_after_feel")
_STRONGER = word_set("feelings", "stronger")
_WEAKER = word_set("feelings", "weaker")
_NEGATORS = word_set("feelings", "negators")


def _read_table() -> dict[str, tuple[Emotion, int, str]]:
    table: dict[str, tuple[Emotion, int, str]] = {}
    for emotion in Emotion:
        for line in sections("feelings").get(emotion.value, ()):
            for entry in line.split():
                word, _, rest = entry.partition(":")
                strength, _, adjective = rest.partition("=")
                table[word.replace("_", " ")] = (emotion, int(strength), (adjective or word).replace("_", " "))
    return table


_TABLE = _read_table()
_FIRST_WORDS = frozenset(name.split()[0] for name in _TABLE)


@dataclass(frozen=True, slots=True)
class FeelingWord:
    """A feeling that is named.

    Attributes:
        emotion: Which feeling.
        strength: 1 to 5.
        adjective: The form that fits after 'feeling'.
        own: Whether the speaker says it of themselves.
    """

    emotion: Emotion
    strength: int
    adjective: str
    own: bool


def emphasis(text: Words) -> int:
    """How many words of a text make things stronger: 'so', 'always', 'completely'."""
    return sum(word in _STRONGER for word in text.words)


def _entry_at(words: tuple[str, ...], place: int) -> tuple[str, tuple[Emotion, int, str]] | None:
    if words[place] not in _FIRST_WORDS:
        return None
    for size in (3, 2, 1):
        name = " ".join(words[place : place + size])
        entry = _TABLE.get(name)
        if entry is not None:
            return name, entry
    return None


def feelings_in(text: Words) -> tuple[FeelingWord, ...]:
    """The feelings named, in order. A pleasant one that is denied counts as low mood; a painful one denied is none."""
    words = text.words
    found: list[FeelingWord] = []
    place = 0
    while place < len(words):
        hit = _entry_at(words, place)
        before = words[max(0, place - 4) : place]
        place += 1
        if hit is None:
            continue
        name, (emotion, strength, adjective) = hit
        if name in _ONLY_AFTER_FEEL and (not before or before[-1] not in _LEADS or words[place : place + 1] == ("to",)):
            continue
        place += name.count(" ")
        if not _NEGATORS.isdisjoint(before[-3:]):
            if emotion not in PLEASANT:
                continue
            emotion, strength, adjective = Emotion.SADNESS, 3, "low"
        elif emotion not in PLEASANT:
            strength += not _STRONGER.isdisjoint(before[-2:])
            strength -= not _WEAKER.isdisjoint(before[-2:])
        own = not _FIRST.isdisjoint(before)
        found.append(FeelingWord(emotion, max(1, min(5, strength)), adjective, own))
    return tuple(found)
