"""In which part of the seekers does a pattern sit? Groups by what is read, made narrower where it matters."""

from collections.abc import Iterable, Mapping

from conversation.seeker import Activity, Emotion, Need, Resistance, SeekerState
from skills_bank.change import Group

Label = tuple[str, str]
"""(field of `Group`, value), such as ('needs', 'advice')."""

FEWEST_EACH = 3
"""Episodes on either side below which a contrast is not drawn."""
CLEARLY_MORE = 0.4
"""By how much the share that shows the pattern must be larger with a label than without it."""
MOST_OF_IT = 0.7
"""Share of all that show the pattern which the narrower group must still hold."""

_NARROWING = ("resistance", "activities", "emotions")
"""In this order, after DESIGN: resistance says most about how to meet someone."""


def labels_of(state: SeekerState) -> set[Label]:
    """What was read of a seeker, as labels; what could not be read gives none, and no resistance is no label."""
    labels = {
        ("needs", state.need.value),
        ("activities", state.activity.value),
        ("emotions", state.emotion.value),
        ("resistance", state.resistance.value),
    }
    return {(name, value) for name, value in labels if value not in ("unclear", "none")}


def refine(labels: tuple[Label, ...], shown: set[str], seekers: Mapping[str, set[Label]]) -> tuple[Label, ...]:
    """The labels, with one more where the pattern sits in a part of the seekers only.

    Args:
        labels: what the group shares already.
        shown: episodes that show the pattern.
        seekers: episode → labels, for all comparable episodes, those that show it among them.
    """
    best: tuple[float, int, Label] | None = None
    for label in sorted({label for own in seekers.values() for label in own} - {*labels}):
        if label[0] not in _NARROWING:
            continue
        having = {episode for episode, own in seekers.items() if label in own}
        lacking = set(seekers) - having
        if min(len(having), len(lacking)) < FEWEST_EACH or len(shown & having) < MOST_OF_IT * len(shown):
            continue
        contrast = len(shown & having) / len(having) - len(shown & lacking) / len(lacking)
        rank = (contrast, -_NARROWING.index(label[0]), label)
        if contrast >= CLEARLY_MORE and (best is None or rank[:2] > best[:2]):
            best = rank
    return (*labels, best[2]) if best else labels


def group_of(labels: Iterable[Label]) -> Group:
    """The group that shares these labels."""
    values: dict[str, list[str]] = {}
    for name, value in labels:
        values.setdefault(name, []).append(value)
    return Group(
        needs=tuple(Need(value) for value in values.get("needs", [])),
        activities=tuple(Activity(value) for value in values.get("activities", [])),
        emotions=tuple(Emotion(value) for value in values.get("emotions", [])),
        resistance=tuple(Resistance(value) for value in values.get("resistance", [])),
    )


def label_name(label: Label) -> str:
    """In words, for a reader: 'need: advice'."""
    singular = {"needs": "need", "activities": "activity", "emotions": "emotion", "resistance": "resistance"}
    return f"{singular[label[0]]}: {label[1].replace('_', ' ')}"
