"""How does one conversation go on from where it was left? Its state is read from a thread, and kept after each turn.

For callers that give the support graph its state and get it back, as `esc-skills chat` does. Against compiling the
graph with the checkpointer, three things differ: a turn that failed leaves nothing in the thread, where LangGraph
would leave its message for a resumption; only what the next turn needs is kept, and no draft, reading or
explanation; and a thread holds its conversation once, not once a turn.
"""

from functools import cached_property
from typing import Any

from langchain_core.messages import AnyMessage, RemoveMessage
from langchain_core.runnables import RunnableConfig
from langgraph.graph.message import REMOVE_ALL_MESSAGES
from langgraph.graph.state import CompiledStateGraph

from graphs import support
from graphs.threads.errors import ThreadMoved
from graphs.threads.kept import valid_name
from graphs.threads.place import NOTHING_BEFORE
from graphs.threads.threads import Threads
from nodes.turn import TurnInput

_LAST_NODE = "crisis_reply"  # a node that nothing follows: what is written in its name starts nothing


class Talk:
    """One conversation in a thread.

    Raises:
        ValueError: a thread cannot have that name.
        WrongKey: the key does not fit what is kept at this place.
    """

    def __init__(self, threads: Threads, name: str) -> None:
        self.name = valid_name(name)
        self._threads = threads
        self._graph: CompiledStateGraph[Any, Any, Any, Any] = support.build().compile(checkpointer=threads.saver)
        thread: dict[str, Any] = {"thread_id": name, "checkpoint_ns": ""}
        found = self._graph.get_state({"configurable": thread})
        new: RunnableConfig = {"configurable": {**thread, "checkpoint_id": NOTHING_BEFORE}}
        self._read: RunnableConfig = found.config if found.created_at else new
        self.state: dict[str, Any] = {key: found.values[key] for key in self._keys if key in found.values}

    @property
    def messages(self) -> list[AnyMessage]:
        """What was said so far, by both sides."""
        return list(self.state.get("messages") or ())

    def keep(self, state: dict[str, Any]) -> None:
        """Keep what the next turn will be given, in place of what was kept before.

        Args:
            state: Keys of `nodes.turn.TurnInput`; others are left out.

        Raises:
            ThreadMoved: the thread was continued or erased elsewhere since this talk last read or kept it.
            ThreadsError: the place cannot be written.
        """
        kept = {key: state[key] for key in self._keys if key in state}
        whole = {**kept, "messages": [RemoveMessage(id=REMOVE_ALL_MESSAGES), *kept.get("messages", ())]}
        try:
            self._read = self._graph.update_state(self._read, whole, as_node=_LAST_NODE)
        except ThreadMoved:
            self._threads.sweep(self.name)
            raise
        self.state = kept
        self._threads.trim(self.name)

    @cached_property
    def _keys(self) -> tuple[str, ...]:
        return tuple(TurnInput.__annotations__)
