"""Which nodes stand before and behind all that evolution may edit? The gate, the reply in a crisis, and the guard."""

from typing import Any, Literal

from langchain_core.messages import AIMessage
from langgraph.config import get_stream_writer

from conversation.episode import Finding
from conversation.seeker import SeekerState
from nodes.context import Resources, current
from nodes.crisis_gate import CrisisState, GateVerdict, gate
from nodes.crisis_reply import crisis_reply
from nodes.reply_guard import find_unsafe, safe_fallback
from nodes.retriever import Choice
from nodes.safety.notice import ai_notice, asks_if_human
from nodes.turn import Explanation, TurnState, followed, gate_verdict, last_message, passed_gate, transcript_of

MOST_DRAFTS = 2
"""A draft and one rewrite; what is unsafe after that is replaced by an authored reply."""


def enter(state: TurnState) -> dict[str, Any]:
    """Node: the gate's verdict on the last message. Clears what an earlier turn left, so that nothing old is used."""
    message = last_message(state)
    if message.id is None:
        raise ValueError("the last message has no id; give messages through the graph, which sets one")
    transcript = transcript_of(state["messages"])
    verdict = gate(transcript, message.id, locale=current().context.locale)
    crisis = followed(transcript, verdict.risk, CrisisState.model_validate(state.get("crisis") or {}))
    return {
        "gate": verdict.model_dump(mode="json"),
        "crisis": crisis.model_dump(mode="json"),
        "seeker": {},
        "choice": {},
        "draft": "",
        "drafts": 0,
        "findings": [],
        "explanation": {},
    }


def in_crisis(state: TurnState) -> Literal["crisis_reply", "appraise"]:
    """The crisis path answers from the first sign until it has stepped down by rule."""
    return "crisis_reply" if CrisisState.model_validate(state["crisis"]).active else "appraise"


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
    get_stream_writer()({"event": "reply", "text": text})
    return {
        "messages": [AIMessage(text)],
        "crisis": after.model_dump(mode="json"),
        "progress": {},
        "explanation": why.model_dump(mode="json"),
    }


def release_or_rewrite(state: TurnState) -> dict[str, Any]:
    """Node: reads the draft; releases it, asks for one rewrite, or puts an authored reply in its place."""
    resources = current()
    risk = passed_gate(state, resources.context.locale)
    transcript = transcript_of(state["messages"])
    number = state["drafts"] - 1
    found = find_unsafe(state["draft"], transcript=transcript, risk=risk, locale=resources.context.locale, draft=number)
    findings = [*state.get("findings", []), *(finding.model_dump(mode="json") for finding in found)]
    if found and state["drafts"] < MOST_DRAFTS:
        return {"findings": findings}
    reply = safe_fallback(transcript, locale=resources.context.locale, risk=risk) if found else state["draft"]
    if asks_if_human(transcript):
        reply = f"{ai_notice(resources.context.locale)} {reply}"
    get_stream_writer()({"event": "reply", "text": reply})
    explanation = _explanation(state, resources, findings).model_dump(mode="json")
    return {"messages": [AIMessage(reply)], "findings": findings, "explanation": explanation}


def rewrite_wanted(state: TurnState) -> Literal["respond", "end"]:
    """Back to the supporter, or done."""
    return "end" if state.get("explanation") else "respond"


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
        findings=tuple(Finding.model_validate(finding).model_dump(mode="json") for finding in findings),
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
