"""What does each step of an evolution run do? The nodes of the evolution graph."""

import hashlib
import operator
from collections import Counter
from typing import Annotated, Any

from langgraph.runtime import Runtime
from langgraph.types import interrupt
from typing_extensions import TypedDict

from conversation.episode import Episode, figures
from conversation.profile import Profile, Split
from conversation.profiles import authored, profile
from conversation.scenarios import fresh_profiles
from conversation.seeds import Stream, derived_seed
from graphs import verification
from graphs.context import EvolutionContext
from graphs.run import at, engine_for, kept_back, settings, tell
from graphs.screening import episode_id
from graphs.simulation import BudgetSpent, Job
from nodes.diagnosis import Case, question_of
from nodes.diagnosis import diagnose as group
from nodes.errors import ChatError
from nodes.failure_analyst import FAILURE_ANALYST
from nodes.remembered import in_words
from nodes.skill_proposer import SKILL_PROPOSER, ChangeDraft, Diagnosis, ProposerQuestion
from skills_bank.acceptance import Outcome
from skills_bank.change import Change
from skills_bank.errors import Conflict
from skills_bank.skill import Lineage


class EvolutionInput(TypedDict, total=False):
    """Nothing is needed: what a run is given is its context. A run id continues that run."""

    run: str


class EvolutionState(EvolutionInput, total=False):
    """The whole state. Episodes are in the ledger; here stand their keys' seats and what was concluded."""

    round: int
    generation: int
    first_generation: int
    seats: list[dict[str, Any]]
    played: Annotated[list[dict[str, Any]], operator.add]
    diagnoses: list[dict[str, Any]]
    queue: list[dict[str, Any]]
    change: dict[str, Any] | None
    cells: dict[str, int]
    verdict: dict[str, Any] | None
    decision: str
    record: Annotated[list[dict[str, Any]], operator.add]
    tests: int
    accepted: int
    audited: int
    alarm: str
    stop: str
    summary: dict[str, Any]


class Seated(TypedDict):
    """What one branch of the fan-out is sent: a seeker and a seed."""

    seat: dict[str, Any]
    round: int
    run: str


class EvolutionOutput(TypedDict, total=False):
    """What the run came to."""

    run: str
    generation: int
    record: list[dict[str, Any]]
    summary: dict[str, Any]


def plan(state: EvolutionState, runtime: Runtime[EvolutionContext]) -> dict[str, Any]:
    """Node: the seekers of this round, at today's generation."""
    context = settings(runtime)
    number = state.get("round", 0) + 1
    bank = context.resources.bank
    # From the head, which is where it will commit: readers of 'starter' are pinned to its first generation.
    head = bank.generation if context.generation is None else context.resources.view.generation
    generation = state.get("generation", head)
    # By content: a run goes into the lineage of what it commits, and that into questions; so the same run on a copy of
    # the bank asks the same questions, and a recording of the one answers the other.
    run = state.get("run") or f"run-{context.seed}-{bank.at(generation).content_hash[:8]}-g{generation}"
    train = [seeker for seeker in authored() if seeker.split is Split.TRAIN]
    chosen = [profile(name) for name in context.profiles] if context.profiles else train
    seats = [
        {"profile_id": p.id, "seed": derived_seed(context.seed, Stream.DIAGNOSIS, number, p.id, s), "at": generation}
        for p in chosen
        for s in range(context.seeds)
    ]
    stop = ""
    try:
        engine_for(context, run, reserved=kept_back(context)).afford([_job(context, seat) for seat in seats])
    except BudgetSpent as spent:
        seats, stop = [], str(spent)
    bank.ledger.record(run, "round", {"round": number, "generation": generation, "seekers": len(seats)})
    tell("round", round=number, rounds=context.rounds, generation=generation, seekers=len(seats))
    return {
        "run": run,
        "round": number,
        "generation": generation,
        "first_generation": state.get("first_generation", generation),
        "seats": seats,
        "queue": [],
        "change": None,
        "stop": stop,
    }


