"""In which language is a text written? The rules know English and Chinese; anything else is refused, not guessed."""

import re
import unicodedata
from functools import lru_cache

from conversation.dialogue import Speaker, Transcript
from nodes.safety.rulebook import words

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_ENGLISH = words("english")
_OTHERS = words("other_languages")


class UnsupportedLanguage(ValueError):
    """The text is in a language that the rules cannot read: a model gate is required, or the turn is refused."""


@lru_cache(maxsize=8192)
def language_of(text: str) -> str:
    """'en', 'zh', 'mixed' (both), 'short' (too little to tell), or 'other'.

    A text is `other` when most of its letters are of a third script, or when at least three of its words, and more than
    of the English ones, are function words of another language in Latin letters. Too little to tell is not `other`:
    "ok", a name or a slip of the keyboard must not stop a conversation.
    """
    han = latin = third = 0
    for char in text if not text.isascii() else "":
        if not char.isalpha():
            continue
        code = ord(char)
        if 0x4E00 <= code <= 0x9FFF or 0x3400 <= code <= 0x4DBF:
            han += 1
        elif code < 0x250 or 0x1E00 <= code <= 0x1EFF or 0xFF21 <= code <= 0xFF5A:
            latin += 1
        elif unicodedata.category(char) != "Lm":
            third += 1
    if third >= 3 and third > 0.3 * (han * 2 + latin + third):
        return "other"
    if han:
        return "mixed" if latin > 12 and _english(text) else "zh"
    found = _WORD.findall(text.lower().replace("’", "'"))
    if len(found) < 4:
        return "short"
    english = sum(word in _ENGLISH for word in found)
    others = sum(word in _OTHERS for word in found)
    if others >= 3 and others > english:
        return "other"
    accented = sum(any(ord(c) > 0x7F for c in word) for word in found)
    if accented >= 3 and accented + others > english:
        return "other"
    return "en" if english else "short"


def _english(text: str) -> bool:
    return any(word in _ENGLISH for word in _WORD.findall(text.lower()))


def require_known(text: str, locale: str = "en") -> str:
    """The language of the text.

    Raises:
        UnsupportedLanguage: the locale, or the text, is neither English nor Chinese.
    """
    if locale.lower().replace("_", "-").split("-")[0] not in ("en", "zh"):
        raise UnsupportedLanguage(f"the safety rules read English and Chinese, not locale '{locale}': set a gate model")
    language = language_of(text)
    if language == "other":
        raise UnsupportedLanguage("the safety rules read English and Chinese, not this message: set a gate model")
    return language


def writes_chinese(transcript: Transcript, locale: str = "en") -> bool:
    """Whether the seeker is answered in Chinese: by their last words that tell, else by the locale."""
    for line in reversed(transcript):
        if line.speaker is Speaker.SEEKER:
            language = language_of(line.text)
            if language in ("zh", "mixed"):
                return True
            if language == "en":
                return False
    return locale.lower().startswith("zh")
