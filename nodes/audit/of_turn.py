"""How does a turn that is over become a record? From its state, its explanation, and what answered it."""

import asyncio
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from langgraph.config import get_config
from langgraph.runtime import get_runtime

from conversation.episode import SkillUse
from nodes.audit.errors import AuditError
from nodes.audit.record import (
    AuditRecord,
    BankRead,
    CrisisStep,
    Found,
    GateReading,
    GuardWork,
    Path,
    pseudonym,
)
from nodes.context import Resources
from nodes.crisis_gate import CrisisState, GateVerdict
from nodes.record import engine
from nodes.safety.resources import find_region, names_service
from nodes.safety.rulebook import fingerprint
from nodes.turn import Explanation, TurnState, last_message, text_of

logger = logging.getLogger("esc_skills.audit")


def begin(resources: Resources) -> None:
    """Open the log where one is to be kept, before a word of the seeker is read.

    Raises:
        AuditError: nothing can be kept at its place.
    """
    _ = resources.audit


async def abegin(resources: Resources) -> None:
    """The same on an event loop: what is not open yet is opened in a thread."""
    if "audit" not in vars(resources):
        await asyncio.to_thread(begin, resources)


def audited(
    state: TurnState, resources: Resources, reply: str, why: Explanation, crisis: CrisisState | None = None
) -> bool | None:
    """Append the record of a turn that is over. Never raises: whatever is wrong with the log, the reply is delivered.

    Args:
        state: Of the turn, before the keys that this node changes.
        resources: What answered.
        reply: The whole reply, the AI notice included.
        why: Its explanation.
        crisis: The crisis state after the crisis reply; None on any other path.

    Returns:
        True when the record is kept; False when it could not be, which is logged without any words of the turn; None
        when none is to be kept (simulated, or switched off).
    """
    try:
        log = resources.audit
        if log is None:
            return None
        thread, run = _whose()
        log.append(record_of(state, resources, reply, why, crisis, conversation=thread, run=run, at=datetime.now(UTC)))
    except Exception as error:
        # Errors that are not our own may quote what they were given.
        told = str(error) if isinstance(error, AuditError) else f"unexpected {type(error).__name__}"
        logger.warning("a turn was answered and not recorded: %s", told)
        return False
    return True


def record_of(
    state: TurnState,
    resources: Resources,
    reply: str,
    why: Explanation,
    crisis: CrisisState | None = None,
    *,
    conversation: str = "",
    run: str = "",
    at: datetime,
) -> AuditRecord:
    """The record of a turn; arguments as for `audited`.

    Args:
        conversation: Id of its thread; recorded as a pseudonym.
        run: Id of the node's task.
        at: When it was answered.
    """
    context = resources.context
    verdict = GateVerdict.model_validate(state["gate"])
    before = CrisisState.model_validate(state.get("crisis") or {})
    message = last_message(state)
    preface, beside = state.get("preface", ""), state.get("notice", "")
    own_words = reply.removeprefix(preface)
    return AuditRecord(
        at=at,
        conversation=pseudonym(conversation) if conversation else "",
        message_id=message.id or "",
        run=run,
        locale=context.locale,
        region=context.region or "",
        path=Path.CRISIS if crisis is not None else Path.SKILL if why.skill_id else Path.NO_SKILL,
        gate=GateReading(
            tier=verdict.risk.tier,
            kinds=verdict.risk.kinds,
            by=verdict.by,
            failed=verdict.failed,
            rules=fingerprint(),
        ),
        crisis=None
        if crisis is None
        else CrisisStep(tier=crisis.tier, kind=crisis.kind, phase=crisis.phase, handed_off=crisis.handed_off),
        referred=crisis is not None and crisis.named and not before.named,
        named=names_service(own_words, find_region(context.region)),
        bank=BankRead(id=resources.bank.id, generation=resources.view.generation, content=resources.view.content_hash),
        used=SkillUse(skill_id=why.skill_id, version=why.version, step_id=why.step_id, how=why.how)
        if why.skill_id
        else None,
        guard=_guard(state.get("drafts", 0), why.findings) if crisis is None else GuardWork(drafts=0),
        notice="beside" if beside else "reply" if preface and reply.startswith(preface) else "",
        prompts=resources.prompts,
        retrieval=resources.retrieval,
        models=resources.models.describe(),
        engine=engine(),
        seeker=text_of(message) if context.audit_text else None,
        reply=reply if context.audit_text else None,
    )


def _guard(drafts: int, findings: tuple[Mapping[str, Any], ...]) -> GuardWork:
    return GuardWork(
        drafts=drafts,
        found=tuple(Found(kind=f["kind"], draft=f["draft"], delivered=f.get("delivered", False)) for f in findings),
        # A last draft that was refused is never delivered: an authored reply was.
        fallback=any(f["draft"] == drafts - 1 for f in findings),
    )


def _whose() -> tuple[str, str]:
    """The thread of the running node, and the id of its task: the same when the node is run again after a crash."""
    info = get_runtime().execution_info
    thread = get_config().get("configurable", {}).get("thread_id")
    return "" if thread is None else str(thread), info.task_id if info is not None else ""
