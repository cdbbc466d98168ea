"""Skills, and the bank that keeps, indexes, judges and evolves them.

The names of the public face load when they are first asked for: importing the package costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from skills_bank.bank import Bank as Bank
    from skills_bank.change import Change as Change
    from skills_bank.change import ChangeKind as ChangeKind
    from skills_bank.change import Claim as Claim
    from skills_bank.change import Group as Group
    from skills_bank.embedding import Embedder as Embedder
    from skills_bank.embedding import EmbeddingError as EmbeddingError
    from skills_bank.embedding import HashingEmbedder as HashingEmbedder
    from skills_bank.errors import BankError as BankError
    from skills_bank.errors import Conflict as Conflict
    from skills_bank.errors import NewerSchema as NewerSchema
    from skills_bank.errors import NoBank as NoBank
    from skills_bank.errors import UnknownGeneration as UnknownGeneration
    from skills_bank.errors import UnknownSkill as UnknownSkill
    from skills_bank.intervention_unit import InterventionUnit as InterventionUnit
    from skills_bank.ledger import Ledger as Ledger
    from skills_bank.prototype import Prototype as Prototype
    from skills_bank.retrieval import Query as Query
    from skills_bank.retrieval import RetrievalSettings as RetrievalSettings
    from skills_bank.retrieval import Retrieved as Retrieved
    from skills_bank.retrieval import retrieve as retrieve
    from skills_bank.skill import Skill as Skill
    from skills_bank.view import BankView as BankView

_HOMES = {
    "bank": ("Bank",),
    "change": ("Change", "ChangeKind", "Claim", "Group"),
    "embedding": ("Embedder", "EmbeddingError", "HashingEmbedder"),
    "errors": ("BankError", "Conflict", "NewerSchema", "NoBank", "UnknownGeneration", "UnknownSkill"),
    "intervention_unit": ("InterventionUnit",),
    "ledger": ("Ledger",),
    "prototype": ("Prototype",),
    "retrieval": ("Query", "RetrievalSettings", "Retrieved", "retrieve"),
    "skill": ("Skill",),
    "view": ("BankView",),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME)  # noqa: PLE0605 - the one list of names is _HOMES


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'skills_bank' has no attribute '{name}'")
    return getattr(import_module(f"skills_bank.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})
