"""What does one live turn carry from node to node? Its state, its transcript, and proof that the gate was passed."""

import re
from functools import lru_cache
from typing import Annotated, Any

from langchain_core.messages import AIMessage, AnyMessage, BaseMessage, HumanMessage
from langgraph.config import get_stream_writer
from langgraph.graph.message import add_messages
from pydantic import Field, ValidationError
from typing_extensions import TypedDict

from conversation.dialogue import Line, Speaker, Transcript
from conversation.episode import Finding
from conversation.model import Value
from conversation.seeker import Risk, RiskTier
from nodes.context import Context
from nodes.crisis_gate import CrisisState, GateMissing, GateVerdict, require_verdict
from nodes.crisis_reply import follow, seeker_turns
from nodes.safety.notice import NOTICES


class TurnInput(TypedDict, total=False):
    """What a caller gives: messages, the seeker's last; and, without a checkpointer, what the last turn returned.

    `seed` is the conversation's own; without it, the context's is taken. `noticed_at` is when the AI notice was last
    given, in seconds since 1970.
    """

    messages: Annotated[list[AnyMessage], add_messages]
    progress: dict[str, Any]
    crisis: dict[str, Any]
    memory: dict[str, Any]
    noticed_at: float
    seed: int


class TurnState(TurnInput, total=False):
    """The whole state of a turn. Every value is JSON-able."""

    gate: dict[str, Any]
    seeker: dict[str, Any]
    choice: dict[str, Any]
    notice: str
    preface: str
    long: bool
    draft: str
    drafts: int
    findings: list[dict[str, Any]]
    explanation: dict[str, Any]


class TurnOutput(TypedDict, total=False):
    """What a caller gets: the messages with the reply, why it was given, and what the next turn needs.

    `notice` is the AI notice where the caller has asked to show it beside the reply and it is due; empty otherwise.
    """

    messages: Annotated[list[AnyMessage], add_messages]
    explanation: dict[str, Any]
    notice: str
    progress: dict[str, Any]
    crisis: dict[str, Any]
    memory: dict[str, Any]
    noticed_at: float


class NothingToAnswer(ValueError):
    """The last message is not the seeker's."""


def transcript_of(messages: list[AnyMessage]) -> Transcript:
    """Human messages are the seeker's, AI messages the supporter's; other kinds are left out."""
    lines = []
    for message in messages:
        if isinstance(message, HumanMessage):
            lines.append(_line(Speaker.SEEKER, text_of(message)))
        elif isinstance(message, AIMessage):
            lines.append(_line(Speaker.SUPPORTER, text_of(message)))
    return tuple(lines)


@lru_cache(maxsize=4096)
def _line(speaker: Speaker, text: str) -> Line:
    """A line, made once: every node of a turn reads the whole conversation."""
    return Line(speaker=speaker, text=text)


def text_of(message: BaseMessage) -> str:
    """The text of a message, whatever blocks it came in; white space between two, as between two lines.

    Halves of a pair that some program has cut in two are put together or replaced: no model could be asked about them,
    and the turn would end in an error, however grave the rest.
    """
    content = message.content
    if not isinstance(content, str):
        texts = [block if isinstance(block, str) else _text_in(block) for block in content]
        content = " ".join(text for text in texts if text)
    if _HALF.search(content):
        content = content.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return content


_HALF = re.compile("[\ud800-\udfff]")


def _text_in(block: dict[str, Any]) -> str:
    text = block.get("text") if block.get("type") == "text" else ""
    return text if isinstance(text, str) else ""


def last_message(state: TurnState) -> AnyMessage:
    """The seeker's last message.

    Raises:
        NothingToAnswer: there is none, it is empty, or the supporter spoke last.
    """
    messages = state.get("messages") or []
    if not messages:
        raise NothingToAnswer("there is no message to answer; give messages=[{'role': 'user', 'content': '…'}]")
    last = messages[-1]
    if not isinstance(last, HumanMessage):
        raise NothingToAnswer(f"the last message is the {last.type}'s; the seeker's ('user') must come last")
    if not text_of(last).strip():
        raise NothingToAnswer("the last message is empty")
    return last


