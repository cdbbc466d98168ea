"""Which tone has a feeling? Five families, coarse enough to be told from a few words, fine enough to answer to."""

from collections.abc import Iterable
from enum import StrEnum

from conversation.seeker import Emotion


class Tone(StrEnum):
    """Families of feelings that ask for a different answer, after Ekman's and Plutchik's groupings."""

    WORRIED = "worried"
    LOW = "low"
    ANGRY = "angry"
    ASHAMED = "ashamed"
    PLAIN = "plain"


EMOTIONS = {
    Tone.WORRIED: (Emotion.ANXIETY, Emotion.FEAR, Emotion.OVERWHELM),
    Tone.LOW: (Emotion.SADNESS, Emotion.DEPRESSION, Emotion.LONELINESS),
    Tone.ANGRY: (Emotion.ANGER, Emotion.HURT, Emotion.DISGUST),
    Tone.ASHAMED: (Emotion.SHAME, Emotion.GUILT),
    Tone.PLAIN: (),
}
"""Tone → its feelings. `plain` is the rest: no feeling can be told, or none that hurts."""

_TONE = {emotion: tone for tone, emotions in EMOTIONS.items() for emotion in emotions}


def tone_of(emotion: Emotion) -> Tone:
    """The tone of one feeling."""
    return _TONE.get(emotion, Tone.PLAIN)


def leading_tone(emotions: Iterable[Emotion]) -> Tone:
    """The tone of a prototype's typical feelings: that of the first, as they are ordered by how common they are."""
    return next((tone_of(emotion) for emotion in emotions), Tone.PLAIN)
