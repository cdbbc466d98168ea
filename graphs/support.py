"""One live turn: gate, then crisis reply or appraise, retrieve, respond, guard.

crisis_gate → (crisis_reply | [summarise →] appraise → retrieve → respond → guard → (respond again, once | end))

A long conversation is summed up first; see `nodes/summariser.py`.
"""

from typing import Any

from langgraph.graph import END, START, StateGraph

from graphs.context import Context
from nodes.appraiser import appraise
from nodes.gatekeeping import after_gate, enter, release_or_rewrite, reply_in_crisis, rewrite_wanted
from nodes.retriever import retrieve_skill
from nodes.summariser import summarise
from nodes.supporter import respond
from nodes.turn import TurnInput, TurnOutput, TurnState


def build(output: type[Any] = TurnOutput) -> StateGraph[TurnState, Context, Any, Any]:
    """The support graph, uncompiled: add nodes and edges of your own, then `compile()`.

    Nodes that touch the bank or write a reply must come after `crisis_gate`; they refuse to work otherwise.

    Args:
        output: What the graph gives back; a TypedDict of your own to let out keys that your nodes write.
    """
    graph = StateGraph(TurnState, context_schema=Context, input_schema=TurnInput, output_schema=output)
    graph.add_node("crisis_gate", enter)
    graph.add_node("crisis_reply", reply_in_crisis)
    graph.add_node("summarise", summarise)
    graph.add_node("appraise", appraise)
    graph.add_node("retrieve", retrieve_skill)
    graph.add_node("respond", respond)
    graph.add_node("guard", release_or_rewrite)
    graph.add_edge(START, "crisis_gate")
    graph.add_conditional_edges("crisis_gate", after_gate, ["crisis_reply", "summarise", "appraise"])
    graph.add_edge("crisis_reply", END)
    graph.add_edge("summarise", "appraise")
    graph.add_edge("appraise", "retrieve")
    graph.add_edge("retrieve", "respond")
    graph.add_edge("respond", "guard")
    graph.add_conditional_edges("guard", rewrite_wanted, {"respond": "respond", "end": END})
    return graph


graph = build().compile(name="support")
