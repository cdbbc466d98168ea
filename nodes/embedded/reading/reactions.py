"""Which phrases of a seeker's turn take up the reply before it?

The labels are those of `ResponseChange`, and three openings whose meaning depends on the reply: a 'no' corrects a
reflection, refuses a suggestion, and merely answers a question.
"""

from enum import StrEnum

from nodes.embedded.reading.cues import Cues, add_up
from nodes.embedded.reading.lexicon import phrases, word_classes
from nodes.embedded.reading.words import Words


class Reaction(StrEnum):
    """What a phrase says of the reply. Those that are response changes are spelt as `ResponseChange` spells them."""

    TURNS_ON_SUPPORTER = "turns_on_supporter"
    CORRECTS = "corrects_supporter"
    REJECTS = "rejects_suggestion"
    WITHDRAWS = "withdraws"
    COMMITS = "commits_to_step"
    EASES = "eases"
    SEES_DIFFERENTLY = "sees_differently"
    VOICES_HOPE = "voices_hope_or_strength"
    CONFIRMS_UNDERSTOOD = "confirms_being_understood"
    ESCALATES = "distress_escalates"
    ACKNOWLEDGES = "acknowledges_politely"
    DENIES = "denies"
    DECLINES = "declines"
    AGREES = "agrees"


_CUES = Cues(phrases("changes", Reaction), word_classes("changes"))
_OPENING = 2
"""Sentences at the beginning of a turn in which people take up what was said; then they go on with their own."""
_ANYWHERE = (
    Reaction.COMMITS,
    Reaction.EASES,
    Reaction.SEES_DIFFERENTLY,
    Reaction.VOICES_HOPE,
    Reaction.ESCALATES,
    Reaction.ACKNOWLEDGES,
)


def reactions_in(sentences: list[Words]) -> dict[Reaction, int]:
    """Reaction → summed weight. What is said of the reply counts in the opening, or where 'you' is addressed."""
    found = [_CUES.find(sentence) for sentence in sentences]
    total = add_up(found[:_OPENING])
    for sentence, scores in zip(sentences[_OPENING:], found[_OPENING:], strict=True):
        for reaction, weight in scores.items():
            if reaction in _ANYWHERE or (reaction is Reaction.TURNS_ON_SUPPORTER and "you" in sentence.known):
                total[reaction] = total.get(reaction, 0) + weight
    return total
