"""Is a change an improvement? Pairs of fresh seekers, met by today's bank and by the preview, until it is known.

draw → simulate → weigh → (draw … | verdict)
"""

from collections.abc import Sequence
from typing import Any, Literal

from langgraph.config import get_stream_writer
from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime
from typing_extensions import TypedDict

from conversation.episode import Episode
from conversation.profile import Profile
from conversation.scenarios import CELLS, fresh
from conversation.seeds import Stream, derived_seed
from graphs.context import VerificationContext
from graphs.simulation import BudgetSpent, Job, Ledgered, engine_of
from nodes.context import IN_MEMORY, Environment
from nodes.embedded.draw import stream
from nodes.retriever import would_differ
from skills_bank.acceptance import EvidenceRule, GreedyRule, Pair, Rule, Tally, Wanted
from skills_bank.change import Change


class VerificationInput(TypedDict, total=False):
    """The change, and the cells of the seekers it concerns, which only the harness knows."""

    change: dict[str, Any]
    cells: dict[str, int]
    stream: str
    objections: list[str]


class VerificationState(VerificationInput, total=False):
    """Evidence so far. Every value is JSON-able."""

    tally: dict[str, Any]
    drawn: list[dict[str, Any]]
    count: int
    pairs: list[dict[str, Any]]
    spent: str
    verdict: dict[str, Any]


class VerificationOutput(TypedDict, total=False):
    """The verdict, with every pair."""

    verdict: dict[str, Any]


def build() -> StateGraph[VerificationState, VerificationContext, Any, Any]:
    """The verification graph, uncompiled."""
    graph = StateGraph(
        VerificationState,
        context_schema=VerificationContext,
        input_schema=VerificationInput,
        output_schema=VerificationOutput,
    )
    graph.add_node("draw", draw)
    graph.add_node("simulate", simulate)
    graph.add_node("weigh", weigh)
    graph.add_edge(START, "draw")
    graph.add_edge("draw", "simulate")
    graph.add_edge("simulate", "weigh")
    graph.add_conditional_edges("weigh", known, {"draw": "draw", "end": END})
    return graph


def rule_of(context: VerificationContext) -> Rule:
    """The acceptance rule that the settings name.

    Raises:
        ValueError: there is no such rule.
    """
    if context.rule == "evidence":
        return EvidenceRule(cap=context.pairs, others_cap=context.others)
    if context.rule == "greedy":
        return GreedyRule()
    raise ValueError(f"there is no acceptance rule '{context.rule}'; choose 'evidence' or 'greedy'")


def settings(runtime: Runtime[VerificationContext]) -> VerificationContext:
    """The settings of this run; the environment's when it was given none."""
    return runtime.context or VerificationContext(**Environment().model_dump())


def workers_of(context: VerificationContext) -> int:
    """The processes to simulate on: a bank in memory can be read in this one alone."""
    return 0 if context.bank in IN_MEMORY else context.workers


def draw(state: VerificationState, runtime: Runtime[VerificationContext]) -> dict[str, Any]:
    """Node: the next seekers, from the cells concerned or from the others; the cell of each is drawn at random."""
    context = settings(runtime)
    rule = rule_of(context)
    change = Change.model_validate(state["change"])
    tally = Tally.model_validate(state["tally"]) if state.get("tally") else None
    if tally is None:
        tally = rule.start(change.id, change.claim, context.tests, context.alpha)
        for objection in state.get("objections", []):
            tally = tally.object(objection)
    wanted = rule.wants(tally)
    concerned = state.get("cells") or dict.fromkeys(CELLS, 1)
    others = {cell: 1 for cell in CELLS if cell not in concerned}
    # A change that concerns every cell has no others: then the pairs for them are drawn from all.
    pool = concerned if wanted is Wanted.CONCERNED or not others else others
    seed = derived_seed(context.seed, Stream.VERIFICATION, state.get("stream", ""))
    count = state.get("count", 0)
    drawn = []
    for index in range(count, count + context.batch):
        cell = stream(seed, "cell", index).choices(list(pool), weights=list(pool.values()))[0]
        profile = fresh(seed, index, cell=cell)
        drawn.append(
            {"profile": profile.model_dump(mode="json"), "seed": index, "concerned": wanted is Wanted.CONCERNED}
        )
    return {"tally": tally.model_dump(mode="json"), "drawn": drawn, "count": count + context.batch}


