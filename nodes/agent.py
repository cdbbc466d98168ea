"""What is an agent? A role, a prompt, a question type and an answer type.

The system message is the prompt; the human message is the question as JSON, so that nothing a seeker writes is ever
spliced into instructions. `nodes/chat.py` is what asks.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Generic, TypeVar

from pydantic import BaseModel

Question = TypeVar("Question", bound=BaseModel)
Answer = TypeVar("Answer", bound=BaseModel | str)

_VERSION = re.compile(r"\A<!-- version: (?P<version>\d+) -->\s*")
_PLACEHOLDER = re.compile(r"\{\{\s*(?P<name>[^{}]*?)\s*\}\}")


@dataclass(frozen=True)
class Agent(Generic[Question, Answer]):
    """One role that a language model, or the embedded engine, can play.

    Attributes:
        role: The name by which a model is chosen for it, and under which its cost is counted.
        question: What it is asked; sent as JSON.
        answer: What it must answer: a pydantic type, or `str` for plain text.
        instructions: The prompt itself, for an agent that lives outside this package and has no file here.
    """

    role: str
    question: type[Question]
    answer: type[Answer]
    instructions: str = ""

    @property
    def prompt(self) -> str:
        """The prompt, from `nodes/prompts/<role>.md` with its placeholders filled, or the agent's own instructions.

        Raises:
            FileNotFoundError: there is neither.
            ValueError: the file has no version line, or names an unknown placeholder.
        """
        return self.instructions or read_prompt(self.role)

    @property
    def prompt_version(self) -> int:
        """The number in the first line of the prompt's file; 0 for instructions given in code."""
        return 0 if self.instructions else _prompt(self.role)[0]

    @property
    def prompt_hash(self) -> str:
        """First 16 hex digits of the prompt's SHA-256 as it is sent, recorded with every episode."""
        return hashlib.sha256(self.prompt.encode()).hexdigest()[:16]


def read_prompt(role: str) -> str:
    """A role's prompt as it is sent.

    Raises:
        FileNotFoundError: there is no `nodes/prompts/<role>.md`.
        ValueError: no version line, or an unknown placeholder.
    """
    return _prompt(role)[1]


@cache
def _prompt(role: str) -> tuple[int, str]:
    path = files("nodes") / "prompts" / f"{role}.md"
    if not path.is_file():
        raise FileNotFoundError(
            f"no prompt for role '{role}': expected nodes/prompts/{role}.md, or an agent with instructions of its own"
        )
    from nodes.vocabulary import PLACEHOLDERS  # not at the top: agents are imported by all, labels needed by prompts

    return fill_prompt(path.read_text(encoding="utf-8"), PLACEHOLDERS, role)


def fill_prompt(text: str, placeholders: Mapping[str, Callable[[], str]], name: str) -> tuple[int, str]:
    """Version and text of a prompt as written: version line taken off, every `{{placeholder}}` filled.

    Raises:
        ValueError: no version line `<!-- version: N -->` at the top, or a placeholder that nothing fills.
    """
    version = _VERSION.match(text)
    if version is None:
        raise ValueError(f"prompt '{name}' must begin with a line such as <!-- version: 1 -->")

    def fill(match: re.Match[str]) -> str:
        found = placeholders.get(match["name"])
        if found is None:
            raise ValueError(
                f"prompt '{name}' names the placeholder '{match['name']}', which nothing fills; "
                f"known are {', '.join(sorted(placeholders))}"
            )
        return found()

    return int(version["version"]), _PLACEHOLDER.sub(fill, text[version.end() :]).strip()
