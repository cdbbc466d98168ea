"""What do the JSON-lines copies of ESConv hold? Speakers `usr` and `sys`, words in `text`, labels on the turn itself.

Some copies wrap each record once more, as the text of a single field `text`; both are read.
"""

import json
from collections.abc import Mapping

from conversation.dialogue import Dialogue, Outcome, Speaker, Turn
from conversation.formats import record as field
from conversation.formats.esconv import first_turn_has

NAME = "esconv-lines"
SPEAKERS = {"usr": Speaker.SEEKER, "sys": Speaker.SUPPORTER}


def recognises(record: Mapping[str, object]) -> bool:
    """Whether a record, unwrapped if need be, has this shape."""
    try:
        return first_turn_has(_unwrapped(record), SPEAKERS, "text")
    except field.FieldError:
        return False


def read(record: Mapping[str, object]) -> Dialogue:
    """One dialogue; the outcome is a success, as in ESConv itself.

    Raises:
        FieldError: a field is not what it should be.
    """
    record = _unwrapped(record)
    turns = []
    for index, entry in enumerate(field.listing(record, "dialog")):
        where = f"dialog[{index}]."
        turn = field.mapping(entry, where.rstrip("."))
        turns.append(
            Turn(
                speaker=field.speaker(turn, "speaker", where, SPEAKERS),
                text=field.text(turn, "text", where),
                strategies=field.strategies(turn.get("strategy"), f"{where}strategy"),
                feedback=field.rating(turn, "feedback", where),
            )
        )
    return field.esconv_dialogue(record, turns, source="ESConv", outcome=Outcome.SUCCESS)


def _unwrapped(record: Mapping[str, object]) -> Mapping[str, object]:
    wrapped = record.get("text")
    if "dialog" in record or not isinstance(wrapped, str):
        return record
    try:
        return field.mapping(json.loads(wrapped), "text")
    except json.JSONDecodeError as error:
        raise field.FieldError("text", f"a record as JSON, got text that is none ({error.msg})") from error
