"""What is our own format? JSON lines, one `Dialogue` a line, as `Dialogue.model_dump_json()` writes it.

Documented field by field in `docs/formats.md`.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

from pydantic import ValidationError

from conversation.dialogue import Dialogue
from conversation.formats.record import FieldError, strategies

NAME = "own"


def recognises(record: Mapping[str, object]) -> bool:
    """Whether a record has this shape: the two fields that no other format has."""
    return "turns" in record and "licence" in record


def read(record: Mapping[str, object]) -> Dialogue:
    """One dialogue, with strategies under the names of `Strategy`.

    Raises:
        FieldError: a field is not what it should be.
    """
    try:
        dialogue = Dialogue.model_validate(record)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in first["loc"]).lstrip(".")
        raise FieldError(place, f"{first['msg'][:1].lower()}{first['msg'][1:]}") from error
    turns = tuple(
        turn.model_copy(update={"strategies": strategies(list(turn.strategies), f"turns[{index}].strategies")})
        for index, turn in enumerate(dialogue.turns)
    )
    return dialogue.model_copy(update={"turns": turns})


def write(path: Path, dialogues: Iterable[Dialogue]) -> None:
    """Write dialogues in this format, UTF-8, one a line."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for dialogue in dialogues:
            file.write(dialogue.model_dump_json() + "\n")