def simulate(state: Seated, runtime: Runtime[EvolutionContext]) -> dict[str, Any]:
    """Node: one conversation of the fan-out. It is in the ledger when the node returns."""
    context = settings(runtime)
    job = _job(context, state["seat"])
    episode = engine_for(context, state["run"]).play([job])[0]  # the round was paid for when it was planned
    tell("episode", round=state["round"], final=episode.final_emotion, end=episode.end.value)
    return {"played": [{"round": state["round"], "cell": job.profile.cell, "episode": episode.model_dump(mode="json")}]}


def _job(context: EvolutionContext, seat: dict[str, Any]) -> Job:
    return Job(
        profile=profile(seat["profile_id"]),
        seed=seat["seed"],
        stage=Stream.DIAGNOSIS.value,
        context=at(context, seat["at"]),
    )


def diagnose(state: EvolutionState, runtime: Runtime[EvolutionContext]) -> dict[str, Any]:
    """Node: what went wrong, and for whom as far as it can be read. Cells stay behind, with the harness."""
    context = settings(runtime)
    resources = at(context, state["generation"]).resources
    cases: list[Case] = []
    cells: dict[str, str] = {}
    for played in _of_round(state):
        episode = Episode.model_validate(played["episode"])
        question = question_of(episode, episode_id(episode), resources.view.skills())
        if question is None:
            continue  # unscored: nothing can be said of it
        cells[question.episode_id] = played["cell"]
        try:
            # Without its name, which is made of all that determined it: a recording is replayed at another address too.
            nameless = question.model_copy(update={"episode_id": "episode"})
            analysis = resources.chat.ask(FAILURE_ANALYST, nameless, seed=context.seed)
        except ChatError as error:
            tell("analyst_failed", episode=question.episode_id, why=str(error))
            continue
        cases.append(Case(question=question, analysis=analysis))
    found = group(cases)
    for diagnosis in found:
        resources.bank.ledger.record(state["run"], "diagnosis", diagnosis)
    tell("diagnosed", round=state["round"], diagnoses=len(found))
    kept = []
    for diagnosis in found:
        concerned = Counter(cells[episode] for episode in diagnosis.episodes)
        # Sorted: episodes go by names made of all that determined them, and their order must not choose the seekers.
        kept.append({"diagnosis": diagnosis.model_dump(mode="json"), "cells": dict(sorted(concerned.items()))})
    return {"diagnoses": kept}


def _of_round(state: EvolutionState) -> list[dict[str, Any]]:
    """The round's conversations, in the order of the seats whatever order they ended in."""
    mine = [played for played in state.get("played", []) if played["round"] == state["round"]]
    return sorted(mine, key=lambda played: (played["episode"]["key"]["profile_id"], played["episode"]["key"]["seed"]))


def propose(state: EvolutionState, runtime: Runtime[EvolutionContext]) -> dict[str, Any]:
    """Node: one bounded change for each of the gravest diagnoses."""
    context = settings(runtime)
    resources = at(context, state["generation"]).resources
    queue: list[dict[str, Any]] = []
    known = {entry["change"]["id"] for entry in state.get("record", [])}
    for entry in state["diagnoses"]:
        if len(queue) >= context.proposals:
            break
        diagnosis = Diagnosis.model_validate(entry["diagnosis"])
        question = ProposerQuestion(
            diagnosis=diagnosis.trouble,
            skills=resources.view.skills(),
            refused=_refused(state),
        )
        try:
            draft = resources.chat.ask(SKILL_PROPOSER, question, seed=context.seed)
        except ChatError as error:
            tell("proposer_failed", diagnosis=diagnosis.id, why=str(error))
            continue
        change = change_of(draft, diagnosis, run=state["run"])
        if change.id in known:
            continue
        known.add(change.id)
        resources.bank.ledger.record(state["run"], "proposal", change)
        queue.append({"change": change.model_dump(mode="json"), "cells": entry["cells"], "diagnosis": diagnosis.id})
    tell("proposed", round=state["round"], changes=len(queue))
    return {"queue": queue}


def change_of(draft: ChangeDraft, diagnosis: Diagnosis, run: str) -> Change:
    """The draft as a change: the harness gives it id, author, run and evidence."""
    # Without lineage: where a skill comes from is no part of what is proposed.
    bare = tuple(skill.model_copy(update={"lineage": Lineage()}) for skill in draft.skills)
    body = hashlib.sha256(draft.model_copy(update={"skills": bare}).model_dump_json().encode()).hexdigest()[:12]
    return Change(
        id=f"{draft.kind.value}-{body}",
        kind=draft.kind,
        claim=draft.claim,
        targets=draft.targets,
        skills=draft.skills,
        author=SKILL_PROPOSER.role,
        reason=draft.reason,
        evidence=(diagnosis.id, *diagnosis.turns),
        concerns=draft.concerns,
        expected_effect=draft.expected_effect,
        run=run,
    )


