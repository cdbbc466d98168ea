"""How much does a reply take up of what the seeker said, and how much does it repeat an earlier reply?"""

from functools import lru_cache

from nodes.embedded.reading.lexicon import word_set
from nodes.embedded.reading.words import words_of

_FUNCTION = word_set("words", "function")
_ENDINGS = ("ingly", "ations", "ation", "ments", "ness", "ment", "ings", "ing", "edly", "ies", "ied", "ers", "er",
            "ed", "es", "ly", "s")  # fmt: skip


@lru_cache(maxsize=16384)
def stem(word: str) -> str:
    """A light stem: common endings dropped while at least four letters stay, so that 'deadlines' meets 'deadline'."""
    word = word.removesuffix("'s")
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            word = word[: -len(ending)]
            break
    if len(word) > 4 and word[-1] in "eiy":
        word = word[:-1]
    if len(word) > 4 and word[-1] == word[-2]:
        word = word[:-1]
    return word


@lru_cache(maxsize=8192)
def content_stems(text: str) -> frozenset[str]:
    """Stems of the words that carry content: no function words, no small talk."""
    return frozenset(stem(word) for word in words_of(text).words if word not in _FUNCTION and len(word) > 2)


def content_overlap(reply: str, seeker_text: str) -> float:
    """Share of the seeker's content words that the reply takes up, 0..1; 0 when the seeker used none."""
    theirs = content_stems(seeker_text)
    return len(theirs & content_stems(reply)) / len(theirs) if theirs else 0.0


@lru_cache(maxsize=8192)
def _pieces(text: str) -> tuple[frozenset[str], frozenset[tuple[str, ...]]]:
    words = [word for word in words_of(text).words if word not in "?!"]
    return frozenset(words), frozenset(zip(words, words[1:], words[2:], strict=False))


@lru_cache(maxsize=16384)
def similarity(a: str, b: str) -> float:
    """How alike two replies are, 0..1: the larger of shared three-word runs and half-weighted shared words.

    Three-word runs find a repeated phrase frame even where the slots differ; shared words (Jaccard, halved) find the
    same content said in another order. Equal texts give 1.
    """
    words_a, runs_a = _pieces(a)
    words_b, runs_b = _pieces(b)
    if not words_a or not words_b:
        return 0.0
    if words_a == words_b and runs_a == runs_b:
        return 1.0
    words = len(words_a & words_b) / len(words_a | words_b)
    runs = len(runs_a & runs_b) / min(len(runs_a), len(runs_b)) if runs_a and runs_b else 0.0
    return max(runs, words / 2 if runs_a and runs_b else words)
