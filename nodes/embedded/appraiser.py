"""The appraiser, played without a language model: the state is read by authored rules."""

from conversation.seeker import SeekerState
from nodes.appraiser import AppraiserQuestion
from nodes.embedded.reading.language import require_english
from nodes.embedded.reading.states import read_state


def play(question: AppraiserQuestion, seed: int) -> SeekerState:
    """The seeker's state. `seed` changes nothing: the same conversation is always read the same way.

    Raises:
        UnknownLanguage: the seeker's last message is in another language.
    """
    if question.transcript:
        require_english(question.transcript[-1].text)
    return read_state(question.transcript)
