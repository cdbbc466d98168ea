"""What does each step of discovery do? Read, extract, cluster, lint and commit; annotator and distiller are agents."""

import hashlib
import time
import uuid
from collections import Counter
from importlib.resources import files
from operator import add
from pathlib import Path
from typing import Annotated, Any

from langgraph.config import get_stream_writer
from langgraph.runtime import Runtime
from typing_extensions import TypedDict

from conversation.dialogue import Dialogue
from conversation.formats import read_dialogues
from conversation.split import held_out
from conversation.support import Polarity
from graphs.context import DiscoveryContext
from nodes.annotator import label_again
from nodes.context import NO_SKILLS, STARTER, open_bank
from nodes.discovery_cost import estimate
from nodes.models import Models
from nodes.workbench import Workbench, bench_of, clear, lay_out
from skills_bank.bank import Bank
from skills_bank.change import Change, ChangeKind, Claim
from skills_bank.clustering import cluster_units
from skills_bank.duplicates import without_duplicates
from skills_bank.errors import Conflict, NoBank
from skills_bank.grouping import group_prototypes
from skills_bank.intervention_unit import LabelSource
from skills_bank.licences import allows_commercial_use, most_restrictive
from skills_bank.lint import copied, lint
from skills_bank.skill import Skill
from skills_bank.unit_extraction import extract_units
from skills_bank.view import BankView

TRIES = 5
"""Commits tried when others write to the same bank meanwhile."""

MOST_LINES = 20
"""Refused records and failures listed; the counts are always whole."""


class DiscoveryError(ValueError):
    """Nothing can be discovered from what was given; one line that says why."""


class DiscoveryInput(TypedDict, total=False):
    """What is read. Without paths: the project's own dialogues. `estimate_only` stops before anything is asked."""

    paths: list[str]
    format: str | None
    skip_bad: bool
    estimate_only: bool


class DiscoveryState(DiscoveryInput, total=False):
    """Ids and counts; what is large lies on the bench of the process (`nodes/workbench.py`)."""

    bench: str
    run: str
    source: str
    licence: str
    pending: list[str]
    groups: list[str]
    annotated: Annotated[int, add]
    distilled: Annotated[int, add]
    failures: Annotated[list[str], add]
    left_out: list[str]
    summary: dict[str, Any]


class DiscoveryOutput(TypedDict, total=False):
    """What was found."""

    run: str
    summary: dict[str, Any]


def tell(event: str, **facts: Any) -> None:
    """A typed event for whoever watches the run."""
    get_stream_writer()({"event": event, **facts})


def read(state: DiscoveryState, runtime: Runtime[DiscoveryContext]) -> dict[str, Any]:
    """Node: the dialogues of all files, without those held out, on a fresh bench.

    Raises:
        DiscoveryError: no dialogue is left, or a licence is refused.
        BadDialogue, UnknownFormat, OSError: a file cannot be read.
    """
    context = settings(runtime)
    readings = [
        (path, read_dialogues(Path(path), format=state.get("format"), skip_bad=state.get("skip_bad", False)))
        for path in state.get("paths") or authored_dialogues()
    ]
    everything = [dialogue for _, reading in readings for dialogue in reading.dialogues]
    refused = [str(bad) for _, reading in readings for bad in reading.refused]
    distinct = {dialogue.id: dialogue for dialogue in everything}
    kept = {i: d for i, d in sorted(distinct.items()) if not held_out(situation_of(d), context.held_out)}
    if not kept:
        raise DiscoveryError(f"no dialogue to learn from: {len(everything)} read, {len(refused)} refused")
    licences = sorted({dialogue.licence for dialogue in kept.values()})
    if context.licence_policy == "commercial" and not all(map(allows_commercial_use, licences)):
        raise DiscoveryError(
            f"licence policy 'commercial': these dialogues carry {', '.join(licences)}; "
            "leave them out, or run with the policy 'any' for a bank that carries that licence"
        )
    name = uuid.uuid4().hex
    bench = lay_out(name, bank_of(context, create=not state.get("estimate_only", False)))
    bench.dialogues.update(kept)
    models = context.models or Models.from_environment()
    pending = label_again(bench, models)
    expected = estimate((kept[dialogue] for dialogue in pending), models)
    said = models.describe()
    digest = hashlib.sha256("\n".join([*kept, said["annotator"], said["distiller"], str(context.seed)]).encode())
    counts = {
        "files": [
            {"path": path, "format": r.format, "read": len(r.dialogues), "refused": len(r.refused)}
            for path, r in readings
        ],
        "dialogues": {
            "read": len(everything),
            "refused": len(refused),
            "repeated": len(everything) - len(distinct),
            "held_out": len(distinct) - len(kept),
            "used": len(kept),
            "labelled_before": len(kept) - len(pending),
        },
        "refused": refused[:MOST_LINES],
        "estimate": expected.model_dump(mode="json"),
    }
    tell("read", **counts["dialogues"])  # type: ignore[arg-type]  # a mapping of counts
    tell("estimated", **expected.model_dump(mode="json"))
    if state.get("estimate_only"):
        clear(name)
    return {
        "bench": name,
        "run": f"discovery-{digest.hexdigest()[:12]}",
        "source": " and ".join(sorted({dialogue.source for dialogue in kept.values()})),
        "licence": most_restrictive(licences),
        "pending": pending,
        "summary": counts,
    }