def followed(transcript: Transcript, risk: Risk, crisis: CrisisState) -> CrisisState:
    """Where the crisis conversation stands after this seeker turn.

    A turn that was read before is read again where there is risk: a second message in it, or one that replaced the
    first, may be the one that shows it.
    """
    again = risk.tier is not RiskTier.NONE
    if seeker_turns(transcript) < crisis.turn:
        # Turns were taken out: at which one something was asked is not known any more, and it is asked again.
        crisis = crisis.model_copy(update={"asked_at": CrisisState().asked_at})
    return follow(transcript, risk, crisis.model_copy(update={"turn": -1}) if again else crisis)


def crisis_of(state: TurnState) -> CrisisState:
    """The crisis as the turn before left it.

    Raises:
        ValueError: the state holds something else. It is not read as "no crisis".
    """
    try:
        return CrisisState.model_validate(state.get("crisis") or {})
    except ValidationError as error:
        wrong = ", ".join(".".join(map(str, e["loc"])) or "all of it" for e in error.errors())
        told = f"'crisis' is not what the turn before returned ({wrong}): pass that on as it is"
        raise ValueError(told) from None


def spoken(text: str) -> None:
    """Send a piece of the reply to whoever streams the graph with `stream_mode="custom"`.

    Pieces come as `{"event": "text", "text": …}`; joined they are the reply, which follows as `{"event": "reply"}`.
    """
    get_stream_writer()({"event": "text", "text": text})


def prefaced(state: TurnState, text: str = "") -> str:
    """The text behind what must be said first: the AI notice, and nothing that a state was edited to say."""
    preface = state.get("preface", "")
    return f"{preface} {text}" if preface in NOTICES else text


def noted(finding: Finding, context: Context) -> dict[str, Any]:
    """A finding as the state holds it: with the words of the draft in simulation only, as they were refused."""
    return finding.model_copy(update={"words": ""} if context.live else {}).model_dump(mode="json")


def passed_gate(state: TurnState, locale: str) -> Risk:
    """The gate's verdict on the last message: nodes behind the gate call this before anything else.

    The verdict must be for this very message, must not be milder than what the rules say of it now, and must leave the
    turn to ordinary support: a state edited from outside, or an extension that enters behind the gate, is refused.

    Raises:
        GateMissing: no verdict, one for another message, one milder than the rules, or the crisis reply is due.
    """
    risk, transcript = _verdict_on(state, locale)
    crisis = crisis_of(state)
    if followed(transcript, risk, crisis).active:
        raise GateMissing("the crisis reply answers this message, and no skill: run crisis_gate, which leads there")
    return risk


def gate_verdict(state: TurnState, locale: str) -> Risk:
    """The gate's verdict on the last message, whichever path it leads to.

    Raises:
        GateMissing: no verdict, one for another message, or one that is milder than the rules.
    """
    return _verdict_on(state, locale)[0]


def _verdict_on(state: TurnState, locale: str) -> tuple[Risk, Transcript]:
    message, transcript = last_message(state), transcript_of(state["messages"])
    given = state.get("gate")
    verdict = GateVerdict.model_validate(given) if given else None
    return require_verdict(verdict, transcript, message.id or "", locale=locale).risk, transcript


class Explanation(Value):
    """Why a reply was given: the computation itself, in the words of the bank."""

    tier: RiskTier
    signs: tuple[str, ...] = ()
    generation: int
    state: dict[str, Any] = Field(default_factory=dict)
    considered: tuple[dict[str, Any], ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    skill_id: str = ""
    version: int = 0
    title: str = ""
    step_id: str = ""
    how: str = "none"
    aim: str = ""
    why: str = ""
    expected: tuple[str, ...] = ()
    within_turns: int = 0
    avoided: tuple[str, ...] = ()
    findings: tuple[dict[str, Any], ...] = ()
    rewritten: bool = False
    handed_off: bool = False
    gate_failed: tuple[str, ...] = Field(default=(), description="what of the gate failed to answer: rules, model")
    audited: bool | None = Field(
        default=None, description="whether the turn's record was kept; None: none is (simulated, or switched off)"
    )
