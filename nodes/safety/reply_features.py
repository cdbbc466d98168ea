"""What does the learned reader see of a sentence in a reply? Words, neighbours and senses, each hashed to a slot.

A word, or the name of a sense, is hashed by its CRC-32, and what stands together by mixing the hashes of its parts: a
reply is checked at every sentence of a stream, and whole numbers are mixed all at once. Words and senses are two
families, each scaled to unit length, so that a long sentence does not weigh more than a short one. Chinese characters
are words, and its senses have the names of the English ones.
"""

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING
from zlib import crc32

from nodes.safety.rulebook import read_rules
from nodes.safety.wording import folded

if TYPE_CHECKING:  # numpy is loaded with the first reply: a command that checks none does not wait for it
    import numpy as np
    import numpy.typing as npt

    Hashes = npt.NDArray[np.uint32]
    Slots = npt.NDArray[np.uint32]

SLOTS = 1 << 16
_MIX = (0x9E3779B1, 0x85EBCA6B, 0xC2B2AE35, 0x27D4EB2F)
"""Odd numbers by which hashes are mixed."""
_FAMILIES = (1.0, 1.5)
"""Weights of words and senses. From `benchmarks/train_reply_reader.py`."""
_FAR = 4
"""Words between which a pair is still seen."""
_GOVERNS = 4
"""Words before a sense in which a negation turns it."""
_SHORTENED = (
    ("can", re.compile(r"\bcan(?:'t|not)\b"), "can not"),
    ("won't", re.compile(r"\bwon't\b"), "will not"),
    ("n't", re.compile(r"n't\b"), " not"),
    ("'re", re.compile(r"'re\b"), " are"),
    ("'ve", re.compile(r"'ve\b"), " have"),
    ("'ll", re.compile(r"'ll\b"), " will"),
    ("'m", re.compile(r"'m\b"), " am"),
    ("'d", re.compile(r"'d\b"), " would"),
    ("'s", re.compile(r"\b(it|that|he|she|what|there|who|here|let)'s\b"), r"\1 is"),
)
_TOKEN = re.compile(r"[a-z]+(?:['-][a-z]+)*|\d+|[?!,.;:]|[\u4e00-\u9fff]")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_NEGATIONS = frozenset({"not", "never", "no", "nor", "without", "nobody", "none"})
_I = frozenset({"i", "me", "my", "mine", "myself", "we", "us", "our", "ours", "我"})
_YOU = frozenset({"you", "your", "yours", "yourself", "u", "ur", "你", "您"})
_TAG = re.compile(
    r"(?:, (?:are|were|do|did|would|could|have|had|is|was|will|can|does|has)(?: not|n't)? (?:you|it|he|she|they|we|i)|"
    r"\b(?:right|yeah|correct|okay|ok|hm|yes|no|then|though))\?|(?:吧|对吗|是吗|对吧|对不对|是不是|好吗)[?]"
)


def scaled_features(sentence: str) -> "list[tuple[Slots, float]]":
    """Slots of each family, and the weight of every one of them."""
    text = folded(sentence)
    for ending, short, long in _SHORTENED:
        if ending in text:
            text = short.sub(long, text)
    tokens = _TOKEN.findall(text)
    return [
        (slots, weight / len(slots) ** 0.5)
        for slots, weight in zip((_words(tokens), _senses(tokens, text)), _FAMILIES, strict=True)
        if len(slots)
    ]


@lru_cache(maxsize=65536)
def _hash(word: str) -> int:
    return crc32(word.encode(errors="surrogatepass"))


def _slots(parts: "list[Hashes]") -> "Slots":
    """The upper sixteen bits of hashes, which depend on all of them. What comes twice counts twice."""
    import numpy as np

    return np.concatenate(parts) * np.uint32(_MIX[0]) >> np.uint32(16)