def extract(state: DiscoveryState, runtime: Runtime[DiscoveryContext]) -> dict[str, Any]:
    """Node: the units of all dialogues that have labels.

    Raises:
        DiscoveryError: none has, or the budget did not last; labels that a model was paid for are kept in the bank.
    """
    bench = bench_of(state["bench"])
    failures = sorted(state.get("failures", []))
    if spent := [line for line in failures if ": OverBudget:" in line]:
        raise DiscoveryError(
            f"the budget lasted for {len(bench.annotations)} of {len(bench.dialogues)} dialogues; their labels are "
            f"kept in {bench.bank.location}, and a run with a larger budget goes on from there ({spent[0]})"
        )
    if not bench.annotations:
        why = failures[0] if failures else "no reason was given"
        raise DiscoveryError(f"none of {len(bench.dialogues)} dialogues could be labelled: {why}")
    annotator = settings(runtime).resources.models.of("annotator")
    read_by = LabelSource.RULES if annotator.embedded else LabelSource.MODEL
    for name in sorted(bench.annotations):
        for unit, text in extract_units(bench.dialogues[name], bench.annotations[name], read_by):
            bench.units[unit.id] = unit
            bench.texts[unit.id] = text
    polarities = Counter(unit.polarity.value for unit in bench.units.values())
    units = {
        "all": len(bench.units),
        **{name: polarities[name] for name in ("constructive", "neutral", "negative")},
        "new_risk": sum(unit.new_risk for unit in bench.units.values()),
        "human_actions": sum(unit.action.source is LabelSource.HUMAN for unit in bench.units.values()),
    }
    tell("extracted", **units)
    labelled = {"labelled": len(bench.annotations), "failed": len(bench.dialogues) - len(bench.annotations)}
    dialogues = {**state["summary"]["dialogues"], **labelled}
    return {"summary": {**state["summary"], "dialogues": dialogues, "units": units}}


def cluster(state: DiscoveryState, runtime: Runtime[DiscoveryContext]) -> dict[str, Any]:
    """Node: prototypes, and the groups of them that become skills."""
    bench = bench_of(state["bench"])
    found = cluster_units(
        bench.units.values(),
        seed=settings(runtime).seed,
        progress=lambda done, total: tell("clustered", done=done, total=total),
    )
    bench.prototypes = found.prototypes
    bench.groups = {group.id: group for group in group_prototypes(found.prototypes, bench.units.values())}
    counts = {
        "all": len(found.prototypes),
        "moments": len({prototype.moment for prototype in found.prototypes}),
        "groups": len(bench.groups),
        "loose_units": found.loose,
    }
    tell("prototypes", **counts)
    moved = Counter(unit.before.activity for unit in bench.units.values() if unit.polarity is not Polarity.NEUTRAL)
    carried = {group.helped[0].activity for group in bench.groups.values()}
    thin = {activity.value: count for activity, count in sorted(moved.items()) if activity not in carried}
    return {
        "groups": list(bench.groups),
        "summary": {**state["summary"], "prototypes": counts, "without_skill": thin},
    }


def check(state: DiscoveryState, runtime: Runtime[DiscoveryContext]) -> dict[str, Any]:
    """Node `lint`: leaves out what may not enter a bank, what copies a dialogue, and what says the same twice."""
    bench = bench_of(state["bench"])
    clean: list[Skill] = []
    left_out: list[str] = []
    for name in sorted(bench.skills):
        skill = bench.skills[name]
        problems = (*lint(skill), *copied(skill, _words_of(skill, bench)))
        left_out += [f"skill {name}: {problem}" for problem in problems]
        if not problems:
            clean.append(skill)
    kept, lines = without_duplicates(clean)
    bench.skills = {skill.id: skill for skill in kept}
    left_out += lines
    tell("linted", kept=len(kept), left_out=len(left_out))
    return {"left_out": left_out}


