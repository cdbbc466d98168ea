"""Is this text the answer that was asked for? Think blocks and fences come off, the rest must validate whole.

Nothing is guessed: text that could be read in two ways (two objects, a key given twice, a broken character) is
malformed, because a wrong answer is worse than none.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from nodes.errors import Malformed

_THINK_BLOCK = re.compile(r"\s*<(think|thinking|reasoning)>.*?</\1>", re.DOTALL | re.IGNORECASE)
_THINK_OPEN = re.compile(r"\s*<(?:think|thinking|reasoning)>", re.IGNORECASE)
_THINK_CLOSE = re.compile(r"</(?:think|thinking|reasoning)>", re.IGNORECASE)
_FENCE = "```"
_LANGUAGE = re.compile(r"[a-zA-Z]*[ \t]*\n")
_SURROGATE = re.compile("[\ud800-\udfff]")
LONGEST_TAG = len("</reasoning>")
MOST_ERRORS_QUOTED = 8
"""A repair turn quotes this many validation errors; more would bury the first."""

Parsed = TypeVar("Parsed", bound=BaseModel)


def strip_thinking(text: str) -> str:
    """The text without the blocks in which some models think aloud before they answer.

    A server may cut the opening tag and leave `… </think> answer`; a block that never closes holds no answer at all.
    Tags are looked for only before the answer: within it they are the answer's own words.
    """
    text = text[_after_blocks(text) :]
    if _THINK_OPEN.match(text):
        return ""
    close = _THINK_CLOSE.search(text)
    if close and "{" not in text[: close.start()] and not text.lstrip().startswith("```"):
        text = text[close.end() :]
    return text.strip()


class TextStream:
    """A plain-text answer as it comes: thinking before it is held back, and so is white space at its end.

    A stream whose thinking has no opening tag cannot be told from an answer until the closing tag comes; then it is
    an error, since what went before has been handed out.
    """

    def __init__(self, question: str = "") -> None:
        self._question = question
        self._held = ""
        self._space = ""
        self._tail = ""
        self._begun = False

    def add(self, text: str) -> Iterator[str]:
        """What may be handed out, now that this piece has come: nothing, or one piece.

        Raises:
            Malformed: broken characters, or the end of thinking that had no beginning.
        """
        if not self._begun:
            self._held += text
            text = self._after_thinking()
            self._begun = bool(text)
        if not text:
            return
        _refuse_broken(text, self._question)
        self._tail = self._tail[-LONGEST_TAG:] + text
        if _THINK_CLOSE.search(self._tail):
            raise Malformed("the answer was mixed with the model's thinking")
        words = (self._space + text).rstrip()
        self._space = (self._space + text)[len(words) :]
        if words:
            yield words

    def end(self) -> Iterator[str]:
        """What was held back and is an answer after all: text that only began like a tag.

        Raises:
            Malformed: nothing but thinking or white space has come.
        """
        if not self._begun:
            yield read_text(self._held, self._question)

    def _after_thinking(self) -> str:
        rest = self._held[_after_blocks(self._held) :].lstrip()
        may_be_tag = any(tag.startswith(rest.lower()) for tag in ("<think>", "<thinking>", "<reasoning>"))
        return "" if may_be_tag or _THINK_OPEN.match(rest) else rest


def _after_blocks(text: str) -> int:
    """Where the think blocks at the beginning of a text end."""
    end = 0
    while match := _THINK_BLOCK.match(text, end):
        end = match.end()
    return end


def read_text(content: str, question: str = "") -> str:
    """A plain-text answer.

    Raises:
        Malformed: it is empty, or holds broken characters that the question does not hold.
    """
    text = strip_thinking(content)
    if not text:
        raise Malformed("the answer was empty")
    _refuse_broken(text, question)
    return text


def read_answer(content: str, answer: type[Parsed], question: str = "") -> Parsed:
    """An answer of a pydantic type, from the text of a completion.

    Validation is strict: `"5"` is not 5 and `true` is not 1. A JSON array stands for a tuple, a string for an enum.

    Raises:
        Malformed: empty, not one JSON object, a key given twice, broken characters, or not of the type.
    """
    text = _json_text(strip_thinking(content))
    _refuse_broken(text, question)
    try:
        json.loads(text, object_pairs_hook=_refuse_repeated)
    except json.JSONDecodeError as error:
        raise Malformed(f"the answer is not valid JSON: {error.msg} at character {error.pos}") from None
    except (RecursionError, ValueError):  # thousands of brackets in one another, or a number of thousands of digits
        raise Malformed("the answer is JSON of a kind that nobody can read") from None
    return validate(text, answer)


def validate(text: str, answer: type[Parsed]) -> Parsed:
    """JSON that is known to be one object, as the answer type.

    Raises:
        Malformed: it is not of the type; the message lists the first errors with their places.
    """
    try:
        return answer.model_validate_json(text, strict=True)
    except ValidationError as error:
        raise Malformed(f"the answer does not follow the schema: {_in_words(error)}") from None


def schema_of(answer: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema of an answer type, as endpoints take it."""
    return answer.model_json_schema()


def _json_text(text: str) -> str:
    """The one JSON object in the text: alone, in one fence, or with prose around it."""
    if not text:
        raise Malformed("the answer was empty")
    if text.startswith("{") and text.endswith("}"):
        return text
    parts = text.split(_FENCE)  # and no pattern, which would take forever over an answer of a million spaces
    if len(parts) == 3 and (language := _LANGUAGE.match(parts[1])):
        fenced = parts[1][language.end() :].strip()
        if fenced.startswith("{"):
            return fenced
    start, end = text.find("{"), text.rfind("}")
    if start < 0 or end < start:
        raise Malformed("the answer holds no JSON object")
    return text[start : end + 1]  # two objects do not decode as one, so an ambiguous text is refused


def _refuse_broken(text: str, question: str) -> None:
    if _SURROGATE.search(text) or ("\ufffd" in text and "\ufffd" not in question):
        raise Malformed("the answer holds broken characters")


def _refuse_repeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Malformed(f"the answer gives the key '{twice}' more than once")
    for value in found.values():
        if isinstance(value, str) and _SURROGATE.search(value):
            raise Malformed("the answer holds broken characters")
    return found


def _in_words(error: ValidationError) -> str:
    errors = error.errors(include_url=False, include_context=False, include_input=False)
    lines = [f"{'.'.join(str(part) for part in e['loc']) or 'answer'}: {e['msg']}" for e in errors]
    more = len(lines) - MOST_ERRORS_QUOTED
    return "; ".join(lines[:MOST_ERRORS_QUOTED]) + (f"; and {more} more" if more > 0 else "")
