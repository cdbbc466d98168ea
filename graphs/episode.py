"""One simulated conversation: the seeker opens, the supporter answers, the judge appraises every reply.

open → support_turn → sage_judge → (record | seeker → support_turn …)
"""

from collections.abc import Callable
from typing import Any, Literal

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage
from langchain_core.runnables import Runnable
from langgraph.graph import END, START, StateGraph

from conversation.dialogue import Speaker
from conversation.episode import FAILURE_BELOW, SUCCESS_AT, End, Episode, EpisodeTurn
from conversation.profile import Profile
from graphs import support
from graphs.context import Context
from nodes.context import acurrent, current
from nodes.errors import ChatError
from nodes.node import Node
from nodes.record import episode_key, exchange
from nodes.sage_judge import judge
from nodes.seeker import open_episode, speak
from nodes.stage import EpisodeInput, EpisodeOutput, EpisodeState


def build(
    support_graph: Runnable[Any, Any] | None = None, output: type[Any] = EpisodeOutput
) -> StateGraph[EpisodeState, Context, Any, Any]:
    """The episode graph, uncompiled.

    Args:
        support_graph: A compiled support graph of your own; None for the project's.
        output: What the graph gives back; a TypedDict of your own to let out keys that your nodes write.
    """
    graph = StateGraph(EpisodeState, context_schema=Context, input_schema=EpisodeInput, output_schema=output)
    graph.add_node("open", open_episode)
    graph.add_node("support_turn", recorded(_support_turn(support_graph or support.graph)))
    graph.add_node("sage_judge", recorded(judge))
    graph.add_node("seeker", recorded(speak))
    graph.add_node("record", record)
    graph.add_edge(START, "open")
    graph.add_edge("open", "support_turn")
    graph.add_conditional_edges("support_turn", failed_or("sage_judge"), ["sage_judge", "record"])
    graph.add_conditional_edges("sage_judge", over_or_on, ["seeker", "record"])
    graph.add_conditional_edges("seeker", failed_or("support_turn"), ["support_turn", "record"])
    graph.add_edge("record", END)
    return graph


def _support_turn(support_graph: Runnable[Any, Any]) -> Node:
    """The support graph as one node: it is given the lines that both have heard, and nothing of the profile."""

    def given(state: EpisodeState) -> dict[str, Any]:
        return {
            "messages": messages_of(state["lines"]),
            "progress": state.get("progress", {}),
            "crisis": state.get("crisis", {}),
            "seed": state["seed"],
        }

    def taken(state: EpisodeState, result: dict[str, Any]) -> dict[str, Any]:
        if failed := result["explanation"]["gate_failed"]:
            # Live, the careful reply stands; here it would be taken for the supporter's conduct.
            return {"end": End.ERROR.value, "error": f"the crisis gate's {' and '.join(failed)} failed to answer"}
        reply = result["messages"][-1].text
        turn = exchange(state["lines"][-1]["text"], reply, result["explanation"])
        return {
            "lines": [*state["lines"], {"speaker": Speaker.SUPPORTER.value, "text": reply}],
            "turns": [*state["turns"], turn.model_dump(mode="json")],
            "progress": result.get("progress", {}),
            "crisis": result.get("crisis", {}),
            "end": End.HANDOFF.value if result["explanation"]["handed_off"] else "",
        }

    def run(state: EpisodeState) -> dict[str, Any]:
        return taken(state, support_graph.invoke(given(state), context=current().context.simulated))

    async def arun(state: EpisodeState) -> dict[str, Any]:
        return taken(state, await support_graph.ainvoke(given(state), context=(await acurrent()).context.simulated))

    return Node("support_turn", run, arun)


def messages_of(lines: list[dict[str, str]]) -> list[AnyMessage]:
    """The lines as messages, with ids that stay the same from turn to turn."""
    kinds: dict[str, type[HumanMessage] | type[AIMessage]] = {
        Speaker.SEEKER.value: HumanMessage,
        Speaker.SUPPORTER.value: AIMessage,
    }
    return [kinds[line["speaker"]](content=line["text"], id=f"line-{index}") for index, line in enumerate(lines)]


def recorded(node: Node) -> Node:
    """A node whose typed failure ends the episode as an error, with the reason: unscored, never guessed."""

    def failed(error: ChatError) -> dict[str, Any]:
        return {"end": End.ERROR.value, "error": f"{type(error).__name__}: {error}"}

    def run(state: EpisodeState) -> Any:
        try:
            return node.invoke(state)
        except ChatError as error:
            return failed(error)

    async def arun(state: EpisodeState) -> Any:
        try:
            return await node.ainvoke(state)
        except ChatError as error:
            return failed(error)

    return Node(node.name or "", run, arun)


def failed_or(following: str) -> Callable[[EpisodeState], str]:
    """Go on to a node, or record an episode that failed."""

    def route(state: EpisodeState) -> str:
        return "record" if state.get("end") == End.ERROR.value else following

    return route


def over_or_on(state: EpisodeState) -> Literal["seeker", "record"]:
    """SAGE's ends: success, failure, goodbye, the turn limit; and a hand-off in a crisis."""
    return "record" if ending(state) else "seeker"


def ending(state: EpisodeState) -> End | None:
    """Why the episode is over; None while it goes on."""
    if state.get("end"):
        return End(state["end"])
    if state["emotion"] >= SUCCESS_AT:
        return End.SUCCESS
    if state["emotion"] < FAILURE_BELOW:
        return End.FAILURE
    if state.get("goodbye"):
        return End.GOODBYE
    if len(state["turns"]) >= current().context.turn_limit:
        return End.TURN_LIMIT
    return None


def record(state: EpisodeState) -> dict[str, Any]:
    """Node: the episode as a value, with all that determined it."""
    resources = current()
    profile = Profile.model_validate(state["profile"])
    episode = Episode(
        key=episode_key(resources, profile, state["seed"], state.get("sample", 0)),
        stage=state.get("stage", "simulate"),
        turns=tuple(EpisodeTurn.model_validate(turn) for turn in state["turns"]),
        end=ending(state) or End.TURN_LIMIT,
        error=state.get("error", ""),
    )
    return {"episode": episode.model_dump(mode="json")}


graph = build().compile(name="episode")
