"""What was the seeker asked, and what did they answer? A bare "yes" is grave after one question only."""

import re
from enum import StrEnum
from functools import lru_cache

from nodes.safety.rulebook import patterns
from nodes.safety.wording import folded, plain


class Asked(StrEnum):
    """Questions about safety that a supporter may have asked."""

    SUICIDE = "suicide"
    PLAN = "plan"
    MEANS = "means"
    DONE = "done"
    SAFE = "safe"
    SELF_HARM = "self_harm"
    OTHERS = "harm_to_others"


class Answer(StrEnum):
    """How a short answer leans."""

    YES = "yes"
    NO = "no"
    UNSURE = "unsure"
    NONE = "none"


_PATTERNS = patterns("answers")
_LATIN = re.compile("[a-z]")
_ASKS = tuple((asked, _PATTERNS[f"asks_{asked.value}"]) for asked in Asked)


@lru_cache(maxsize=4096)
def asked_in(supporter_text: str) -> frozenset[Asked]:
    """Which questions about safety a supporter's message asks."""
    text = folded(supporter_text)
    return frozenset(asked for asked, pattern in _ASKS if pattern.search(text))


@lru_cache(maxsize=4096)
def answer_of(seeker_text: str) -> Answer:
    """How a message answers a yes-or-no question, by the way it begins."""
    text = plain(seeker_text).text.removeprefix(" .")
    raw = seeker_text.strip().lower()
    if not raw.strip(".… "):
        return Answer.UNSURE
    if (
        (_LATIN.search(text) and _PATTERNS["unsure"].search(text))  # of Chinese, only punctuation is left here
        or _PATTERNS["zh_unsure"].search(raw)
        or raw.startswith(("maybe", "perhaps", "probably"))
    ):
        return Answer.UNSURE
    if _PATTERNS["no"].search(text) or _PATTERNS["zh_no"].search(raw):
        return Answer.NO
    if (
        _PATTERNS["yes"].search(text)
        or _PATTERNS["zh_yes"].search(raw)
        or raw.startswith(("sometimes", "often", "honestly yes", "probably"))
    ):
        return Answer.YES
    return Answer.NONE


@lru_cache(maxsize=4096)
def wavers(seeker_text: str) -> bool:
    """Whether a "no" is hedged, limited to now, or contradicted by the same message: then it denies nothing."""
    return _either("wavers", seeker_text)


@lru_cache(maxsize=4096)
def takes_back(seeker_text: str) -> bool:
    """Whether the seeker says that the act they spoke of was not meant, and does not waver."""
    return _either("takes_back", seeker_text) and not wavers(seeker_text)


@lru_cache(maxsize=4096)
def only_denies(seeker_text: str) -> bool:
    """Whether a message is a denial and nothing else, so that nothing in it is left for ordinary support to answer."""
    return _either("only_no", seeker_text)


@lru_cache(maxsize=4096)
def says_safe(seeker_text: str) -> bool:
    """Whether a message says that there is no danger, and does not waver."""
    return _either("says_safe", seeker_text) and not wavers(seeker_text)


def _either(name: str, text: str) -> bool:
    english = plain(text).text
    spoken = _LATIN.search(english) is not None  # of Chinese, only punctuation is left there
    return bool((spoken and _PATTERNS[name].search(english)) or _PATTERNS[f"zh_{name}"].search(folded(text)))