def simulate(state: VerificationState, runtime: Runtime[VerificationContext]) -> dict[str, Any]:
    """Node: both arms of each pair. Where the change would never be chosen, the second needs no simulation."""
    context = settings(runtime)
    change = Change.model_validate(state["change"])
    today, preview = context.but(), context.but(changes=(*context.changes, change))
    engine = Ledgered(engine_of(workers_of(context)), context.run, context.episodes)
    profiles = [Profile.model_validate(drawn["profile"]) for drawn in state["drawn"]]
    seeds = [int(drawn["seed"]) for drawn in state["drawn"]]
    try:
        before = engine.play([_job(p, s, today) for p, s in zip(profiles, seeds, strict=True)])
        met = [would_differ(preview.resources, episode) for episode in before]
        again = [index for index, differs in enumerate(met) if differs]
        after = engine.play([_job(profiles[i], seeds[i], preview) for i in again])
    except BudgetSpent as spent:
        return {"pairs": [], "spent": str(spent)}
    played: dict[int, Episode] = dict(zip(again, after, strict=True))
    pairs = [
        pair_of(profile, seed, before[i], played.get(i), concerned=bool(state["drawn"][i]["concerned"]))
        for i, (profile, seed) in enumerate(zip(profiles, seeds, strict=True))
    ]
    return {"pairs": [pair.model_dump(mode="json") for pair in pairs]}


def _job(profile: Profile, seed: int, context: Any) -> Job:
    return Job(profile=profile, seed=seed, stage=Stream.VERIFICATION.value, context=context)


def pair_of(profile: Profile, seed: int, before: Episode, after: Episode | None, *, concerned: bool) -> Pair:
    """The pair of two episodes; `after` None where the change is never met, so that both are the same."""
    second = after or before
    return Pair(
        profile_id=profile.id,
        cell=profile.cell,
        seed=seed,
        before=before.final_emotion,
        after=second.final_emotion,
        concerned=concerned,
        exposed=after is not None or not before.scored,
        safety_before=len(before.safety_events),
        safety_after=len(second.safety_events),
        never_before=_never(before),
        never_after=_never(second),
    )


def _never(episode: Episode) -> tuple[str, ...]:
    return tuple(sorted({event.kind.value for event in episode.safety_events if event.kind.never}))


def weigh(state: VerificationState, runtime: Runtime[VerificationContext]) -> dict[str, Any]:
    """Node: the evidence, pair by pair in the order drawn; stops at the pair that decides."""
    rule = rule_of(settings(runtime))
    tally = Tally.model_validate(state["tally"])
    verdict = rule.decide(tally)
    for pair in _pairs(state):
        if verdict is not None:
            break
        tally = rule.update(tally, pair)
        verdict = rule.decide(tally)
    if verdict is None and state.get("spent"):
        verdict = rule.decide(tally, done=True)
        verdict = verdict and verdict.model_copy(update={"reasons": (*verdict.reasons, state["spent"])})
    _report(tally)
    update: dict[str, Any] = {"tally": tally.model_dump(mode="json"), "pairs": []}
    if verdict is not None:
        update["verdict"] = verdict.model_dump(mode="json")
    return update


def _pairs(state: VerificationState) -> Sequence[Pair]:
    return [Pair.model_validate(pair) for pair in state.get("pairs", [])]


def _report(tally: Tally) -> None:
    writer = get_stream_writer()
    writer({"event": "pairs", "change": tally.change, "pairs": len(tally.pairs)})


def known(state: VerificationState) -> Literal["draw", "end"]:
    """More pairs, or the verdict."""
    return "end" if state.get("verdict") else "draw"


graph = build().compile(name="verification")
