"""What is a reply made of? Whether it only advises, whether advice was asked for, whose word a label was."""

import re
from functools import lru_cache

from conversation.dialogue import Speaker, Transcript
from nodes.safety.rulebook import patterns
from nodes.safety.wording import folded

_SENTENCES = re.compile(r"[^.!?。！？\n]+[.!?。！？]*")
_SHAPES = patterns("reply")


@lru_cache(maxsize=4096)
def asks_for_advice(seeker_text: str) -> bool:
    """Whether the seeker asks what to do; then advice is an answer, and not premature."""
    return bool(_SHAPES["asks_advice"].search(folded(seeker_text)))


@lru_cache(maxsize=4096)
def advises_only(reply: str) -> str:
    """The first advising sentence of a reply that gives advice and does not meet the person; empty otherwise.

    A question that is no advice in disguise, a reflection or any other sentence about the person is enough to make it
    more than advice. What speaks of neither ("it takes three weeks for a habit to form") goes with the advice.
    """
    first = ""
    for match in _SENTENCES.finditer(folded(reply)):
        sentence = match[0].strip(" \"'\t-*•")
        if not sentence or _SHAPES["formula"].match(sentence):
            continue
        asks = sentence.endswith(("?", "？")) and not _SHAPES["advice_asked"].search(sentence)
        if not asks and _SHAPES["advice"].search(sentence):
            first = first or sentence
        elif asks or _SHAPES["meets"].search(sentence):
            return ""
    return first


def repeats_label(words: str, transcript: Transcript) -> bool:
    """Whether a label in a reply is one that the seeker used before: saying it back is no diagnosis."""
    label = _SHAPES["labels"].search(folded(words))
    if label is None:
        return False
    return any(label[0] in folded(line.text) for line in transcript if line.speaker is Speaker.SEEKER)


def attributed(text: str, start: int, words: str) -> bool:
    """Whether what is said from `start` on is given as somebody's view ("you feel that …", "people tell you to …").

    A reflection puts hard words into the seeker's mouth, not into the supporter's. Agreement ("you're right …") is the
    supporter's own voice again. What others say ("…, they say") and what one need not do is no advice either.
    """
    if _SHAPES["let_off"].search(text[:start]) or _SHAPES["as_they_say"].search(text[start + len(words) :]):
        return True
    return bool(_SHAPES["frame"].search(text[:start])) and not _SHAPES["own_voice"].search(words.strip())