def _words(tokens: list[str]) -> "Slots":
    """Words, two and three in a row, and pairs of words up to `_FAR` apart."""
    import numpy as np

    alone = np.array([_hash(token) for token in ("<", *tokens, ">")], dtype=np.uint32)
    first, second = alone * np.uint32(_MIX[1]), alone * np.uint32(_MIX[2])
    pairs = first[:-1] + second[1:]
    apart = [first[:-far] + second[far:] + np.uint32(1) for far in range(2, min(_FAR + 1, len(alone)))]
    return _slots([alone, pairs, pairs[:-1] + alone[2:] * np.uint32(_MIX[3]), *apart])


@cache
def _lexicon() -> tuple[dict[str, list[str]], dict[str, list[str]], dict[str, list[tuple[list[str], str]]]]:
    """English senses by whole word, by beginning of a word, and of phrases by their first word."""
    words: dict[str, list[str]] = {}
    stems: dict[str, list[str]] = {}
    phrases: dict[str, list[tuple[list[str], str]]] = {}
    for entry in read_rules("reply_senses_en"):
        for written in " / ".join(entry.alternatives).split(" / "):
            plain = written.strip()
            for _, short, long in _SHORTENED:
                plain = short.sub(long, plain)
            parts = plain.replace("*", "").split()
            if len(parts) > 1:
                phrases.setdefault(parts[0], []).append((parts, entry.name))
            elif plain.endswith("*"):
                stems.setdefault(parts[0], []).append(entry.name)
            else:
                words.setdefault(parts[0], []).append(entry.name)
    return words, stems, phrases


@cache
def _of_word(word: str) -> tuple[str, ...]:
    words, stems, _ = _lexicon()
    found = [*words.get(word, ())]
    for length in range(2, len(word) + 1):
        found.extend(stems.get(word[:length], ()))
    return tuple(found)


@cache
def _chinese() -> tuple[re.Pattern[str], dict[str, tuple[str, ...]]]:
    names: dict[str, list[str]] = {}
    for entry in read_rules("reply_senses_zh"):
        for written in " / ".join(entry.alternatives).split(" / "):
            names.setdefault(written.strip(), []).append(entry.name)
    longest_first = sorted(names, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first))), {word: tuple(n) for word, n in names.items()}


def _senses(tokens: list[str], text: str) -> "Slots":
    named: set[str] = set()
    phrases = _lexicon()[2]
    negated = -_GOVERNS - 1
    for at, token in enumerate(tokens):
        names = list(_of_word(token))
        for parts, name in phrases.get(token, ()):
            if tokens[at : at + len(parts)] == parts:
                names.append(name)
        mark = "!" if at - negated <= _GOVERNS else ""
        named.update(name + mark for name in names)
        if token in _NEGATIONS:
            negated = at
    if _HAN.search(text):
        pattern, by_word = _chinese()
        for match in pattern.finditer(text):
            named.update(by_word[match[0]])
    named.update(mark for mark, holds in _marks(tokens, text) if holds)
    return _pairs(named)


def _pairs(named: set[str]) -> "Slots":
    """Each sense alone, and with each other one."""
    import numpy as np

    alone = np.array([_hash(f"[{name}]") for name in sorted(named)], dtype=np.uint32)
    one, other = _each_two(len(alone))
    return _slots([alone, alone[one] * np.uint32(_MIX[1]) + alone[other] * np.uint32(_MIX[2])])


@cache
def _each_two(of: int) -> "tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]":
    import numpy as np

    return np.triu_indices(of, 1)


def _marks(tokens: list[str], text: str) -> list[tuple[str, bool]]:
    held = set(tokens)
    return [
        ("ASKS", "?" in held),
        ("TAG", bool(_TAG.search(text))),
        ("EXCLAIMS", "!" in held),
        ("I", not held.isdisjoint(_I)),
        ("YOU", not held.isdisjoint(_YOU)),
        ("BEGINS_WITH_YOU", bool(tokens) and tokens[0] in _YOU),
    ]
