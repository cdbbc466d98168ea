"""Is this text English? Anything else is refused by name, because the rules would misread it in silence."""

import re
import unicodedata
from functools import lru_cache

from nodes.embedded.reading.lexicon import sections, word_set
from nodes.errors import UnknownLanguage

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_FOREIGN = {name: word_set("languages", name) for name in sections("languages") if name != "English"}
_ENGLISH = word_set("languages", "English")


_WRITTEN_IN = {"CJK": "Chinese", "HIRAGANA": "Japanese", "KATAKANA": "Japanese", "HANGUL": "Korean"}


def _script(text: str) -> str | None:
    """What most letters are written in, where that is not Latin script; None otherwise."""
    other: dict[str, int] = {}
    letters = 0
    for char in text:
        if char.isalpha():
            letters += 1
            if not char.isascii():
                script = unicodedata.name(char, "UNKNOWN").split()[0]
                if script not in ("LATIN", "FEMININE", "MASCULINE", "MODIFIER", "MATHEMATICAL", "FULLWIDTH"):
                    other[script] = other.get(script, 0) + 1
    most = max(other, key=lambda name: other[name], default=None)
    if most is None or sum(other.values()) * 2 <= letters:
        return None
    return _WRITTEN_IN.get(most, f"a text in {most.title()} letters")


@lru_cache(maxsize=8192)
def foreign(text: str) -> str | None:
    """The language or script that a text is written in when it is clearly not English; None when it may be English.

    Short texts, slang and single foreign words pass: at least five words are needed for a Latin-script language to be
    named, and it must show at least three of its function words and twice as many as English ones.
    """
    if not text.isascii():
        script = _script(text)
        if script is not None:
            return script
    words = _WORD.findall(text.lower().replace("’", "'"))
    if len(words) < 5:
        return None
    english = sum(word in _ENGLISH for word in words)
    for name, known in _FOREIGN.items():
        hits = sum(word in known for word in words)
        if hits >= 3 and hits * 5 >= len(words) and hits > 2 * english:
            return name
    return None


def require_english(text: str) -> None:
    """Refuse a text that is clearly in another language.

    Raises:
        UnknownLanguage: the text is written in another language or script.
    """
    language = foreign(text)
    if language is not None:
        raise UnknownLanguage(
            f"the embedded engine reads English; this text looks like {language}: '{text[:40]}'. "
            "Point the role at a language model, or use English text."
        )
