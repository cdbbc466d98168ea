"""What is a run given? Typed settings, and the heavy things that are opened once behind them.

Every graph takes a `Context`; without one it takes the environment's. A context is JSON-able, so that Studio and a
worker process can be given the same one; what it opens (bank, models) is shared within the process.
"""

import asyncio
import hashlib
import os
import pickle
import threading
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal

from langgraph.runtime import get_runtime
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr
from pydantic_settings import BaseSettings, SettingsConfigDict

from nodes.agent import read_prompt
from nodes.audit.log import AuditLog
from nodes.audit.place import OFF, audit_place
from nodes.chat import Chat
from nodes.models import ROLES, Models
from nodes.usage import Budget
from skills_bank.bank import Bank, BankView
from skills_bank.change import Change, ChangeKind, Claim
from skills_bank.retrieval import RetrievalSettings
from skills_bank.skill_md import starter

STARTER = "starter"
"""The bank that is used when none is named: the starter skills, in memory, committed to nothing."""

_STARTER_GENERATION = 1

NO_SKILLS = "none"
"""The bank without skills, for comparisons."""

IN_MEMORY = (STARTER, NO_SKILLS)
"""Banks that live in this process alone: other processes make their own, and see no commit to this one."""


class Context(BaseModel):
    """What a run is given."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bank: str = Field(default=STARTER, description="folder or database URL of a bank; 'starter'; 'none' for no skills")
    generation: int | None = Field(default=None, description="the generation to read; None: the newest when opened")
    changes: tuple[Change, ...] = Field(default=(), description="edits on top of it: the bank as it would be")
    embedder: str | None = Field(
        default=None, description="'hashing', 'minilm' or 'endpoint:MODEL'; None: the one the bank was made with"
    )
    index: str = Field(default="memory", description="'memory', or the URL of a Chroma server")
    retrieval: RetrievalSettings = RetrievalSettings()
    models: Models | None = Field(default=None, description="who answers for each role; None: from the environment")
    budget: Budget = Budget()
    record: str | None = Field(default=None, description="a new file for what language models answer")
    replay: str | None = Field(default=None, description="a recording that answers in the place of language models")
    concurrency: int = Field(default=16, ge=1, description="model calls at the same time, in the whole process")
    locale: str = "en"
    region: str | None = Field(
        default=None, description="for crisis lines, such as 'US'; None: local emergency service"
    )
    seed: int = 0
    turn_limit: int = Field(default=10, ge=1, description="seeker turns of a simulated conversation (SAGE: 10)")
    judge_samples: int = Field(
        default=1, ge=1, le=15, description="how often the judge is asked about each reply; the median counts"
    )
    live: bool = Field(
        default=True, description="a person may be writing: notices are given, replies stream, turns are audited"
    )
    notice: Literal["reply", "beside"] = Field(
        default="reply", description="the AI notice begins the reply, or comes beside it for the caller to show"
    )
    notice_every_turns: int = Field(default=0, ge=0, description="replies between two AI notices; 0: by time only")
    notice_every_hours: float = Field(default=3.0, gt=0, description="time between two AI notices")
    window: int = Field(
        default=40, ge=8, description="lines of a conversation that agents are shown; what was before is summarised"
    )

    audit_log: str | None = Field(
        default=None,
        description="where live turns are recorded: a file, a postgresql:// URL or 'off'; None: where ESC_SKILLS_AUDIT "
        "says, else a file among the user's data",
    )
    audit_text: bool = Field(default=False, description="whether the audit log also keeps what was written")

    @property
    def simulated(self) -> "Context":
        """These settings for a simulated seeker: no notice and no audit, drafts not streamed, findings quoted."""
        if not self.live:
            return self
        if self._simulated is None:
            self._simulated = self.but(live=False)
        return self._simulated

    def but(self, **settings: object) -> "Context":
        """A plain context with some settings changed, for the conversations that a longer run simulates.

        Made anew and not by `model_copy`, which would carry the opened resources of these settings along.
        """
        own = {name: getattr(self, name) for name in Context.model_fields}
        return Context(**{**own, **settings})

    @property
    def resources(self) -> "Resources":
        """What these settings open; opened once in a process for equal settings, and again after `close_all`.

        Raises:
            BankError: the bank cannot be opened, or has no such generation.
            ValueError: a setting that fits nothing.
        """
        if self._opened is None or self._opened[0] != _epoch:
            self._opened = (_epoch, _open(self))
        return self._opened[1]

    @property
    def opened(self) -> bool:
        """Whether `resources` are open, so that asking for them takes no time."""
        return self._opened is not None and self._opened[0] == _epoch

    _opened: "tuple[int, Resources] | None" = PrivateAttr(default=None)
    _simulated: "Context | None" = PrivateAttr(default=None)


class Environment(BaseSettings):
    """Settings that a graph takes from the environment when it is given no context."""

    model_config = SettingsConfigDict(env_prefix="ESC_SKILLS_", extra="ignore", env_ignore_empty=True)

    bank: str = STARTER
    embedder: str | None = None
    index: str = "memory"
    locale: str = "en"
    region: str | None = None
    seed: int = 0
    record: str | None = None
    replay: str | None = None
    audit_text: bool = False

    def context(self) -> Context:
        """The context that these settings make."""
        return Context(**self.model_dump())


@dataclass(frozen=True)
class Resources:
    """What the nodes of a run work with."""

    context: Context
    models: Models
    chat: Chat
    bank: Bank
    view: BankView

    @cached_property
    def prompts(self) -> str:
        """Hash over the prompts of all roles that are played, recorded with every episode."""
        roles = (*ROLES, "crisis_gate") if self.models.configured("crisis_gate") else ROLES
        text = "\x1f".join(f"{role}\x1e{read_prompt(role)}" for role in roles)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @cached_property
    def retrieval(self) -> str:
        """Hash over embedder and retrieval settings, recorded with every episode."""
        return self.context.retrieval.fingerprint(self.bank.fingerprint)

    @cached_property
    def audit(self) -> AuditLog | None:
        """Where live turns are recorded, made and checked when it is first asked for; None: nowhere.

        Raises:
            AuditError: nothing can be kept there.
        """
        return open_audit(self.context.audit_log) if self.context.live else None


_lock = threading.RLock()
_epoch = 0
_chats: dict[str, Chat] = {}
_banks: dict[tuple[str, str | None, str], Bank] = {}
_views: dict[tuple[str, str | None, str, int | None, str], BankView] = {}
_audits: dict[str, AuditLog] = {}


def _open(context: Context) -> Resources:
    models = context.models or Models.from_environment()
    with _lock:
        # Pickled, since `repr` masks keys: two keys for one endpoint are two accounts.
        tape = (context.record, context.replay)
        key = hashlib.sha256(pickle.dumps((models.model_dump(), context.concurrency, context.budget, tape))).hexdigest()
        if key not in _chats:
            record, replay = (Path(place) if place else None for place in tape)
            _chats[key] = Chat(
                models, max_concurrency=context.concurrency, budget=context.budget, record=record, replay=replay
            )
        bank = open_bank(context.bank, embedder=context.embedder, index=context.index)
        generation = context.generation
        if generation is None and context.bank == STARTER:
            generation = _STARTER_GENERATION  # a run may commit to its own copy of it; others still read the first
        view = bank.at(generation)
        if context.changes:
            # By content: a change that a person has edited may keep its id, and is another change.
            edits = "\x1f".join(change.model_dump_json() for change in context.changes)
            digest = hashlib.sha256(edits.encode()).hexdigest()
            place = (context.bank, context.embedder, context.index, view.generation, digest)
            if place not in _views:
                _views[place] = bank.preview(context.changes, base=view)
            view = _views[place]
        return Resources(context=context, models=models, chat=_chats[key], bank=bank, view=view)


def open_bank(location: str, *, embedder: str | None = None, index: str = "memory", create: bool = False) -> Bank:
    """A bank, opened once in a process; 'starter' and 'none' are made in memory.

    Raises:
        BankError: there is no bank at the location and `create` is False, or it cannot be opened.
    """
    with _lock:
        place = (location, embedder, index)
        if place not in _banks:
            if location in IN_MEMORY:
                bank = Bank.open(":memory:", embedder=embedder, index=index)
                if location == STARTER:
                    bank.commit(starter_changes(), expected_generation=bank.generation)
            else:
                bank = Bank.open(location, create=create, embedder=embedder, index=index)
            _banks[place] = bank
        return _banks[place]


def open_audit(place: str | None = None) -> AuditLog | None:
    """The audit log at a place, opened once in a process; None when it is switched off.

    Raises:
        AuditError: it cannot be opened or written to.
    """
    where = audit_place(place)
    if where == OFF:
        return None
    with _lock:
        if where not in _audits:
            _audits[where] = AuditLog.open(where)
        return _audits[where]


def starter_changes() -> tuple[Change, ...]:
    """The starter skills as changes that a new bank can be given."""
    return tuple(
        Change(
            id=f"starter-{skill.id}",
            kind=ChangeKind.ADD,
            claim=Claim.GAIN,
            skills=(skill,),
            author="ESC-Skills",
            reason="starter bank: authored, not yet shown to help anyone",
        )
        for skill in starter()
    )


def close_all() -> None:
    """Close every bank, audit log and model that this process has opened; the next use opens it again."""
    global _epoch
    with _lock:
        _epoch += 1
        for chat in _chats.values():
            chat.close()
        for bank in _banks.values():
            bank.close()
        for audit in _audits.values():
            audit.close()
        _banks.clear()
        _audits.clear()
        _views.clear()
        _chats.clear()


def resources_of(context: Any) -> Resources:
    """The resources behind a node's context; the environment's when it was given none.

    A context that came through a server is a plain dictionary and is checked here.
    """
    if context is None:
        return _from_environment().resources
    if isinstance(context, dict):
        return Context.model_validate(context).resources
    resources: Resources = context.resources
    return resources


def current() -> Resources:
    """The resources of the run that the calling node belongs to; on an event loop, see `acurrent`."""
    return resources_of(get_runtime(Context).context)


async def acurrent() -> Resources:
    """The same for a node on an event loop: what is not open yet is opened in a thread, as a bank reads files."""
    context: Any = get_runtime(Context).context
    if context is None:
        context = _from_environment()
    if isinstance(context, Context) and context.opened:
        return context.resources
    return await asyncio.to_thread(resources_of, context)


def _from_environment() -> Context:
    own = tuple(sorted((k, v) for k, v in os.environ.items() if k.startswith(("ESC_SKILLS_", "OPENAI_"))))
    return _context_of(own)


@lru_cache(maxsize=4)
def _context_of(environment: tuple[tuple[str, str], ...]) -> Context:
    """The context of these variables: read once, as every node of every turn asks for it."""
    return Environment().context()