def commit(state: DiscoveryState, runtime: Runtime[DiscoveryContext]) -> dict[str, Any]:
    """Node: units, prototypes and skills enter the bank; the bench is cleared.

    Raises:
        Conflict: others kept committing to the same bank.
    """
    bench = bench_of(state["bench"])
    bank = bench.bank
    bank.add_units(bench.units.values(), bench.texts.values())
    bank.add_prototypes(bench.prototypes)
    generation = _commit(bank, list(bench.skills.values()), state["run"], state["source"])
    summary = {
        **state["summary"],
        "run": state["run"],
        "source": state["source"],
        "licence": state["licence"],
        "bank": bank.location,
        "generation": generation,
        "skills": [_line(skill) for skill in bench.skills.values()],
        "left_out": state.get("left_out", []),
        "failures": sorted(state.get("failures", []))[:MOST_LINES],
        "seconds": round(time.monotonic() - bench.began, 1),
    }
    clear(state["bench"])
    tell("committed", generation=generation, skills=len(summary["skills"]))
    return {"summary": summary}


def _commit(bank: Bank, skills: list[Skill], run: str, source: str) -> int:
    """The generation in which the skills live: a new one, or the head where they all live already."""
    for attempt in range(TRIES):
        head = bank.at()
        changes = [change for skill in skills if (change := _change(skill, head, run, source))]
        if not changes:
            return head.generation
        try:
            return bank.commit(
                changes, expected_generation=head.generation, note=f"{run}: {len(changes)} from {source}"
            )
        except Conflict:
            if attempt == TRIES - 1:
                raise
    raise AssertionError("unreachable: the last try returns or raises")


def _change(skill: Skill, head: BankView, run: str, source: str) -> Change | None:
    """The edit that brings a skill in; None when it lives there already, word for word."""
    living = head.skill(skill.id) if skill.id in head else None
    if living is not None and living.content_hash == skill.content_hash:
        return None
    (evidence,) = skill.evidence
    return Change(
        id=f"{run}-{skill.id}",
        kind=ChangeKind.REVISE if living else ChangeKind.ADD,
        claim=Claim.GAIN,
        targets=(skill.id,) if living else (),
        skills=(skill,),
        author="ESC-Skills discovery",
        reason=f"distilled from {evidence.helped + evidence.harmed} units of {source} that went somewhere",
        evidence=evidence.units,
        run=run,
    )


def _line(skill: Skill) -> dict[str, Any]:
    (evidence,) = skill.evidence
    return {
        "id": skill.id,
        "title": skill.title,
        "steps": len(skill.steps),
        "helped": evidence.helped,
        "harmed": evidence.harmed,
        "neutral": evidence.neutral,
        "effect": evidence.effect,
        "interval": evidence.interval,
    }


def _words_of(skill: Skill, bench: Workbench) -> list[str]:
    """The words of the units that a skill rests on."""
    texts = [bench.texts[unit] for evidence in skill.evidence for unit in evidence.units]
    return [words for text in texts for words in (text.before, text.action, text.after)]


def settings(runtime: Runtime[DiscoveryContext]) -> DiscoveryContext:
    """The settings of this run; the defaults when it was given none."""
    context: Any = runtime.context
    return DiscoveryContext.model_validate(context) if isinstance(context, dict) else context or DiscoveryContext()


def bank_of(context: DiscoveryContext, *, create: bool = True) -> Bank:
    """The bank that the skills are meant for; made where there is none, in memory where none is named or wanted."""
    if context.bank not in (STARTER, NO_SKILLS):
        try:
            return open_bank(context.bank, embedder=context.embedder, index=context.index, create=create)
        except NoBank:
            pass  # only an estimate is wanted, and nothing has been labelled for this bank before
    return Bank.open(":memory:", embedder=context.embedder, index=context.index)


def authored_dialogues() -> list[str]:
    """The project's own short dialogues, in its own format."""
    return sorted(
        str(entry) for entry in (files("conversation") / "authored").iterdir() if entry.name.endswith(".jsonl")
    )


def situation_of(dialogue: Dialogue) -> str:
    """What a dialogue is split by: its situation, or the first thing said where none is given."""
    return dialogue.situation or dialogue.turns[0].text
