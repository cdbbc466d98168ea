"""What was answered, so that a run can be repeated without its endpoint? A file of answers by question.

One JSON object a line: a header, then one line for each question that a language model was asked, with its answer or
its typed error. Questions are kept as hashes, answers as text: the file is as private as the conversations.
"""

import asyncio
import hashlib
import json
import threading
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from pydantic import field_validator

from conversation.model import Value
from nodes import errors
from nodes.errors import ChatError, NotRecorded

FORMAT = 1


class Recorded(Value):
    """One question's end."""

    key: str
    role: str
    model: str
    text: str = ""
    error: str = ""
    message: str = ""
    attempts: int = 1
    input_tokens: int = 0
    output_tokens: int = 0

    @field_validator("text", "message", mode="before")
    @classmethod
    def _encodable(cls, text: str) -> str:
        """Broken characters may stand in a think block or a refusal; a file in UTF-8 has no place for them."""
        return text.encode("utf-8", "replace").decode()

    def raised(self) -> ChatError | None:
        """The typed error that the question ended with, if it did."""
        if not self.error:
            return None
        kind: type[ChatError] = getattr(errors, self.error)
        return kind(self.message, role=self.role, attempts=self.attempts)


def question_key(role: str, model: str, prompt: str, question: str, schema: str, seed: int) -> str:
    """What an answer depends on, hashed: 32 hex digits of a SHA-256. The endpoint's address is not part of it."""
    parts = json.dumps([role, model, prompt, question, schema, seed], ensure_ascii=True)
    return hashlib.sha256(parts.encode()).hexdigest()[:32]


class Recorder:
    """Writes each question's end as soon as it is known.

    While it writes, a question that was answered is not asked again: two conversations with one seeker and seed begin
    with the same questions, and if they got different answers, a replay would depend on which of them came first.

    Raises:
        FileExistsError: there is a file already; a recording is never mixed with another.
    """

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._path = path
        self._answers: dict[str, str] = {}
        self._asking: dict[str, _Turn] = {}
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(json.dumps({"esc_skills_recording": FORMAT}) + "\n")
        except FileExistsError:
            raise FileExistsError(f"{path} exists already; record into a new file, or replay this one") from None

    @asynccontextmanager
    async def asking(self, key: str) -> AsyncIterator[str | None]:
        """One at a time asks a question; the text is what it was answered before, if it was. On the call loop only."""
        turn = self._asking.setdefault(key, _Turn())
        turn.waiting += 1
        try:
            async with turn.lock:
                yield self._answers.get(key)
        finally:
            turn.waiting -= 1
            if not turn.waiting:
                self._asking.pop(key, None)

    def write(self, entry: Recorded) -> None:
        """Append one line."""
        line = entry.model_dump_json(exclude_defaults=True) + "\n"
        with self._lock, self._path.open("a", encoding="utf-8") as file:
            file.write(line)
        if not entry.error:
            self._answers[entry.key] = entry.text


class _Turn:
    """Who waits to ask one question."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.waiting = 0


class Replay:
    """Answers from a recording.

    A question asked several times is answered in the order of the recording; after the last one, the last again.

    Raises:
        FileNotFoundError: no such file.
        ValueError: it is not a recording, or a line in it is broken.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._entries: dict[str, list[Recorded]] = defaultdict(list)
        self._next: dict[str, int] = defaultdict(int)
        try:
            lines = path.read_text(encoding="utf-8").split("\n")
        except FileNotFoundError:
            raise FileNotFoundError(f"{path}: there is no such recording") from None
        except UnicodeDecodeError:
            lines = [""]
        if _version(lines[0]) != FORMAT:
            raise ValueError(f"{path} is not a recording of model answers that this version can read")
        for number, line in enumerate(lines[1:-1], start=2):  # the last is empty, or torn by a kill
            entry = _entry(line, f"{path}, line {number}")
            self._entries[entry.key].append(entry)

    def find(self, key: str, role: str) -> Recorded:
        """The recorded end of a question.

        Raises:
            NotRecorded: the recording does not hold it.
        """
        with self._lock:
            entries = self._entries.get(key)
            if not entries:
                raise NotRecorded(
                    f"{role}: {self._path.name} holds no answer to this question (key {key}): model, prompt, question "
                    "or seed differ from the recorded run; repeat it with the same command and bank, or record anew"
                )
            index = min(self._next[key], len(entries) - 1)
            self._next[key] = index + 1
            return entries[index]


def _version(line: str) -> Any:
    try:
        header = json.loads(line)
    except json.JSONDecodeError:
        return None
    return header.get("esc_skills_recording") if isinstance(header, dict) else None


def _entry(line: str, where: str) -> Recorded:
    try:
        entry = Recorded.model_validate_json(line)
    except ValueError:
        raise ValueError(f"{where}: a broken line; record the run again") from None
    kind = getattr(errors, entry.error, None) if entry.error else ChatError
    if not (isinstance(kind, type) and issubclass(kind, ChatError)):
        raise ValueError(f"{where}: there is no error type '{entry.error}'")
    return entry
