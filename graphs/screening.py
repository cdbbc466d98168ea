"""Is a proposal plainly not worth verifying? Lint, then a few pairs on the train seekers who showed the trouble."""

from typing import Any

from langgraph.runtime import Runtime

from conversation.episode import Episode
from conversation.profiles import profile
from conversation.seeds import Stream, derived_seed
from graphs.context import EvolutionContext
from graphs.run import at, engine_for, kept_back, settings, tell
from graphs.simulation import BudgetSpent, Job
from graphs.verification import pair_of
from nodes.retriever import would_differ
from skills_bank.acceptance import Outcome, Pair, Verdict
from skills_bank.change import Change
from skills_bank.ledger import key_hash
from skills_bank.lint import lint
from skills_bank.screen import screen

SHORT_ID = 12
"""Characters of an episode's key by which findings refer to it."""


def episode_id(episode: Episode) -> str:
    """The name under which findings refer to an episode: it says nothing of the seeker."""
    return key_hash(episode.key)[:SHORT_ID]


def screen_change(state: Any, runtime: Runtime[EvolutionContext]) -> dict[str, Any]:
    """Node: lint, then a few pairs on failing train profiles. It may reject, and never accepts."""
    context = settings(runtime)
    change = Change.model_validate(state["change"])
    against = [f"{skill.id}: {problem}" for skill in change.skills for problem in lint(skill)]
    pairs: list[Pair] = []
    if not against:
        try:
            _pairs(state, context, change, pairs)
        except BudgetSpent as spent:
            tell("budget", why=str(spent))  # what was seen counts; verification will say that it could not go on
    why = "; ".join(against) or screen(tuple(pairs))
    tell("screened", change=change.id, kind=change.kind.value, rejected=why)
    if not why:
        return {"verdict": None}
    verdict = Verdict(
        change=change.id,
        claim=change.claim,
        rule="screen",
        outcome=Outcome.REJECTED,
        reasons=(why,),
        e_value=0.0,
        threshold=0.0,
        pairs=tuple(pairs),
    )
    return {"verdict": verdict.model_dump(mode="json")}


def _pairs(state: Any, context: EvolutionContext, change: Change, pairs: list[Pair]) -> None:
    today = at(context, state["generation"])
    preview = today.but(changes=(change,))
    engine = engine_for(context, state["run"], reserved=kept_back(context))
    for name in failing(state, change)[: context.screen]:
        seeker = profile(name)
        seed = derived_seed(context.seed, Stream.SCREEN, change.id, seeker.id)
        before = engine.play([Job(profile=seeker, seed=seed, stage=Stream.SCREEN.value, context=today)])[0]
        after = None
        if would_differ(preview.resources, before):
            after = engine.play([Job(profile=seeker, seed=seed, stage=Stream.SCREEN.value, context=preview)])[0]
        pairs.append(pair_of(seeker, seed, before, after, concerned=True))


def failing(state: Any, change: Change) -> list[str]:
    """Profiles whose conversations of this round showed what the change is to mend, the worst first, each once."""
    shown = {
        episode
        for entry in state["diagnoses"]
        if entry["diagnosis"]["id"] in change.evidence
        for episode in entry["diagnosis"]["episodes"]
    }
    worst: dict[str, int] = {}
    for played in state.get("played", []):
        episode = Episode.model_validate(played["episode"])
        final = episode.final_emotion
        if played["round"] != state["round"] or final is None or episode_id(episode) not in shown:
            continue
        name = episode.key.profile_id
        worst[name] = min(final, worst.get(name, final))
    return sorted(worst, key=lambda name: (worst[name], name))
