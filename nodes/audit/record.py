"""What is told of one turn? Gate, path, skill, guard, and fingerprints of all that took part; not what was written."""

import hashlib
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from conversation.episode import SkillUse
from conversation.model import Value
from conversation.seeker import RiskKind, RiskTier
from conversation.support import UnsafeIntervention
from nodes.crisis_gate import Phase


def _storable(text: object) -> object:
    """Text without what no database takes: lone surrogates and NUL."""
    if not isinstance(text, str):
        return text
    return text.encode(errors="replace").decode().replace("\0", "\ufffd")


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a time of the audit log needs its zone")
    return moment.astimezone(UTC)


Text = Annotated[str, BeforeValidator(_storable)]
Utc = Annotated[datetime, AfterValidator(_in_utc)]


class Path(StrEnum):
    """Who answered."""

    SKILL = "skill"
    NO_SKILL = "no_skill"
    CRISIS = "crisis"


class GateReading(Value):
    """What the gate read in the seeker's turn, and who read it."""

    tier: RiskTier
    kinds: tuple[RiskKind, ...] = ()
    by: tuple[str, ...] = Field(default=(), description="who answered: 'rules', 'model'")
    failed: tuple[str, ...] = Field(default=(), description="who failed to answer")
    rules: str = Field(description="fingerprint of the rule files")


class CrisisStep(Value):
    """Where the crisis stood when its reply was given."""

    tier: RiskTier = Field(description="the highest of this crisis")
    kind: RiskKind | None = Field(description="the most urgent; None: the gate failed and no kind is known")
    phase: Phase | None
    handed_off: bool = Field(description="whether a hand-off has taken place in this conversation")


class BankRead(Value):
    """Which skills stood to choose from."""

    id: str = Field(description="of the bank's journal; made anew in each process for a bank in memory")
    generation: int
    content: str = Field(description="SHA-256 over all living skills: the same for the same skills in any bank")


class Found(Value):
    """Something that the guard found in a draft; without its words."""

    kind: UnsafeIntervention
    draft: int = Field(description="0 for the first draft, 1 for its rewrite")
    delivered: bool = False


class GuardWork(Value):
    """What the guard did."""

    drafts: int = Field(ge=0, description="drafts of a supporter that it read; 0 for a crisis reply, which is authored")
    found: tuple[Found, ...] = ()
    fallback: bool = Field(default=False, description="whether an authored reply took the place of the drafts")


class AuditRecord(Value):
    """One live turn."""

    at: Utc
    conversation: str = Field(default="", description="pseudonym of the thread's id; empty without a thread")
    message_id: Text = ""
    run: Text = Field(
        default="", description="id of the node's task: the same when a node is run again, another when a turn is"
    )
    locale: Text = "en"
    region: Text = ""
    path: Path
    gate: GateReading
    crisis: CrisisStep | None = Field(default=None, description="on the crisis path only")
    referred: bool = Field(default=False, description="a service was named for the first time in this crisis")
    named: bool = Field(default=False, description="the reply names a service; the AI notice is not counted")
    bank: BankRead
    used: SkillUse | None = None
    guard: GuardWork
    notice: str = Field(
        default="", pattern="^(|reply|beside)$", description="whether and where the AI notice was given"
    )
    prompts: str
    retrieval: str
    models: dict[str, str] = Field(description="role → 'model @ endpoint, temperature'; no secrets")
    engine: str = Field(description="version of ESC-Skills and hash over its rules")
    seeker: Text | None = Field(default=None, description="the seeker's words, where the operator allows it")
    reply: Text | None = Field(default=None, description="the reply, where the operator allows it")

    @property
    def kind(self) -> RiskKind | None:
        """The kind of risk that was answered: the crisis's, else the first that the gate read."""
        if self.crisis is not None:
            return self.crisis.kind
        return self.gate.kinds[0] if self.gate.kinds else None


def pseudonym(thread_id: str) -> str:
    """What stands for a thread: 32 hex digits of its id's SHA-256. Who can guess the id can find the thread."""
    return hashlib.sha256(thread_id.encode(errors="replace")).hexdigest()[:32]
