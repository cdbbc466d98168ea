"""What do the rules read in a conversation that others recorded? The risk in each message, as the gate would have."""

from conversation.episode import Episode
from nodes.safety.assess import assess


def with_tiers(episode: Episode) -> Episode:
    """The episode with the tier that the gate's rules read in every seeker message, in the light of what went before.

    Raises:
        UnsupportedLanguage: a message is in a language that the rules do not know.
    """
    locale = episode.key.place.split("/")[0] or "en"
    lines = episode.transcript
    turns = tuple(
        turn.model_copy(update={"tier": assess(lines[: 2 * index + 1], locale=locale).tier})
        for index, turn in enumerate(episode.turns)
    )
    return episode.model_copy(update={"turns": turns})
