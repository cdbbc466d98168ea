"""What does FailedESConv hold? ESConv's shape, with `speaker` for the seeker and `listener` for the supporter.

Conversations that did not help, by the survey or by the last feedback. Licence of the data: CC BY-NC 4.0.
"""

from collections.abc import Mapping

from conversation.dialogue import Dialogue, Outcome, Speaker
from conversation.formats import record as field
from conversation.formats.esconv import annotated_turns, first_turn_has

NAME = "failed-esconv"
SPEAKERS = {"speaker": Speaker.SEEKER, "listener": Speaker.SUPPORTER}


def recognises(record: Mapping[str, object]) -> bool:
    """Whether a record has this shape, judged by its first turn."""
    return first_turn_has(record, SPEAKERS, "content")


def read(record: Mapping[str, object]) -> Dialogue:
    """One dialogue; its outcome is a failure.

    Raises:
        FieldError: a field is not what it should be.
    """
    turns = annotated_turns(record, SPEAKERS)
    return field.esconv_dialogue(record, turns, source="FailedESConv", outcome=Outcome.FAILED)
