"""What do all steps of an evolution run need? Its settings, its budget, and someone to tell how it goes."""

from typing import Any

from langgraph.config import get_stream_writer
from langgraph.runtime import Runtime

from graphs.context import Context, EvolutionContext
from graphs.simulation import Ledgered, engine_of
from graphs.verification import workers_of
from nodes.context import Environment


def settings(runtime: Runtime[EvolutionContext]) -> EvolutionContext:
    """The settings of this run; the environment's when it was given none."""
    return runtime.context or EvolutionContext(**Environment().model_dump())


def tell(event: str, **facts: Any) -> None:
    """A typed event for whoever watches the run."""
    get_stream_writer()({"event": event, **facts})


def at(context: EvolutionContext, generation: int) -> Context:
    """The settings of conversations with one generation of the bank."""
    return context.but(generation=generation)


def engine_for(context: EvolutionContext, run: str, *, reserved: int = 0) -> Ledgered:
    """The engine that pays from the run's budget, of which `reserved` episodes are kept back."""
    most = None if context.episodes is None else max(0, context.episodes - reserved)
    return Ledgered(engine_of(workers_of(context)), run, most)


def kept_back(context: EvolutionContext) -> int:
    """Episodes that only the final figures may spend: both banks meet every sealed seeker."""
    return 2 * context.report
