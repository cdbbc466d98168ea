"""What of a long conversation are agents shown? Its last lines whole, and a summary of what was before them.

The gate and the crisis path read all lines; appraiser and supporter are shown the last ones, and the summary.
"""

import hashlib
import logging
from typing import Any

from pydantic import Field, ValidationError

from conversation.dialogue import Transcript
from conversation.model import Value
from nodes.agent import Agent
from nodes.context import Resources, acurrent, current
from nodes.errors import ChatError
from nodes.node import Node, Update, agent_node
from nodes.turn import TurnState, passed_gate, transcript_of

logger = logging.getLogger("esc_skills.support")

LONGEST_SUMMARY = 1500
"""Characters; what is longer is refused as an answer, so that a summary cannot grow into a transcript."""


class SummaryQuestion(Value):
    """What falls out of the window, and the summary of all that fell out before."""

    earlier: str = Field(default="", description="the summary so far")
    transcript: Transcript = Field(description="the lines that are to be taken into it, oldest first")


class Summary(Value):
    """What agents are told of lines that they are no longer shown."""

    text: str = Field(min_length=1, max_length=LONGEST_SUMMARY)


SUMMARISER = Agent(role="summariser", question=SummaryQuestion, answer=Summary)


class Memory(Value):
    """The summary of a conversation's first lines; carried in the state from turn to turn."""

    summary: str = Field(default="", max_length=LONGEST_SUMMARY)
    lines: int = Field(default=0, ge=0, description="how many lines it covers")
    of: str = Field(default="", description="hash of those lines: a summary of other lines is not used")


def remembered(state: TurnState, transcript: Transcript) -> Memory:
    """The memory that fits these lines; an empty one where lines were edited, erased or never summarised."""
    try:
        memory = Memory.model_validate(state.get("memory") or {})
    except ValidationError:
        return Memory()
    if not memory.lines or memory.lines >= len(transcript) or memory.of != _hash(transcript[: memory.lines]):
        return Memory()
    return memory


def shown(state: TurnState) -> tuple[Transcript, str]:
    """The lines that an agent is shown, and the summary of what was before them."""
    transcript = transcript_of(state["messages"])
    memory = remembered(state, transcript)
    return transcript[memory.lines :], memory.summary


def too_long(state: TurnState, window: int) -> bool:
    """Whether more lines would be shown than the window holds."""
    return len(shown(state)[0]) > window


def _ask(state: TurnState, resources: Resources) -> SummaryQuestion:
    passed_gate(state, resources.context.locale)
    lines, summary = shown(state)
    return SummaryQuestion(earlier=summary, transcript=lines[: _leaving(len(lines), resources.context.window)])


def _tell(state: TurnState, answer: Summary, resources: Resources) -> dict[str, Any]:
    transcript = transcript_of(state["messages"])
    lines, _ = shown(state)
    covered = len(transcript) - len(lines) + _leaving(len(lines), resources.context.window)
    memory = Memory(summary=answer.text, lines=covered, of=_hash(transcript[:covered]))
    return {"memory": memory.model_dump(mode="json")}


def _leaving(lines: int, window: int) -> int:
    """How many lines leave: half a window stays, so that a summary is asked for once in many turns."""
    return lines - window // 2


def _hash(lines: Transcript) -> str:
    digest = hashlib.sha256()
    for line in lines:
        digest.update(f"{line.speaker.value}\x1f{line.text}\x1e".encode(errors="surrogatepass"))
    return digest.hexdigest()[:16]


_asked = agent_node(SUMMARISER, _ask, _tell)


def _summarise(state: TurnState) -> Update:
    try:
        return _asked.invoke(state)
    except ChatError as error:
        return _without(error, current())


async def _asummarise(state: TurnState) -> Update:
    try:
        return await _asked.ainvoke(state)
    except ChatError as error:
        return _without(error, await acurrent())


def _without(error: ChatError, resources: Resources) -> Update:
    """Nothing changes: all lines are shown, and the next turn asks again. In simulation it is an error, unscored."""
    if not resources.context.live:
        raise error
    logger.warning("a conversation could not be summed up, and is shown whole: %s", type(error).__name__)
    return {}


summarise = Node(SUMMARISER.role, _summarise, _asummarise)
"""Node: takes what leaves the window into `memory`. A person waits for the reply, which does not fail with it."""
