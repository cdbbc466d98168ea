"""Records of the audit log, and turns that leave them, for its tests."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from langchain_core.messages import HumanMessage

from conversation.episode import SkillUse
from conversation.seeker import RiskKind, RiskTier
from graphs import support
from nodes.audit import AuditRecord, pseudonym
from nodes.audit import Path as Way
from nodes.audit.record import BankRead, CrisisStep, GateReading, GuardWork
from nodes.context import Context

GRAVE = "I have decided to kill myself tonight, I have the pills here."
CALM = "My boss shouted at me in front of everyone and I feel small."


def record(number: int = 0, conversation: str = "ann", **more: Any) -> AuditRecord:
    plain: dict[str, Any] = {
        "at": datetime(2026, 5, 17, 12, 0, number % 60, tzinfo=UTC),
        "conversation": pseudonym(conversation) if conversation else "",
        "message_id": f"m{number}",
        "run": "task",
        "path": Way.SKILL,
        "gate": GateReading(tier=RiskTier.NONE, by=("rules",), rules="f" * 16),
        "bank": BankRead(id="b" * 32, generation=1, content="c" * 64),
        "used": SkillUse(skill_id="open-gently", version=1, step_id="say-it-back", how="start"),
        "guard": GuardWork(drafts=1),
        "prompts": "p" * 16,
        "retrieval": "r" * 16,
        "models": {"supporter": "embedded"},
        "engine": "0",
    }
    return AuditRecord(**{**plain, **more})


def crisis(number: int, conversation: str = "ann", *, referred: bool = True, **more: Any) -> AuditRecord:
    step = CrisisStep(tier=RiskTier.IMMINENT, kind=RiskKind.SUICIDE, phase=None, handed_off=True)
    gate = GateReading(tier=RiskTier.IMMINENT, kinds=(RiskKind.SUICIDE,), by=("rules",), rules="f" * 16)
    given = {"path": Way.CRISIS, "crisis": step, "gate": gate, "used": None, "referred": referred, "named": True}
    return record(number, conversation, **{**given, **more})


def everything_at(place: str) -> bytes:
    return b"".join(file.read_bytes() for file in Path(place).parent.glob(Path(place).name + "*"))


def said(text: str, **settings: Any) -> dict[str, Any]:
    asked: Any = {"messages": [HumanMessage(text)]}
    result: dict[str, Any] = support.graph.invoke(asked, context=Context(**settings))
    return result
