"""What does a text look like on the screen? Without letters that nobody sees, and with the letters that are meant.

"k\\u200bill", "k\\u00adill", "kіll" with a Cyrillic і, "**kill**", "kill\\nyourself" are read by a person as what they
look like. Rules that look for words must read the same.
"""

import re
import unicodedata
from functools import lru_cache

_LOOK_ALIKES = str.maketrans(
    "аеёзіїјкморстухһѕԁԛԝАВЕЅІЈКМНОРСТУХαεικνορτυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "aee3iijkmopctyxhsdqwABESIJKMHOPCTYXaeikvoptuxABEZHIKMNOPTYX",
)
"""Letters of other scripts that are drawn like Latin ones; only read so in a word that also has Latin letters."""
_LATIN = re.compile(r"[A-Za-z]")
_MIXED = re.compile(r"[^\W\d_]+")
_ESCAPE = re.compile(r"\x1b\[[0-9;:?]*[ -/]*[@-~]|\x1b[@-_]")
_EMPHASIS = re.compile(r"[*`~]+|(?<![A-Za-z0-9_])_+(?=[A-Za-z])|(?<=[A-Za-z.,!?])_+(?![A-Za-z0-9_])")
_GAP = re.compile(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")
_SPACE = re.compile(r"\s+")
_ORDINARY = re.compile(r"[\t\n\r -~‘’“”…—–]*")
_PLAIN = re.compile(r"(?:[!-)+-^a-z{|}‘’“”…—–]| (?! ))*")
_UNSEEN = frozenset({"Cf", "Cc", "Mn", "Me", "Cs"})


@lru_cache(maxsize=8192)
def letters_shown(text: str) -> str:
    """The text without hidden characters, marks on letters and look-alikes; white space and signs stay.

    "É" becomes "E": for rules of English and Chinese it is the same. A word wholly in another script stays as it is.
    """
    if _ORDINARY.fullmatch(text):
        return text
    text = _ESCAPE.sub("", text)
    kept = [c for c in unicodedata.normalize("NFKD", text) if c.isspace() or unicodedata.category(c) not in _UNSEEN]
    text = unicodedata.normalize("NFKC", "".join(kept))
    return text if text.isascii() else _MIXED.sub(_latin, text)


@lru_cache(maxsize=8192)
def as_shown(text: str) -> str:
    """The text as it reads when it is shown: letters as above, emphasis marks gone, any white space one space."""
    if _PLAIN.fullmatch(text):
        return text
    text = _GAP.sub("", _EMPHASIS.sub("", letters_shown(text)))
    return _SPACE.sub(" ", text).strip()


def _latin(word: re.Match[str]) -> str:
    return word[0].translate(_LOOK_ALIKES) if _LATIN.search(word[0]) else word[0]
