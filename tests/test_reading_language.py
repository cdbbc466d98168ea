"""The rules read English; another language is refused by name, and short or careless English is not."""

import pytest

from nodes.embedded.reading.language import foreign, require_english
from nodes.errors import UnknownLanguage

OTHERS = [
    ("Spanish", "Hola, no sé qué hacer con mi trabajo porque mi jefe es muy malo y estoy triste"),
    ("French", "Bonjour, je ne sais plus quoi faire avec ma mère, elle est très malade et je suis seul"),
    ("German", "Ich weiß nicht, was ich mit meiner Arbeit machen soll, ich bin sehr müde und mein Chef hört nicht zu"),
    ("Chinese", "我最近工作压力很大，不知道怎么办"),
    ("Cyrillic", "Я не знаю, что делать с работой"),
]
ENGLISH = [
    "hi",
    "ok",
    "idk tbh",
    "im so depresed rn cant sleep n stuff",
    "yea he left me lol",
    "😭😭",
    "Que sera sera, as my nan says.",
    "My abuela passed away and I miss her tamales.",
    "xxxxxxxx",
    "Sí",
    "",
]


@pytest.mark.parametrize(("language", "text"), OTHERS)
def test_another_language_is_refused_by_name(language: str, text: str) -> None:
    with pytest.raises(UnknownLanguage, match=language):
        require_english(text)


@pytest.mark.parametrize("text", ENGLISH)
def test_short_slangy_or_mixed_english_is_not_refused(text: str) -> None:
    assert foreign(text) is None
