"""The appraiser, played without a language model: the state is read by authored rules."""

from conversation.dialogue import Line, Speaker
from conversation.seeker import SeekerState
from nodes.appraiser import AppraiserQuestion
from nodes.embedded.reading.language import require_english
from nodes.embedded.reading.states import read_state
from nodes.embedded.summariser import own_words

_HEARD = Line(speaker=Speaker.SUPPORTER, text="I see.")
"""Stands between what was summed up and the lines that are shown, so that they are not read as one message."""


def play(question: AppraiserQuestion, seed: int) -> SeekerState:
    """The seeker's state. `seed` changes nothing: the same conversation is always read the same way.

    Raises:
        UnknownLanguage: the seeker's last message is in another language.
    """
    if question.transcript:
        require_english(question.transcript[-1].text)
    before = own_words(question.summary)
    first = (Line(speaker=Speaker.SEEKER, text=before), _HEARD) if before else ()
    return read_state((*first, *question.transcript))
