"""What is told about a kept thread without reading its words: its name, its last turn, whether it is encrypted."""

import uuid
from datetime import UTC, datetime, timedelta

from pydantic import Field

from conversation.model import Value

LONGEST_NAME = 100
_GREGORIAN = datetime(1582, 10, 15, tzinfo=UTC)  # where the time of a UUID begins (RFC 9562)


class Thread(Value):
    """One kept conversation."""

    id: str
    last: datetime | None = Field(description="when it was last kept, in UTC; None: not told by its checkpoint's id")
    encrypted: bool
    messages: int | None = Field(default=None, description="how many it holds; None: not counted")


class Erased(Value):
    """What an erasure did."""

    thread: str
    found: bool = Field(description="whether anything was there")
    leftover: str = Field(default="", description="where its words may still stand; empty: nowhere in this place")


def valid_name(name: str) -> str:
    """The name, if a thread can have it: letters and digits of any script, and `. _ - @ :` after the first.

    Raises:
        ValueError: it is empty, longer than 100 characters, or holds something else.
    """
    fits = bool(name) and len(name) <= LONGEST_NAME and name[0].isalnum()
    if not fits or not all(sign.isalnum() or sign in "._-@:" for sign in name):
        raise ValueError(
            f"a thread cannot be named {name[: LONGEST_NAME + 1]!r}: take 1 to {LONGEST_NAME} letters, digits or any "
            "of . _ - @ : and begin with a letter or digit"
        )
    return name


def time_of(checkpoint_id: str) -> datetime | None:
    """When a checkpoint was made: LangGraph's ids are UUIDs of version 6, which carry their time and sort by it."""
    try:
        value = uuid.UUID(checkpoint_id)
    except ValueError:
        return None
    if value.version != 6:
        return None
    ticks = (value.int >> 80 << 12) | (value.int >> 64 & 0xFFF)
    return _GREGORIAN + timedelta(microseconds=ticks // 10)
