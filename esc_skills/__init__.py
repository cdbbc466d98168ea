"""ESC-Skills: emotional-support skills that are executable, inspectable and improvable.

    from esc_skills import support, evolution, Bank
    support.graph.invoke({"messages": [{"role": "user", "content": "I can't sleep before the exam."}]})

The names below are loaded when they are first used, so that importing this package costs nothing.
"""

from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from graphs import discovery, episode, evolution, support, verification
    from graphs.context import Context, EvolutionContext, VerificationContext
    from skills_bank.bank import Bank
    from skills_bank.change import Change
    from skills_bank.skill import Skill

_HOMES = {
    "support": "graphs.support",
    "episode": "graphs.episode",
    "discovery": "graphs.discovery",
    "verification": "graphs.verification",
    "evolution": "graphs.evolution",
    "Context": "graphs.context:Context",
    "EvolutionContext": "graphs.context:EvolutionContext",
    "VerificationContext": "graphs.context:VerificationContext",
    "Bank": "skills_bank.bank:Bank",
    "Change": "skills_bank.change:Change",
    "Skill": "skills_bank.skill:Skill",
}

_PACKAGES = ("conversation", "evaluation", "graphs", "nodes", "skills_bank")

__all__ = [
    "Bank",
    "Change",
    "Context",
    "EvolutionContext",
    "Skill",
    "VerificationContext",
    "discovery",
    "episode",
    "evolution",
    "support",
    "verification",
]

try:
    __version__ = version("esc-skills")
except PackageNotFoundError:  # a checkout that was never installed
    __version__ = "0"


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'esc_skills' has no attribute '{name}'; it has {', '.join(__all__)}")
    module, _, attribute = _HOMES[name].partition(":")
    try:
        loaded = import_module(module)
    except ModuleNotFoundError as error:
        raise _foreign(error) from error
    return getattr(loaded, attribute) if attribute else loaded


def _foreign(error: ModuleNotFoundError) -> ImportError:
    """What to say when a foreign package stands before one of ours; the error itself when that is not the cause."""
    import sys

    top = (error.name or "").partition(".")[0]
    found = sys.modules.get(top)
    if top not in _PACKAGES or found is None:
        return error
    where = getattr(found, "__file__", None) or "a place without a file"
    return ImportError(
        f"'{top}' was imported from {where}, which is not ESC-Skills' package of that name. Another distribution or a "
        f"folder on the import path hides it; install ESC-Skills in an environment of its own, or rename that folder"
    )


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
