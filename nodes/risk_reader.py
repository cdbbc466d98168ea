"""How does a language model read risk? One agent beside the gate's rules; the more careful of the two answers wins.

Only an endpoint plays it: the embedded engine's reading of risk is the rules themselves.
"""

from collections.abc import Callable

from pydantic import Field

from conversation.dialogue import Speaker, Transcript
from conversation.model import Value
from conversation.seeker import Risk, RiskTier
from nodes.agent import Agent
from nodes.context import Resources
from nodes.errors import ChatError

LINES_READ = 24
"""Lines before the last that the model is shown: risk is read of now, in the light of what was just said."""


class RiskQuestion(Value):
    """The end of the conversation; the last line is the seeker's, and is the one that is judged."""

    transcript: Transcript
    summary: str = Field(default="", description="of what was said before the first line")


CRISIS_GATE = Agent(role="crisis_gate", question=RiskQuestion, answer=Risk)

Reader = Callable[[Transcript], Risk]
"""What `gate` asks: the model's reading, or the error that it ended with."""


def read_by_model(resources: Resources, transcript: Transcript, summary: str, seed: int) -> Reader:
    """Ask the model; what came of it is given, or raised, when the gate asks."""
    try:
        return _given(resources.chat.ask(CRISIS_GATE, _question(transcript, summary), seed=seed))
    except ChatError as error:
        return _raised(error)


async def aread_by_model(resources: Resources, transcript: Transcript, summary: str, seed: int) -> Reader:
    """As `read_by_model`, awaited."""
    try:
        return _given(await resources.chat.aask(CRISIS_GATE, _question(transcript, summary), seed=seed))
    except ChatError as error:
        return _raised(error)


def _question(transcript: Transcript, summary: str) -> RiskQuestion:
    return RiskQuestion(transcript=transcript[-LINES_READ:], summary=summary)


def _given(risk: Risk) -> Reader:
    """The reading, with those of its signs that the seeker did write: a sign is shown, and passes no guard."""

    def reader(transcript: Transcript) -> Risk:
        said = " ".join(line.text for line in transcript if line.speaker is Speaker.SEEKER).lower()
        shown = tuple(sign for sign in risk.signs if risk.tier is not RiskTier.NONE and sign.strip().lower() in said)
        return risk.model_copy(update={"signs": shown})

    return reader


def _raised(error: ChatError) -> Reader:
    def reader(_: Transcript) -> Risk:
        raise error

    return reader
