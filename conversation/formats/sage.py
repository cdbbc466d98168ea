"""What does a SAGE result file hold? JSON lines: a simulated seeker (`user`), a supporter (`assistant`), emotions.

Zhang et al., *Sentient Agent as a Judge*, 2025 (Tencent digitalhuman, MIT). The seeker is a simulator: its emotion
points are a model's and not a person's, so they give the outcome by SAGE's own bands and never a turn's feedback.
The persona, the scene and the hidden intention are not read: no agent of ours may see them.
"""

import re
from collections.abc import Mapping, Sequence

from conversation.dialogue import Dialogue, Outcome, Speaker, Turn
from conversation.formats import record as field

NAME = "sage"
SPEAKERS = {"user": Speaker.SEEKER, "assistant": Speaker.SUPPORTER}

_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def recognises(record: Mapping[str, object]) -> bool:
    """Whether a record has this shape."""
    return isinstance(record.get("history"), list) and "emo_point" in record


def locale_of(texts: Sequence[str]) -> str:
    """'zh' where half of the texts or more hold Chinese characters, 'en' otherwise: SAGE's files do not say."""
    return "zh" if sum(bool(_CHINESE.search(text)) for text in texts) * 2 >= len(texts) else "en"


def read(record: Mapping[str, object]) -> Dialogue:
    """One conversation; the outcome by SAGE's bands: 100 and more a success, below 10 a failure, unknown between.

    Raises:
        FieldError: a field is not what it should be.
    """
    turns = []
    for index, entry in enumerate(field.listing(record, "history")):
        where = f"history[{index}]."
        turn = field.mapping(entry, where.rstrip("."))
        words = field.text(turn, "content", where)
        turns.append(Turn(speaker=field.speaker(turn, "role", where, SPEAKERS), text=words))
    points = record.get("emo_point")
    if isinstance(points, bool) or not isinstance(points, int | float):
        raise field.FieldError("emo_point", f"a number, got {points!r}")
    topic = field.text(record, "topic", needed=False)
    return Dialogue(
        id=field.dialogue_id("SAGE", topic, turns),
        source="SAGE",
        licence="MIT",
        locale=locale_of([turn.text for turn in turns]),
        situation=topic,
        turns=tuple(turns),
        outcome=Outcome.SUCCESS if points >= 100 else Outcome.FAILED if points < 10 else Outcome.UNKNOWN,
    )
