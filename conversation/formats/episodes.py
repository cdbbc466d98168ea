"""How are episodes read as dialogues? Our own `Episode` lines, simulated or imported: what both said, and the outcome.

The seekers are simulators: emotion points give the outcome by SAGE's bands and never a turn's feedback. Appraisals and
monologues are not read, and the hidden intention is in no episode.
"""

from collections.abc import Mapping

from pydantic import ValidationError

from conversation.dialogue import Dialogue, Outcome, Turn
from conversation.episode import FAILURE_BELOW, RECORDED, SUCCESS_AT, Episode
from conversation.formats import record as field
from conversation.formats.record import FieldError

NAME = "episodes"


def recognises(record: Mapping[str, object]) -> bool:
    """Whether a record has this shape."""
    return "key" in record and "stage" in record and "turns" in record


def read(record: Mapping[str, object]) -> Dialogue:
    """One episode; the outcome is unknown where it is unscored or ended between the bands.

    Raises:
        FieldError: it is no episode, or one without a reply.
    """
    try:
        episode = Episode.model_validate(record)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise FieldError(".".join(map(str, first["loc"])) or "record", first["msg"].lower()) from error
    if not episode.turns:
        raise FieldError("turns", "at least one exchange")
    recorded = episode.stage == RECORDED
    source = "SAGE" if recorded else "ESC-Skills episodes"
    turns = tuple(Turn(speaker=line.speaker, text=field.clean(line.text)) for line in episode.transcript)
    final = episode.final_emotion
    return Dialogue(
        id=field.dialogue_id(source, "", turns),
        source=source,
        licence="MIT" if recorded else "that of the bank and the models that wrote it",
        locale=episode.key.place.split("/")[0] or "en",
        turns=turns,
        outcome=_outcome(final),
    )


def _outcome(final: int | None) -> Outcome:
    if final is None or FAILURE_BELOW <= final < SUCCESS_AT:
        return Outcome.UNKNOWN
    return Outcome.SUCCESS if final >= SUCCESS_AT else Outcome.FAILED
