"""What does a simulated conversation carry from node to node?"""

from typing import Any

from typing_extensions import TypedDict

from conversation.dialogue import Line, Transcript


class EpisodeInput(TypedDict, total=False):
    """Who is simulated: a whole profile, or the id of an authored one; with which seed, and for what."""

    profile: dict[str, Any]
    profile_id: str
    seed: int
    sample: int
    stage: str


class EpisodeState(EpisodeInput, total=False):
    """The whole state. Only seeker and judge are asked with the profile; the support turn is given lines alone."""

    lines: list[dict[str, str]]
    emotion: int
    turns: list[dict[str, Any]]
    progress: dict[str, Any]
    crisis: dict[str, Any]
    goodbye: bool
    end: str
    error: str
    episode: dict[str, Any]


class EpisodeOutput(TypedDict, total=False):
    """The episode: a `conversation.episode.Episode`."""

    episode: dict[str, Any]


def lines_of(state: EpisodeState) -> Transcript:
    """The conversation so far."""
    return tuple(Line.model_validate(line) for line in state["lines"])
