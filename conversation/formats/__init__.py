"""How is a dialogue file read? Its format is recognised or named; each record becomes a `Dialogue` or is refused."""

from collections.abc import Mapping
from pathlib import Path

from conversation.dialogue import Dialogue
from conversation.formats.lines import records_of
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
    records = records_of(path)
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
