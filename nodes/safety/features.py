"""What does the learned reader see of a message? Words, parts of words and senses, each hashed to a slot.

A feature is a string; its slot is its CRC-32 modulo `SLOTS`, the same on every machine. Features come in families;
each is scaled by its size, so that the many parts of words do not drown the words and a long message does not weigh
more than one of a few sentences; a few words weigh less. Blanked first: idioms, as for the rules, and words that a rule
knows and its scope has set aside, such as "suicidal" in "I am not suicidal".
"""

import re
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from itertools import combinations
from typing import NamedTuple
from zlib import crc32

from nodes.safety.language import language_of
from nodes.safety.read import read, without_idioms
from nodes.safety.read_zh import idioms_cut, simplified
from nodes.safety.rule import Role
from nodes.safety.rulebook import read_rules
from nodes.safety.wording import plain

SLOTS = 1 << 16
WEIGHTS = (1.0, 0.7, 1.0)
"""Of the families: words in runs of one to three (of Chinese, characters, one to four), parts of words, senses."""
_FLOORS = (80, 160, 80)
"""Features that a family is taken to have at least: "yeah, I think I will" says too little to alarm. With them the
reader alarms at a third as many lines of the project's own talks, unseen, and finds 4 points less."""
_FAR = 5
"""Tokens between two senses that are still quoted together."""
_NEGATIONS = frozenset({"not", "never", "no", "without", "none", "nobody"})

Stretch = tuple[int, int]
"""First token, and the one after the last."""
Family = dict[int, Stretch]
"""Slots of a family, and a stretch of the message for which each stands."""


def scaled(families: "tuple[Family, ...]") -> tuple[float, ...]:
    """What one feature of each family weighs."""
    return tuple(
        weight / max(len(family), floor) ** 0.5
        for family, weight, floor in zip(families, WEIGHTS, _FLOORS, strict=True)
    )


class Features(NamedTuple):
    """What is seen of a message in one language.

    `quote` gives the seeker's words behind a stretch of tokens.
    """

    language: str
    families: tuple[Family, ...]
    tokens: int
    quote: Callable[[int, int], str]


def features_of(text: str) -> Iterator[Features]:
    """The features of a message, in English, in Chinese, or of both where both are written."""
    language = language_of(text)
    if language in ("zh", "mixed"):
        yield _chinese(text)
    if language != "zh":
        yield _english(text)


def slot(feature: str) -> int:
    """Where the weight of a feature stands."""
    return crc32(feature.encode(errors="surrogatepass")) % SLOTS


def _english(text: str) -> Features:
    message = plain(text)
    cut = _blanked(without_idioms(message.text), read(text).aside)
    spans = [match.span() for match in re.finditer(r"\S+", cut)]
    tokens = [cut[start:end] for start, end in spans]
    coded = [f" {token}".encode(errors="surrogatepass") for token in tokens]
    words: Family = {}
    parts: Family = {}
    for at, token in enumerate(tokens):
        hashed = crc32(b"w", 0)
        for end in range(at, min(at + 3, len(tokens))):
            hashed = crc32(coded[end], hashed)
            words.setdefault(hashed % SLOTS, (at, end + 1))
        for part in _parts(token):
            parts.setdefault(part, (at, at + 1))
    senses = _together(_english_senses(tokens), text)
    return Features(
        "en",
        (words, parts, senses),
        len(tokens),
        lambda start, end: message.as_written(spans[start][0], spans[end - 1][1]),
    )


def _blanked(text: str, aside: tuple[Stretch, ...]) -> str:
    """The text without what the rules know and have set aside: it is not to be heard a second time."""
    for start, end in aside:
        text = text[:start] + "~" * (end - start) + text[end:]
    return text


@lru_cache(maxsize=16384)
def _parts(word: str) -> tuple[int, ...]:
    """Slots of the runs of 3 to 5 characters of a word, its bounds included."""
    padded = f" {word} "
    return tuple(
        dict.fromkeys(
            slot(f"c{padded[start : start + size]}") for size in (3, 4, 5) for start in range(len(padded) - size + 1)
        )
    )


@cache
def _sense_words() -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[tuple[tuple[str, ...], str], ...]]]:
    """Senses of single words, and phrases with their senses by their first word."""
    single: dict[str, list[str]] = {}
    phrases: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for entry in read_rules("senses_en"):
        for written in (phrase.split() for line in entry.alternatives for phrase in _phrases(line)):
            if len(written) == 1:
                single.setdefault(written[0], []).append(entry.name)
            else:
                phrases.setdefault(written[0], []).append((tuple(written), entry.name))
    return {word: tuple(names) for word, names in single.items()}, {w: tuple(found) for w, found in phrases.items()}


def _phrases(line: str) -> list[str]:
    """A line is of phrases, parted by slashes, or of single words."""
    return line.split(" / ") if " / " in line else line.split()


Sense = tuple[str, int, int]
"""Name, sentence, token."""


def _english_senses(tokens: list[str]) -> list[Sense]:
    single, phrases = _sense_words()
    found: list[Sense] = []
    sentence = 0
    negated = -_FAR
    for at, token in enumerate(tokens):
        if token == ".":  # noqa: S105 - a full stop, no password
            sentence += 1
            negated = -_FAR
            continue
        names = dict.fromkeys(single.get(token, ()))
        for phrase, name in phrases.get(token, ()):
            if tuple(tokens[at : at + len(phrase)]) == phrase:
                names[name] = None
        mark = "!" if at - negated <= 3 else ""
        found.extend((name + mark, sentence, at) for name in names)
        if token in _NEGATIONS:
            negated = at
    return found


def _together(found: list[Sense], text: str) -> Family:
    """Senses alone and in pairs, in one sentence and in the message; and signs of the rules that are weak alone."""
    family: Family = {}
    by_sentence: dict[int, dict[str, int]] = {}
    anywhere: dict[str, int] = {}
    for name, sentence, at in found:
        family.setdefault(slot("s " + name), (at, at + 1))
        bare = name.removesuffix("!")
        by_sentence.setdefault(sentence, {}).setdefault(bare, at)
        anywhere.setdefault(bare, at)
    for places, mark in (*((named, "p") for named in by_sentence.values()), (anywhere, "m")):
        for one, other in combinations(sorted(places), 2):
            first, last = sorted((places[one], places[other]))
            family.setdefault(_pair(mark, one, other), (first, last + 1 if last - first < _FAR else first + 1))
    for sign in read(text).signs:
        if sign.role is not Role.SIGN:
            family.setdefault(slot(f"r {sign.rule}"), (0, 0))
    return family


@cache
def _pair(mark: str, one: str, other: str) -> int:
    return slot(f"{mark} {one} {other}")


@cache
def _chinese_ways() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((entry.name, re.compile(entry.pattern)) for entry in read_rules("senses_zh"))


def _chinese(text: str) -> Features:
    cut = _blanked(idioms_cut(simplified(text)), read(text).aside_zh)
    coded = [character.encode(errors="surrogatepass") for character in cut]
    runs: Family = {}
    for at in range(len(cut)):
        hashed = crc32(b"z ", 0)
        for end in range(at, min(at + 4, len(cut))):
            hashed = crc32(coded[end], hashed)
            runs.setdefault(hashed % SLOTS, (at, end + 1))
    found: list[Sense] = []
    for name, way in _chinese_ways():
        for match in way.finditer(cut):
            sentence = len(re.findall("[。!?;…\n]", cut[: match.start()]))
            found.append((name, sentence, match.start()))
    return Features("zh", (runs, {}, _together(found, text)), len(cut), lambda start, end: cut[start:end])
