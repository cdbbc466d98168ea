"""The cyclic one: simulate, diagnose, propose, verify, and commit only on evidence.

plan → simulate (fan-out) → diagnose → propose → next_change
next_change → screen → verify → approve → (commit | reject) → next_change … → audit → (plan … | conclude)
"""

from typing import Any, Literal

from langgraph.graph import END, START, StateGraph
from langgraph.types import Send

from graphs.context import EvolutionContext
from graphs.evolution_nodes import (
    EvolutionInput,
    EvolutionOutput,
    EvolutionState,
    approve,
    audit,
    commit,
    conclude,
    diagnose,
    next_change,
    plan,
    propose,
    reject,
    simulate,
    verify,
)
from graphs.screening import screen_change


def build(output: type[Any] = EvolutionOutput) -> StateGraph[EvolutionState, EvolutionContext, Any, Any]:
    """The evolution graph, uncompiled. With `review` in the context, compile it with a checkpointer.

    Args:
        output: What the graph gives back; a TypedDict of your own to let out keys that your nodes write.
    """
    graph = StateGraph(
        EvolutionState, context_schema=EvolutionContext, input_schema=EvolutionInput, output_schema=output
    )
    graph.add_node("plan", plan)
    graph.add_node("simulate", simulate)
    graph.add_node("diagnose", diagnose)
    graph.add_node("propose", propose)
    graph.add_node("next_change", next_change)
    graph.add_node("screen", screen_change)
    graph.add_node("verify", verify)
    graph.add_node("approve", approve)
    graph.add_node("commit", commit)
    graph.add_node("reject", reject)
    graph.add_node("audit", audit)
    graph.add_node("conclude", conclude)
    graph.add_edge(START, "plan")
    graph.add_conditional_edges("plan", seats, ["simulate", "conclude"])
    graph.add_edge("simulate", "diagnose")
    graph.add_edge("diagnose", "propose")
    graph.add_edge("propose", "next_change")
    graph.add_conditional_edges("next_change", any_change, ["screen", "audit"])
    graph.add_conditional_edges("screen", survived, ["verify", "reject"])
    graph.add_conditional_edges("verify", accepted, ["approve", "reject"])
    graph.add_conditional_edges("approve", approved, ["commit", "reject", "screen"])
    graph.add_edge("commit", "next_change")
    graph.add_edge("reject", "next_change")
    graph.add_conditional_edges("audit", another_round, ["plan", "conclude"])
    graph.add_edge("conclude", END)
    return graph


def seats(state: EvolutionState) -> list[Send] | str:
    """One branch for each seeker of the round; none when the budget is used up."""
    if not state["seats"]:
        return "conclude"
    return [Send("simulate", {"seat": seat, "round": state["round"], "run": state["run"]}) for seat in state["seats"]]


def any_change(state: EvolutionState) -> Literal["screen", "audit"]:
    """The next proposal, or the end of the round."""
    return "screen" if state.get("change") else "audit"


def survived(state: EvolutionState) -> Literal["verify", "reject"]:
    """The screen only rejects."""
    return "reject" if state.get("verdict") else "verify"


def accepted(state: EvolutionState) -> Literal["approve", "reject"]:
    """Undecided means not accepted."""
    verdict = state["verdict"] or {}
    return "approve" if verdict.get("outcome") == "accepted" else "reject"


def approved(state: EvolutionState) -> Literal["commit", "reject", "screen"]:
    """A person's edit is a new proposal: it is linted, screened and verified like any other."""
    decision = state.get("decision", "accept")
    if decision == "edit":
        return "screen"
    return "commit" if decision == "accept" else "reject"


def another_round(state: EvolutionState) -> Literal["plan", "conclude"]:
    """Go on until the rounds are done, or there is nothing more to do."""
    return "conclude" if state.get("stop") else "plan"


graph = build().compile(name="evolution")
