"""Where are the authored words and phrases kept, and how are they read?

In text files beside this module, so that someone who does not program can review them: `[label]` opens a section,
`#` a comment, and every other line belongs to the section above it.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import TypeVar

Label = TypeVar("Label", bound=StrEnum)


@cache
def sections(name: str) -> Mapping[str, tuple[str, ...]]:
    """The lines of `<name>.txt` by section.

    Raises:
        ValueError: a line stands before the first section, or a section occurs twice.
    """
    found: dict[str, list[str]] = {}
    section = ""
    text = (files(__name__) / f"{name}.txt").read_text(encoding="utf-8")
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("[") and line.endswith("]") and " " not in line:
            section = line[1:-1]
            if section in found:
                raise ValueError(f"lexicon/{name}.txt, line {number}: the section [{section}] occurs twice")
            found[section] = []
        elif not section:
            raise ValueError(f"lexicon/{name}.txt, line {number}: stands before the first [section]")
        else:
            found[section].append(line)
    return {section: tuple(lines) for section, lines in found.items()}


def word_set(name: str, section: str) -> frozenset[str]:
    """All words of a section; underscores join words that belong together."""
    return frozenset(word.replace("_", " ") for line in sections(name)[section] for word in line.split())


def phrases(name: str, labels: type[Label]) -> dict[Label, tuple[str, ...]]:
    """Phrases by label.

    Raises:
        ValueError: a section is no label of that kind.
    """
    found: dict[Label, tuple[str, ...]] = {}
    for section, lines in sections(name).items():
        if section.startswith("@"):
            continue
        try:
            found[labels(section)] = lines
        except ValueError:
            raise ValueError(f"lexicon/{name}.txt: [{section}] is no {labels.__name__}") from None
    return found


def word_classes(name: str) -> dict[str, str]:
    """The named classes of words (`[@name]`) of a file, for `@name` in its phrases."""
    return {s[1:]: " ".join(lines) for s, lines in sections(name).items() if s.startswith("@")}
