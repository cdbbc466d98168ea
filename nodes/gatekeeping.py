"""Which nodes stand before and behind all that evolution may edit? The gate, the reply in a crisis, and the guard."""

import re
import time
from typing import Any, Literal

from langchain_core.messages import AIMessage
from langgraph.config import get_stream_writer

from conversation.dialogue import Transcript
from conversation.seeker import RiskTier, SeekerState
from nodes.audit.of_turn import abegin, audited, begin
from nodes.context import Context, Resources, acurrent, current
from nodes.crisis_gate import CrisisState, GateVerdict, gate
from nodes.crisis_reply import crisis_reply
from nodes.node import Node, seed_of
from nodes.reply_guard import find_unsafe, safe_fallback
from nodes.retriever import Choice
from nodes.risk_reader import CRISIS_GATE, Reader, aread_by_model, read_by_model
from nodes.safety.assess import assess
from nodes.safety.language import writes_chinese
from nodes.safety.notice import ai_notice, asks_if_human, notice_due
from nodes.summariser import remembered, too_long
from nodes.turn import (
    Explanation,
    TurnState,
    crisis_of,
    followed,
    gate_verdict,
    last_message,
    noted,
    passed_gate,
    prefaced,
    spoken,
    transcript_of,
)

_SAYS_AI = re.compile(r"(?<![A-Za-z])AI(?![A-Za-z])")

MOST_DRAFTS = 2
"""A draft and one rewrite; what is unsafe after that is replaced by an authored reply."""


def _enter(state: TurnState) -> dict[str, Any]:
    resources, transcript = current(), _to_read(state)
    begin(resources)
    model = None
    if _model_may_add(resources, transcript):
        model = read_by_model(resources, transcript, _summary(state, transcript), seed_of(state, resources))
    return _verdict(state, resources, transcript, model)


async def _aenter(state: TurnState) -> dict[str, Any]:
    resources, transcript = await acurrent(), _to_read(state)
    await abegin(resources)
    model = None
    if _model_may_add(resources, transcript):
        model = await aread_by_model(resources, transcript, _summary(state, transcript), seed_of(state, resources))
    return _verdict(state, resources, transcript, model)


enter = Node("crisis_gate", _enter, _aenter)
"""Node: the gate's verdict on the last message. Clears what an earlier turn left, so that nothing old is used."""


def _to_read(state: TurnState) -> Transcript:
    if last_message(state).id is None:
        raise ValueError("the last message has no id; give messages through the graph, which sets one")
    return transcript_of(state["messages"])


def _model_may_add(resources: Resources, transcript: Transcript) -> bool:
    """Whether a model's reading could matter: nobody in the gravest danger waits for one."""
    if not resources.models.configured(CRISIS_GATE.role):
        return False
    try:
        return assess(transcript, locale=resources.context.locale).tier is not RiskTier.IMMINENT
    except Exception:  # the rules' failure is the gate's to handle
        return True


def _summary(state: TurnState, transcript: Transcript) -> str:
    return remembered(state, transcript).summary


def _verdict(state: TurnState, resources: Resources, transcript: Transcript, model: Reader | None) -> dict[str, Any]:
    context = resources.context
    verdict = gate(transcript, last_message(state).id or "", locale=context.locale, ask_model=model)
    crisis = followed(transcript, verdict.risk, crisis_of(state))
    return {
        "gate": verdict.model_dump(mode="json"),
        "crisis": crisis.model_dump(mode="json"),
        **_notice(state, context, transcript),
        "memory": remembered(state, transcript).model_dump(mode="json", exclude_defaults=True),
        "long": too_long(state, context.window),
        "seeker": {},
        "choice": {},
        "draft": "",
        "drafts": 0,
        "findings": [],
        "explanation": {},
    }


def _notice(state: TurnState, context: Context, transcript: Transcript) -> dict[str, str]:
    """Whether this turn says that this is an AI, and where: who asks is told in the reply itself."""
    text = ai_notice("zh" if writes_chinese(transcript, context.locale) else "en")
    if asks_if_human(transcript):
        return {"preface": text, "notice": ""}
    at = state.get("noticed_at")
    due = context.live and notice_due(
        transcript,
        every_turns=context.notice_every_turns,
        seconds_since_last=None if at is None else time.time() - at,
        every_seconds=context.notice_every_hours * 3600,
    )
    if due and context.notice == "beside":
        get_stream_writer()({"event": "notice", "text": text})
        return {"preface": "", "notice": text}
    return {"preface": text if due else "", "notice": ""}


def after_gate(state: TurnState) -> Literal["crisis_reply", "summarise", "appraise"]:
    """The crisis path answers from the first sign until it has stepped down by rule."""
    if CrisisState.model_validate(state["crisis"]).active:
        return "crisis_reply"
    return "summarise" if state.get("long") else "appraise"


