"""What is an agent? A role, a prompt, a question type and an answer type.

The system message is the prompt; the human message is the question as JSON, so that nothing a seeker writes is ever
spliced into instructions. `nodes/chat.py` is what asks.
"""

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Generic, TypeVar

from pydantic import BaseModel

Question = TypeVar("Question", bound=BaseModel)
Answer = TypeVar("Answer", bound=BaseModel | str)


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
        """The versioned prompt, `nodes/prompts/<role>.md`, or the agent's own instructions."""
        return self.instructions or read_prompt(self.role)

    @property
    def prompt_hash(self) -> str:
        """First 16 hex digits of the prompt's SHA-256, recorded with every episode."""
        return hashlib.sha256(self.prompt.encode()).hexdigest()[:16]


@cache
def read_prompt(role: str) -> str:
    """The prompt of a role.

    Raises:
        FileNotFoundError: there is no `nodes/prompts/<role>.md`.
    """
    path = files("nodes") / "prompts" / f"{role}.md"
    if not path.is_file():
        raise FileNotFoundError(f"no prompt for role '{role}': expected nodes/prompts/{role}.md")
    return path.read_text(encoding="utf-8").strip()