def _refused(state: EvolutionState) -> tuple[str, ...]:
    """Earlier edits of this run that were not accepted, in words."""
    refused = []
    for entry in state.get("record", []):
        change = Change.model_validate(entry["change"])
        if entry["verdict"]["outcome"] != Outcome.ACCEPTED.value:
            refused.append(in_words(change))
    return tuple(refused)


def next_change(state: EvolutionState, runtime: Runtime[EvolutionContext]) -> dict[str, Any]:
    """Node: the next proposal of the round whose targets still live; none when the run's tests are used up."""
    context = settings(runtime)
    queue = list(state["queue"])
    view = at(context, state["generation"]).resources.view
    if state.get("tests", 0) >= context.tests:
        return {"change": None, "queue": [], "verdict": None, "stop": f"all {context.tests} tests of the run are used"}
    while queue:
        entry = queue.pop(0)
        if all(target in view for target in entry["change"]["targets"]):
            return {"change": entry["change"], "cells": entry["cells"], "queue": queue, "verdict": None}
    return {"change": None, "queue": [], "verdict": None}


def verify(state: EvolutionState, runtime: Runtime[EvolutionContext]) -> dict[str, Any]:
    """Node: the verification graph, at today's generation, with seekers whom nothing in the run has seen."""
    context = settings(runtime)
    used = state.get("tests", 0)
    own = {name: getattr(context, name) for name in type(context).model_fields}
    most = None if context.episodes is None else max(0, context.episodes - kept_back(context))
    given = EvolutionContext(**{**own, "generation": state["generation"], "run": state["run"], "episodes": most})
    result = verification.graph.invoke(
        # The generation is part of the stream, so that a later run with the same seed meets other seekers.
        {"change": state["change"], "cells": state["cells"], "stream": f"{state['generation']}-{used}"},
        context=given,
    )
    verdict = result["verdict"]
    tell("verdict", change=verdict["change"], outcome=verdict["outcome"], pairs=len(verdict["pairs"]))
    return {"verdict": verdict, "tests": used + 1, "decision": "accept"}


def approve(state: EvolutionState, runtime: Runtime[EvolutionContext]) -> dict[str, Any]:
    """Node: a person's word, where it was asked for. Nothing stands before the interrupt: the node runs again."""
    if not settings(runtime).review:
        return {"decision": "accept"}
    answer = interrupt({"change": state["change"], "verdict": state["verdict"]})
    decision = answer.get("decision") if isinstance(answer, dict) else answer
    if decision == "edit" and state.get("tests", 0) < settings(runtime).tests:
        return {"decision": "edit", "change": edited(Change.model_validate(answer["change"])).model_dump(mode="json")}
    return {"decision": "accept" if decision == "accept" else "reject"}


def edited(change: Change) -> Change:
    """A person's edit as the new proposal that it is: with an id of its own, from its content."""
    body = change.model_copy(update={"id": "-"}).model_dump_json()
    return change.model_copy(update={"id": f"edited-{hashlib.sha256(body.encode()).hexdigest()[:12]}"})


def commit(state: EvolutionState, runtime: Runtime[EvolutionContext]) -> dict[str, Any]:
    """Node: the change enters the bank, with its verdict."""
    bank = settings(runtime).resources.bank
    change = Change.model_validate(state["change"])
    try:
        generation = bank.commit(
            [change],
            expected_generation=state["generation"],
            verdicts=[state["verdict"]],
            note=f"{state['run']}, round {state['round']}: {change.reason}",
        )
    except Conflict as conflict:
        # Verified against a bank that is no longer today's: nothing more that this run finds could enter.
        tell("conflict", change=change.id, why=str(conflict))
        return {"queue": [], "stop": str(conflict), **_written({**state, "decision": "conflict"}, runtime, None)}
    tell("committed", change=change.id, generation=generation)
    return {"generation": generation, "accepted": state.get("accepted", 0) + 1, **_written(state, runtime, generation)}


