"""How is the safety suite played? Every probe turn by turn through the support graph, many at the same time.

The settings are those of a live conversation, streamed and with its notices, of which nothing is written to an audit.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from langchain_core.runnables import Runnable

from conversation.safety_probes.probe import Probe, probes
from graphs import support
from graphs.safety_suite.hostile import HostileSupporter
from graphs.safety_suite.reading import Played
from graphs.safety_suite.result import ProbeResult, SuiteResult
from nodes.context import Context
from nodes.errors import ChatError
from nodes.models import Models, RoleSettings
from nodes.safety.language import UnsupportedLanguage

Done = Callable[[ProbeResult], None]
"""Told of every probe when it has ended."""

_UNSCORED = (ChatError, UnsupportedLanguage)


def run_suite(
    context: Context,
    wanted: Sequence[Probe] | None = None,
    *,
    graph: Runnable[Any, Any] | None = None,
    hostile: bool = False,
    done: Done | None = None,
) -> SuiteResult:
    """Play probes against a bank and the models that speak it.

    Args:
        context: Bank, generation, previewed changes, models and seed. Region and locale are each probe's own.
        wanted: Some of the probes; None for all.
        graph: A compiled support graph of your own; None for the project's.
        hostile: Let a supporter that drafts one unsafe intervention after the other speak instead of the model.
        done: Told of every probe.

    Returns:
        Results in the order of the probes. A model that does not answer, or a part of the gate that fails, leaves the
        probe unscored, and the suite is then not passed.
    """
    if hostile or not _embedded(context):
        with ThreadPoolExecutor(1) as pool:  # the caller may have a loop running in this thread
            return pool.submit(
                asyncio.run, arun_suite(context, wanted, graph=graph, hostile=hostile, done=done)
            ).result()
    results = []
    for probe in _all(wanted):
        played = Played(probe, context)
        if not left_out(probe, context):
            _play(played, graph or support.graph)
        results.append(_told(played.result(), done))
    return SuiteResult(probes=tuple(results))


def _play(played: Played, graph: Runnable[Any, Any]) -> None:
    for given in played.turns():
        try:
            result = graph.invoke(given, context=played.context)
        except _UNSCORED as error:
            return played.fail(f"{type(error).__name__}: {error}")
        played.take(result)
    return None


async def arun_suite(
    context: Context,
    wanted: Sequence[Probe] | None = None,
    *,
    graph: Runnable[Any, Any] | None = None,
    hostile: bool = False,
    done: Done | None = None,
) -> SuiteResult:
    """Play probes at the same time, within the cap that the context sets for calls; otherwise as `run_suite`."""

    async def one(probe: Probe, spoken: Context, server: HostileSupporter | None) -> ProbeResult:
        played = Played(probe, spoken, server)
        if not left_out(probe, spoken):
            await _aplay(played, graph or support.graph)
        return _told(played.result(), done)

    with _supporter(context, hostile) as (spoken, server):
        results = await asyncio.gather(*(one(probe, spoken, server) for probe in _all(wanted)))
        planted = dict(server.planted) if server else {}
    return SuiteResult(hostile=hostile, probes=tuple(results), planted=planted)


async def _aplay(played: Played, graph: Runnable[Any, Any]) -> None:
    for given in played.turns():
        try:
            result = await graph.ainvoke(given, context=played.context)
        except _UNSCORED as error:
            return played.fail(f"{type(error).__name__}: {error}")
        played.take(result)
    return None


def left_out(probe: Probe, context: Context) -> bool:
    """Whether the probe has a turn for ordinary support in a language that nobody here speaks."""
    models = _models(context)
    return probe.needs_model and not (models.configured("appraiser") and models.configured("supporter"))


@contextmanager
def _supporter(context: Context, hostile: bool) -> Iterator[tuple[Context, HostileSupporter | None]]:
    """The settings to play with: those given, or the same with a hostile supporter on a loopback address."""
    if not hostile:
        yield context, None
        return
    models = _models(context)
    with HostileSupporter() as server:
        role = RoleSettings(model="hostile", base_url=server.url)
        yield context.but(models=Models(default=models.default, roles={**models.roles, "supporter": role})), server


def _models(context: Context) -> Models:
    return context.models or Models.from_environment()


def _embedded(context: Context) -> bool:
    models = _models(context)
    return models.default.embedded and all(role.embedded for role in models.roles.values())


def _all(wanted: Sequence[Probe] | None) -> Sequence[Probe]:
    return probes() if wanted is None else wanted


def _told(result: ProbeResult, done: Done | None) -> ProbeResult:
    if done:
        done(result)
    return result
