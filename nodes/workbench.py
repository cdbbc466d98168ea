"""What lies on the bench while skills are discovered? Dialogues, labels, units: too large for a graph's state.

The state carries the run's id, and the bench is found by it, within the process. A run is not resumed from its bench
but from the bank's journal; a bench that is gone is a clear error.
"""

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field

from conversation.annotation import Annotation
from conversation.dialogue import Dialogue
from skills_bank.bank import Bank
from skills_bank.grouping import SkillGroup
from skills_bank.intervention_unit import InterventionUnit, UnitText
from skills_bank.prototype import Prototype
from skills_bank.skill import Skill

MOST_BENCHES = 4
"""Benches kept in a process: runs that broke off leave theirs behind."""


@dataclass
class Workbench:
    """All that one discovery run has at hand."""

    bank: Bank
    began: float = field(default_factory=time.monotonic)
    dialogues: dict[str, Dialogue] = field(default_factory=dict)
    annotations: dict[str, Annotation] = field(default_factory=dict)
    units: dict[str, InterventionUnit] = field(default_factory=dict)
    texts: dict[str, UnitText] = field(default_factory=dict)
    prototypes: tuple[Prototype, ...] = ()
    groups: dict[str, SkillGroup] = field(default_factory=dict)
    skills: dict[str, Skill] = field(default_factory=dict)


_lock = threading.Lock()
_benches: OrderedDict[str, Workbench] = OrderedDict()


def lay_out(run: str, bank: Bank) -> Workbench:
    """A fresh bench for a run; the oldest one goes when there are too many."""
    with _lock:
        bench = _benches[run] = Workbench(bank)
        _benches.move_to_end(run)
        while len(_benches) > MOST_BENCHES:
            _benches.popitem(last=False)
        return bench


def bench_of(run: str) -> Workbench:
    """The bench of a run.

    Raises:
        LookupError: it is not in this process, or was cleared.
    """
    with _lock:
        if run not in _benches:
            raise LookupError(f"the dialogues of discovery run '{run}' are no longer in memory; start the run again")
        return _benches[run]


def clear(run: str) -> None:
    """Clear the bench of a run."""
    with _lock:
        _benches.pop(run, None)