def reject(state: EvolutionState, runtime: Runtime[EvolutionContext]) -> dict[str, Any]:
    """Node: the change does not enter; its verdict is kept all the same."""
    return _written(state, runtime, None)


def _written(state: EvolutionState, runtime: Runtime[EvolutionContext], generation: int | None) -> dict[str, Any]:
    entry = {
        "round": state["round"],
        "change": state["change"],
        "verdict": state["verdict"],
        "committed": generation,
        "decision": state.get("decision", ""),
    }
    settings(runtime).resources.bank.ledger.record(state["run"], "verdict", entry)
    return {"record": [entry]}


def audit(state: EvolutionState, runtime: Runtime[EvolutionContext]) -> dict[str, Any]:
    """Node: now and then, seekers kept for it alone meet the first bank and today's; a gain must transfer."""
    context = settings(runtime)
    accepted, audited = state.get("accepted", 0), state.get("audited", 0)
    update: dict[str, Any] = {}
    if accepted - audited >= context.audit_every:
        seekers = fresh_profiles(derived_seed(context.seed, Stream.AUDIT, accepted), context.audit)
        try:
            first, now = _two_arms(state, context, seekers, Stream.AUDIT)
        except BudgetSpent as spent:
            return {"alarm": f"no audit after {accepted} acceptances: {spent}", "stop": str(spent)}
        before, after = figures(first).final_emotion, figures(now).final_emotion
        if before is None or after is None:
            update["alarm"] = f"audit after {accepted} acceptances: no conversation could be scored"
        elif after < before:
            update["alarm"] = (
                f"audit after {accepted} acceptances: final emotion {before - after:.1f} points lower than at first"
            )
        update["audited"] = accepted
        tell("audit", accepted=accepted, before=before, after=after)
    if state["round"] >= context.rounds:
        update["stop"] = state.get("stop") or "all rounds are done"
    if not state["diagnoses"]:
        update["stop"] = "nothing was found to mend"
    return update


def conclude(state: EvolutionState, runtime: Runtime[EvolutionContext]) -> dict[str, Any]:
    """Node: the final figures, on sealed seekers that nothing in the run has seen."""
    context = settings(runtime)
    bank = context.resources.bank
    summary: dict[str, Any] = {
        "run": state["run"],
        "rounds": state["round"],
        "first_generation": state["first_generation"],
        "generation": state["generation"],
        "stop": state.get("stop", ""),
        "alarm": state.get("alarm", ""),
        "seekers": context.report,
    }
    if context.report:
        tell("report", seekers=context.report)
        seekers = fresh_profiles(derived_seed(context.seed, Stream.REPORT), context.report)
        try:
            before, after = _two_arms(state, context, seekers, Stream.REPORT)
        except BudgetSpent as spent:
            summary["stop"] = "; ".join(filter(None, (summary["stop"], f"no final figures: {spent}")))
        else:
            summary["before"] = figures(before).model_dump()
            summary["after"] = figures(after).model_dump()
            summary["first_bank"] = at(context, state["first_generation"]).resources.view.content_hash
            summary["bank"] = at(context, state["generation"]).resources.view.content_hash
    summary["episodes"] = sum(bank.ledger.counts(run=state["run"]).values())
    summary["models"] = context.resources.models.describe()
    bank.ledger.record(state["run"], "summary", summary)
    return {"summary": summary}


def _two_arms(
    state: EvolutionState, context: EvolutionContext, seekers: tuple[Profile, ...], stream: Stream
) -> tuple[list[Episode], list[Episode]]:
    """The same seekers and seeds with the run's first generation and with today's; once where these are the same."""
    reserved = 0 if stream is Stream.REPORT else kept_back(context)
    engine = engine_for(context, state["run"], reserved=reserved)

    def arm(generation: int) -> list[Episode]:
        bank = at(context, generation)
        jobs = [Job(profile=p, seed=index, stage=stream.value, context=bank) for index, p in enumerate(seekers)]
        return engine.play(jobs, lambda episode: tell("episode", final=episode.final_emotion, end=episode.end.value))

    first = arm(state["first_generation"])
    return first, first if state["generation"] == state["first_generation"] else arm(state["generation"])
