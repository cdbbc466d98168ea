"""When is it said that this is an AI? At the start, at an interval, and whenever someone asks."""

from conversation.dialogue import Speaker, Transcript
from nodes.safety import guard_texts
from nodes.safety.rulebook import patterns
from nodes.safety.wording import folded

NOTICES = frozenset(guard_texts.NOTICE.values())
"""The notice in every language: nothing else may stand before a reply that the guard has read."""

AI_NOTICE = guard_texts.NOTICE["en"]
"""The notice: the law of several places asks for it, and so does honesty."""


def ai_notice(locale: str = "en") -> str:
    """The notice in the seeker's language."""
    return guard_texts.NOTICE["zh" if locale.lower().startswith("zh") else "en"]


def asks_if_human(transcript: Transcript) -> bool:
    """Whether the seeker's last message asks if this is a person: the answer is never left to a draft."""
    last = next((line.text for line in reversed(transcript) if line.speaker is Speaker.SEEKER), "")
    return bool(patterns("reply")["asks_if_human"].search(folded(last)))


def notice_due(
    transcript: Transcript,
    *,
    every_turns: int = 0,
    seconds_since_last: float | None = None,
    every_seconds: float = 10_800,
) -> bool:
    """Whether the AI notice goes with the next reply.

    At the start, unless it was given just before; whenever the seeker asks whether this is a person; every
    `every_turns` replies (0: not by turns); and when `every_seconds` have passed since the last one (three hours, as
    New York asks of companions). A last one in the future, by a clock that was set back or milliseconds taken for
    seconds, tells nothing: it is due.
    """
    replies = sum(line.speaker is Speaker.SUPPORTER for line in transcript)
    return (
        (replies == 0 and seconds_since_last is None)
        or asks_if_human(transcript)
        or (every_turns > 0 and replies % every_turns == 0)
        or (seconds_since_last is not None and not 0 <= seconds_since_last < every_seconds)
    )
