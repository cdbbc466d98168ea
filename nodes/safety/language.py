"""In which language is a text written? The rules know English and Chinese; anything else is refused, not guessed."""

import re
import unicodedata
from functools import lru_cache

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_ENGLISH = frozenset(
    ["the", "a", "an", "i", "i'm", "im", "my", "me", "we", "you", "your", "he", "she", "it", "its", "they", "them", "this", "that", "is", "are", "was", "were", "be", "been", "am", "do", "don't", "dont", "did", "does", "have", "has", "had", "of", "to", "in", "on", "at", "for", "with", "from", "about", "and", "or", "but", "not", "no", "so", "if", "when", "what", "who", "how", "why", "can", "can't", "could", "would", "will", "just", "all", "because", "there", "than", "then", "out", "up", "too", "very", "feel", "want", "know", "think", "like", "get", "got", "really", "more", "never", "anymore", "over", "after", "before", "again", "any", "some", "one", "now", "here"]
)
_OTHERS = frozenset(
    # Spanish, Portuguese, French, German, Italian, Dutch, Indonesian, Turkish, Polish, Vietnamese, Swedish function words
    ["el", "la", "los", "las", "un", "una", "que", "de", "y", "en", "por", "para", "con", "mi", "yo", "estoy", "soy", "muy", "no", "quiero", "más", "pero", "como", "está", "eu", "não", "uma", "meu", "minha", "estou", "sou", "muito", "com", "você", "je", "tu", "il", "elle", "nous", "vous", "les", "des", "une", "est", "suis", "mon", "ma", "mes", "et", "dans", "pour", "avec", "pas", "ne", "plus", "veux", "moi", "que", "qui", "ich", "du", "er", "sie", "wir", "ihr", "das", "der", "die", "und", "ist", "bin", "nicht", "mein", "meine", "mit", "auf", "zu", "habe", "mehr", "will", "kann", "auch", "wenn", "io", "sono", "di", "che", "non", "è", "mi", "mia", "per", "ho", "più", "voglio", "ik", "ben", "het", "een", "niet", "mijn", "van", "en", "wil", "meer", "maar", "saya", "aku", "tidak", "ingin", "yang", "dan", "dengan", "untuk", "sudah", "lagi", "ben", "bir", "ve", "çok", "için", "değil", "istemiyorum", "nie", "jest", "się", "że", "jestem", "chcę", "mam", "tôi", "không", "muốn", "là", "và", "của", "jag", "är", "inte", "och", "att", "vill", "det", "har"]
) - {"no", "me", "so", "in", "on", "die", "will", "has", "ben", "du", "mi", "ma", "he", "de"}


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
    words = _WORD.findall(text.lower().replace("’", "'"))
    if len(words) < 4:
        return "short"
    english = sum(word in _ENGLISH for word in words)
    others = sum(word in _OTHERS for word in words)
    if others >= 3 and others > english:
        return "other"
    accented = sum(any(ord(c) > 0x7F for c in word) for word in words)
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