def reply_in_crisis(state: TurnState) -> dict[str, Any]:
    """Node: the authored reply in a crisis. No bank and no model has a say in it."""
    resources = current()
    risk = gate_verdict(state, resources.context.locale)
    transcript, settings = transcript_of(state["messages"]), resources.context
    before = CrisisState.model_validate(state["crisis"])
    text, after = crisis_reply(transcript, risk, before, settings.region, locale=settings.locale)
    why = Explanation(
        tier=after.tier,
        signs=risk.signs,
        generation=resources.view.generation,
        why=f"the crisis reply ({after.phase}), outside the bank" if after.phase else "the crisis reply",
        handed_off=after.handed_off,
        gate_failed=GateVerdict.model_validate(state["gate"]).failed,
    )
    # The first texts say that this is an AI; where the notice is due at the start, it comes after the crisis. Who asks,
    # or has written for hours, is told now.
    told = (asks_if_human(transcript) or state.get("noticed_at")) and not _SAYS_AI.search(text)
    if told:
        text = prefaced(state, text)
    spoken(text)
    given = state.get("notice") or (told and state.get("preface"))
    noticed_at = time.time() if given else 0.0 if state.get("preface") else None
    return {
        **_delivered(state, resources, text, why, noticed_at=noticed_at, crisis=after),
        "crisis": after.model_dump(mode="json"),
        "progress": {},
    }


def release_or_rewrite(state: TurnState) -> dict[str, Any]:
    """Node: reads what was drafted; delivers it, asks for one rewrite, or lets an authored reply go on from there.

    The supporter's drafts have passed the guard as they were written. They are read again here, as a node of somebody
    else may have written them.
    """
    resources = current()
    context = resources.context
    risk = passed_gate(state, context.locale)
    transcript = transcript_of(state["messages"])
    number, draft, findings = state["drafts"] - 1, state["draft"], state.get("findings", [])
    refused = any(finding["draft"] == number for finding in findings)
    if not refused:
        found = find_unsafe(draft, transcript=transcript, risk=risk, locale=context.locale, draft=number)
        if found:
            refused, draft = True, ""
            findings = [*findings, *(noted(finding, context) for finding in found)]
    if refused and state["drafts"] < MOST_DRAFTS:
        return {"draft": draft, "findings": findings}
    if refused:
        rest = safe_fallback(transcript, locale=context.locale, risk=risk, region=context.region)
        spoken(rest if draft else prefaced(state, rest))
        draft += rest
    noticed = bool(state.get("preface") or state.get("notice"))
    why = _explanation(state, resources, findings)
    return {
        **_delivered(state, resources, prefaced(state, draft), why, noticed_at=time.time() if noticed else None),
        "draft": draft,
        "findings": findings,
    }


def rewrite_wanted(state: TurnState) -> Literal["respond", "end"]:
    """Back to the supporter, or done."""
    return "end" if state.get("explanation") else "respond"


def _delivered(
    state: TurnState,
    resources: Resources,
    reply: str,
    why: Explanation,
    *,
    noticed_at: float | None,
    crisis: CrisisState | None = None,
) -> dict[str, Any]:
    """The keys of a turn that is over; its record is kept before they are."""
    reply = reply.rstrip()
    get_stream_writer()({"event": "reply", "text": reply})
    why = why.model_copy(update={"audited": audited(state, resources, reply, why, crisis)})
    given = {"noticed_at": noticed_at} if noticed_at is not None and resources.context.live else {}
    return {"messages": [AIMessage(reply)], "explanation": why.model_dump(mode="json"), **given}


def _explanation(state: TurnState, resources: Resources, findings: list[dict[str, Any]]) -> Explanation:
    choice = Choice.model_validate(state["choice"])
    seeker = SeekerState.model_validate(state["seeker"])
    common = Explanation(
        tier=seeker.risk.tier,
        signs=seeker.risk.signs,
        generation=resources.view.generation,
        state=state["seeker"],
        considered=tuple(score.model_dump(mode="json") for score in choice.retrieved.considered),
        refused=choice.retrieved.refused,
        how=choice.how,
        why=choice.why,
        findings=tuple(findings),
        rewritten=state["drafts"] > 1,
        gate_failed=GateVerdict.model_validate(state["gate"]).failed,
    )
    if choice.skill is None:
        return common
    skill, step = choice.skill, choice.skill.step(choice.step_id)
    return common.model_copy(
        update={
            "skill_id": skill.id,
            "version": skill.version,
            "title": skill.title,
            "step_id": step.id,
            "aim": step.aim,
            "expected": tuple(change.value for change in skill.expected.changes),
            "within_turns": skill.expected.within_turns,
            "avoided": (*step.avoid, *(pitfall.what for pitfall in skill.pitfalls)),
        }
    )
