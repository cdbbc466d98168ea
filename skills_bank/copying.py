"""Does a skill repeat somebody's words? It shares no run of eight words with a dialogue or an episode."""

import re
from collections.abc import Iterable, Iterator

from skills_bank.skill import Skill
from skills_bank.skill_texts import texts_of

_WORD = re.compile(r"\{\w+\}|[\u3400-\u9fff]|[^\W_]+(?:['’][^\W_]+)*")


def copied(skill: Skill, texts: Iterable[str], words: int = 8) -> tuple[str, ...]:
    """One line for each text of the skill that shares a run of words with a source text; empty when none does.

    Case, punctuation and spacing do not count; a slot such as `{problem}` ends a run. A Chinese character is a word.

    Args:
        skill: Whose fields are looked at, but for sources, evidence and lineage, which name their origin on purpose.
        texts: Source texts, such as the turns that a skill was distilled from.
        words: Length of the shared run, at least 2.

    Raises:
        ValueError: fewer than 2 words, which every text shares with every other.
    """
    if words < 2:
        raise ValueError(f"a run of {words} words is shared by all texts; look for 2 or more, usually 8")
    places: dict[tuple[str, ...], str] = {}
    for where, text, _ in texts_of(skill):
        for run in _runs(text, words):
            places.setdefault(run, where)
    found: dict[str, str] = {}
    for number, text in enumerate(texts):
        for run in _runs(text, words):
            if run in places and places[run] not in found:
                found[places[run]] = f"{places[run]}: repeats source text {number} word for word: “{' '.join(run)}”"
    return tuple(found.values())


def _runs(text: str, words: int) -> Iterator[tuple[str, ...]]:
    tokens = [word.lower().replace("’", "'") for word in _WORD.findall(text)]
    for start in range(len(tokens) - words + 1):
        run = tuple(tokens[start : start + words])
        if not any(token.startswith("{") for token in run):
            yield run
