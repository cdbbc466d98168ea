"""What is a recorded support dialogue?

Every reader in `conversation/formats/` produces these values; discovery consumes nothing else.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from conversation.model import Value


class Speaker(StrEnum):
    """Who speaks."""

    SEEKER = "seeker"
    SUPPORTER = "supporter"


class Outcome(StrEnum):
    """How a dialogue ended, where it is known."""

    SUCCESS = "success"
    FAILED = "failed"
    UNKNOWN = "unknown"


Rating = Annotated[int, Field(ge=1, le=5)]


class Turn(Value):
    """One message, or several in a row by the same speaker joined with a newline (`Dialogue.merged`)."""

    speaker: Speaker
    text: str
    strategies: tuple[str, ...] = Field(default=(), description="human labels, normalised to `Strategy` values")
    feedback: Rating | None = Field(default=None, description="seeker's rating of the supporter's messages before it")


class Dialogue(Value):
    """A recorded conversation with its outcome where known."""

    id: str = Field(min_length=1, description="unique within its source, stable across readings")
    source: str = Field(description="name of the data set, such as 'ESConv'")
    licence: str = Field(description="SPDX identifier or the owner's own words")
    locale: str = "en"
    situation: str = Field(default="", description="the seeker's own summary; split by it, never by utterance")
    problem: str = Field(default="", description="the source's problem label")
    emotion: str = Field(default="", description="the source's emotion label")
    turns: tuple[Turn, ...] = Field(min_length=1)
    outcome: Outcome = Outcome.UNKNOWN
    intensity_before: Rating | None = Field(default=None, description="negative emotion at the start; lower is better")
    intensity_after: Rating | None = None
    ratings: dict[str, int] = Field(default_factory=dict, description="survey scores 1 to 5: empathy, relevance")

    def merged(self) -> list[tuple[list[int], Turn]]:
        """Consecutive turns of one speaker as one, each with the indices of its source turns.

        Strategies are united in order; of several feedbacks the last one counts, as it is the latest word.
        """
        runs: list[tuple[list[int], Turn]] = []
        for index, turn in enumerate(self.turns):
            if runs and runs[-1][1].speaker == turn.speaker:
                indices, before = runs[-1]
                joined = Turn(
                    speaker=turn.speaker,
                    text=f"{before.text}\n{turn.text}",
                    strategies=tuple(dict.fromkeys((*before.strategies, *turn.strategies))),
                    feedback=turn.feedback if turn.feedback is not None else before.feedback,
                )
                runs[-1] = ([*indices, index], joined)
            else:
                runs.append(([index], turn))
        return runs

    def seeker_turns(self) -> Iterator[Turn]:
        """The seeker's turns in order."""
        return (turn for turn in self.turns if turn.speaker is Speaker.SEEKER)


class Line(Value):
    """One message of a live conversation: what agents are shown. Nothing but who spoke and what was said."""

    speaker: Speaker
    text: str


Transcript = tuple[Line, ...]
"""A live conversation so far, oldest first."""
