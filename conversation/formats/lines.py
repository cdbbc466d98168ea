"""How is a file cut into records? One JSON list, or JSON lines; a line that is no JSON keeps its place as a bad one."""

import json
from pathlib import Path

from conversation.formats.record import BadDialogue, BadRecord


def records_of(path: Path) -> list[object]:
    """The records of a file, undecoded ones as `BadRecord`.

    Lines end at "\\n" alone: recorded texts hold U+2028, at which `splitlines` would cut a record in two.

    Raises:
        OSError: the file cannot be opened.
        BadDialogue: the file is no UTF-8, holds a list that is no JSON, or holds nothing.
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
