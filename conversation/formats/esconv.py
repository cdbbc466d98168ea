"""What does ESConv's official JSON hold? A list of records, speakers `seeker` and `supporter`, words in `content`.

Liu et al., *Towards Emotional Support Dialog Systems*, ACL 2021. Licence of the data: CC BY-NC 4.0.
"""

from collections.abc import Mapping

from conversation.dialogue import Dialogue, Outcome, Speaker, Turn
from conversation.formats import record as field

NAME = "esconv"
SPEAKERS = {"seeker": Speaker.SEEKER, "supporter": Speaker.SUPPORTER}


def recognises(record: Mapping[str, object]) -> bool:
    """Whether a record has this shape, judged by its first turn."""
    return first_turn_has(record, SPEAKERS, "content")


def first_turn_has(record: Mapping[str, object], speakers: Mapping[str, Speaker], words: str) -> bool:
    """Whether `dialog` opens with a turn of one of these speakers and holds its words under this key."""
    dialog = record.get("dialog")
    first = dialog[0] if isinstance(dialog, list) and dialog else None
    return isinstance(first, Mapping) and words in first and first.get("speaker") in speakers


def read(record: Mapping[str, object]) -> Dialogue:
    """One dialogue. ESConv keeps conversations that its authors judged effective: the outcome is a success.

    Raises:
        FieldError: a field is not what it should be.
    """
    turns = annotated_turns(record, SPEAKERS)
    return field.esconv_dialogue(record, turns, source="ESConv", outcome=Outcome.SUCCESS)


def annotated_turns(record: Mapping[str, object], speakers: Mapping[str, Speaker]) -> list[Turn]:
    """Turns with their `annotation`: the supporter's strategy, the seeker's feedback.

    Raises:
        FieldError: a turn is not what it should be.
    """
    turns = []
    for index, entry in enumerate(field.listing(record, "dialog")):
        where = f"dialog[{index}]."
        turn = field.mapping(entry, where.rstrip("."))
        labels = field.mapping(turn.get("annotation") or {}, f"{where}annotation")
        turns.append(
            Turn(
                speaker=field.speaker(turn, "speaker", where, speakers),
                text=field.text(turn, "content", where),
                strategies=field.strategies(labels.get("strategy"), f"{where}annotation.strategy"),
                feedback=field.rating(labels, "feedback", f"{where}annotation."),
            )
        )
    return turns
