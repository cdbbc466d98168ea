"""How is a dialogue file read? Its format is recognised or named; each record becomes a `Dialogue` or is refused."""

import json
from collections.abc import Mapping
from pathlib import Path

from conversation.dialogue import Dialogue
from conversation.formats.recognise import FORMATS, UnknownFormat, format_named, recognise
from conversation.formats.record import BadDialogue, BadRecord, FieldError, described
from conversation.model import Value

__all__ = ["FORMATS", "BadDialogue", "BadRecord", "Reading", "UnknownFormat", "read_dialogues"]


class Reading(Value):
    """What a file held."""

    format: str
    dialogues: tuple[Dialogue, ...]
    refused: tuple[BadRecord, ...] = ()


def read_dialogues(path: Path, *, format: str | None = None, skip_bad: bool = False) -> Reading:
    """Every dialogue of a file: a JSON list, or JSON lines.

    Args:
        path: The file, UTF-8.
        format: One of `FORMATS`; recognised when None.
        skip_bad: Go on after a bad record and count it, instead of raising.

    Raises:
        OSError: the file cannot be opened.
        UnknownFormat: the format is not recognised, or the name is not known.
        BadDialogue: a record is not what it should be (only without `skip_bad`), or the file is no JSON at all.
    """
    chosen = format_named(format) if format is not None else None
    records = _records(path)
    chosen = chosen or recognise([record for record in records if not isinstance(record, BadRecord)], str(path))
    dialogues: list[Dialogue] = []
    refused: list[BadRecord] = []
    for number, record in enumerate(records, start=1):
        try:
            if isinstance(record, BadRecord):
                raise BadDialogue(record)
            if not isinstance(record, Mapping):
                raise FieldError("record", "an object")
            dialogues.append(chosen.read(record))
        except FieldError as error:
            refused.append(described(path, number, error))
        except BadDialogue as error:
            refused.append(error.bad)
        if refused and not skip_bad:
            raise BadDialogue(refused[0])
    return Reading(format=chosen.name, dialogues=tuple(dialogues), refused=tuple(refused))


def _records(path: Path) -> list[object]:
    """The records of a file, undecoded ones as `BadRecord`.

    Lines end at "\\n" alone: recorded texts hold U+2028, at which `splitlines` would cut a record in two.
    """
    try:
        content = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadDialogue(
            BadRecord(file=str(path), record=0, field="encoding", expected=f"UTF-8, got byte {error.start} that is not")
        ) from error
    if content.lstrip().startswith("["):
        try:
            return list(json.loads(content))
        except json.JSONDecodeError as error:
            place = f"line {error.lineno}, column {error.colno}"
            raise BadDialogue(
                BadRecord(file=str(path), record=0, field="file", expected=f"a JSON list ({error.msg} at {place})")
            ) from error
    records: list[object] = []
    for line in content.split("\n"):
        if not line.strip():
            continue
        try:
            records.append(json.loads(line))
        except json.JSONDecodeError as error:
            expected = f"one JSON object a line ({error.msg} at column {error.colno})"
            records.append(BadRecord(file=str(path), record=len(records) + 1, field="line", expected=expected))
    if not records:
        raise BadDialogue(BadRecord(file=str(path), record=0, field="file", expected="at least one record"))
    return records
