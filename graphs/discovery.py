"""From recorded dialogues to a committed bank.

read → annotate (fan-out) → extract → cluster → distil (fan-out) → lint → commit
"""

from langgraph.graph import END, START, StateGraph
from langgraph.types import Send

from graphs.context import DiscoveryContext
from graphs.discovery_nodes import (
    DiscoveryInput,
    DiscoveryOutput,
    DiscoveryState,
    check,
    cluster,
    commit,
    extract,
    read,
)
from nodes.annotator import annotate
from nodes.distiller import distil


def build() -> StateGraph[DiscoveryState, DiscoveryContext, DiscoveryInput, DiscoveryOutput]:
    """The discovery graph, uncompiled: add nodes and edges of your own, then `compile()`."""
    graph = StateGraph(
        DiscoveryState, context_schema=DiscoveryContext, input_schema=DiscoveryInput, output_schema=DiscoveryOutput
    )
    graph.add_node("read", read)
    graph.add_node("annotate", annotate)
    graph.add_node("extract", extract)
    graph.add_node("cluster", cluster)
    graph.add_node("distil", distil)
    graph.add_node("lint", check)
    graph.add_node("commit", commit)
    graph.add_edge(START, "read")
    graph.add_conditional_edges("read", every_dialogue, ["annotate", "extract", END])
    graph.add_edge("annotate", "extract")
    graph.add_edge("extract", "cluster")
    graph.add_conditional_edges("cluster", every_group, ["distil", "lint"])
    graph.add_edge("distil", "lint")
    graph.add_edge("lint", "commit")
    graph.add_edge("commit", END)
    return graph


def every_dialogue(state: DiscoveryState) -> list[Send] | str:
    """One branch a dialogue that has no labels yet; the end where only an estimate was asked for."""
    if state.get("estimate_only"):
        return END
    return [Send("annotate", {"bench": state["bench"], "dialogue": name}) for name in state["pending"]] or "extract"


def every_group(state: DiscoveryState) -> list[Send] | str:
    """One branch a skill to be; none where too little was found."""
    common = {key: state[key] for key in ("bench", "run", "source", "licence")}
    return [Send("distil", {**common, "group": name}) for name in state["groups"]] or "lint"


graph = build().compile(name="discovery")
