"""What does the graph add to a turn? The same agents, called one after another in plain Python, give the same replies.

    python benchmarks/turn_overhead.py [--conversations 12] [--rounds 7]

All ways take the same turn in one process before any of them takes the next, in an order that rotates, so that what
else the machine does hits them alike. The engine and the chat seam are in all of them and cancel out. "Plain" asks the
gate once and keeps values as values; the graph also writes its state as JSON, looks at the gate's verdict again at
every node behind it, and explains itself. "Nodes" is the node functions in a loop: what is more than that is
LangGraph's own. Every text has been read before, in the round that warms up, so that the plain turn is the shortest
that there is, and the ratio the worst. Other work on the machine only ever adds, and adds more to what takes longer:
the least time of each turn over the rounds is given beside all times.
"""

import argparse
import asyncio
import os
import platform
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from importlib.metadata import version
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
from langchain_core.messages import HumanMessage
from langchain_core.runnables.config import var_child_runnable_config
from langgraph.checkpoint.memory import MemorySaver
from langgraph.runtime import Runtime

from conversation.dialogue import Line, Speaker, Transcript
from conversation.profiles import authored
from graphs import support
from graphs.context import Context
from graphs.simulation import InProcess, Job
from nodes.appraiser import APPRAISER, AppraiserQuestion, appraise
from nodes.context import close_all
from nodes.crisis_gate import CrisisState, gate
from nodes.crisis_reply import crisis_reply
from nodes.gatekeeping import MOST_DRAFTS, after_gate, enter, release_or_rewrite, reply_in_crisis, rewrite_wanted
from nodes.reply_guard import Releaser, find_unsafe, safe_fallback
from nodes.retriever import Progress, choose, retrieve_skill
from nodes.safety.language import writes_chinese
from nodes.safety.notice import ai_notice, asks_if_human, notice_due
from nodes.supporter import SUPPORTER, SupporterQuestion, respond
from nodes.turn import followed
from nodes.vocabulary import UNSAFE

Turn = Callable[[str], str]
"""One way's conversation: takes what the seeker says, gives the reply."""
Way = Callable[[Context, int], Turn]
"""Begins a conversation with a seed of its own."""
Times = dict[str, list[np.ndarray]]
"""Milliseconds: way → conversation → array of shape (turns, rounds)."""

CARRIED = ("messages", "progress", "crisis", "memory", "noticed_at")


def plain(context: Context, seed: int) -> Turn:
    """The agents called in a plain loop: what a turn costs without a graph."""
    resources = context.resources
    chat, view, locale = resources.chat, resources.view, context.locale
    lines: Transcript = ()
    progress, crisis = Progress(), CrisisState()
    noticed: float | None = None
    number = count()

    def reply_to(text: str) -> str:
        nonlocal lines, progress, crisis, noticed
        lines = (*lines, Line(speaker=Speaker.SEEKER, text=text))
        verdict = gate(lines, str(next(number)), locale=locale)
        crisis = followed(lines, verdict.risk, crisis)
        notice = ai_notice("zh" if writes_chinese(lines, locale) else "en")
        since = None if noticed is None else time.time() - noticed
        due = asks_if_human(lines) or (
            context.live
            and notice_due(
                lines,
                every_turns=context.notice_every_turns,
                seconds_since_last=since,
                every_seconds=context.notice_every_hours * 3600,
            )
        )
        if crisis.active:
            reply, crisis = crisis_reply(lines, verdict.risk, crisis, context.region, locale=locale)
            progress, noticed = Progress(), 0.0 if due else noticed
        else:
            state = chat.ask(APPRAISER, AppraiserQuestion(transcript=lines), seed=seed)
            state = state.model_copy(update={"risk": verdict.risk})
            choice = choose(view, lines, state, progress, context.retrieval)
            progress = choice.progress
            reply, refused = "", ()
            for draft in range(MOST_DRAFTS):
                question = SupporterQuestion(
                    transcript=lines,
                    state=state,
                    skill=choice.skill,
                    step_id=choice.step_id,
                    how=choice.how,
                    findings=tuple(f"{kind.value}: {UNSAFE[kind]}" for kind in dict.fromkeys(f.kind for f in refused)),
                    begun=reply,
                )
                releaser = Releaser(transcript=lines, risk=verdict.risk, locale=locale, draft=draft, released=reply)
                releaser.feed(chat.ask(SUPPORTER, question, seed=seed))
                releaser.finish()
                reply = releaser.released
                found = releaser.findings or find_unsafe(reply, transcript=lines, risk=verdict.risk, locale=locale)
                if not found:
                    break
                refused = (*refused, *found)
            else:
                reply += safe_fallback(lines, locale=locale, risk=verdict.risk, region=context.region)
            if due:
                reply, noticed = f"{notice} {reply}", time.time()
        reply = reply.rstrip()
        lines = (*lines, Line(speaker=Speaker.SUPPORTER, text=reply))
        return reply

    return reply_to


def nodes(context: Context, seed: int) -> Turn:
    """The node functions in a loop, with the state in a dictionary: our part of what the graph adds."""
    kept: dict[str, Any] = {"messages": [], "seed": seed}
    number = count()
    runtime = Runtime(context=context, stream_writer=lambda _: None)

    def step(node: Callable[[Any], Any], state: dict[str, Any]) -> None:
        changed = dict(node(state))
        state["messages"] = [*state["messages"], *changed.pop("messages", ())]
        state.update(changed)

    def reply_to(text: str) -> str:
        nonlocal kept
        state = {**kept, "messages": [*kept["messages"], HumanMessage(text, id=str(next(number)))]}
        token = var_child_runnable_config.set({"configurable": {"__pregel_runtime": runtime}})
        try:
            step(enter.invoke, state)
            if after_gate(state) == "crisis_reply":
                step(reply_in_crisis, state)
            else:
                step(appraise.invoke, state)
                step(retrieve_skill, state)
                step(respond.invoke, state)
                step(release_or_rewrite, state)
                while rewrite_wanted(state) == "respond":
                    step(respond.invoke, state)
                    step(release_or_rewrite, state)
        finally:
            var_child_runnable_config.reset(token)
        kept = {"seed": seed, **{key: state[key] for key in CARRIED if key in state}}
        return str(state["messages"][-1].text)

    return reply_to


def _handing_on(run: Callable[[dict[str, Any], Context], dict[str, Any]]) -> Way:
    """A graph without checkpointer: the caller gives back what the last turn returned."""

    def begin(context: Context, seed: int) -> Turn:
        kept: dict[str, Any] = {"messages": []}

        def reply_to(text: str) -> str:
            nonlocal kept
            result = run({**kept, "messages": [*kept["messages"], HumanMessage(text)], "seed": seed}, context)
            kept = {key: result[key] for key in CARRIED if key in result}
            return str(result["messages"][-1].text)

        return reply_to

    return begin


def _streamed(given: dict[str, Any], context: Context) -> dict[str, Any]:
    last: dict[str, Any] = {}
    for mode, data in support.graph.stream(given, context=context, stream_mode=["custom", "values"]):
        if mode == "values":
            last = data
    return last


def _awaited(loop: asyncio.AbstractEventLoop) -> Callable[[dict[str, Any], Context], dict[str, Any]]:
    return lambda given, context: loop.run_until_complete(support.graph.ainvoke(given, context=context))


_threads = count()


def kept_by(saver: Any, durability: str) -> Way:
    """A graph with a checkpointer: the thread keeps all, and the caller gives a message."""
    graph = support.build().compile(checkpointer=saver)

    def begin(context: Context, seed: int) -> Turn:
        config: Any = {"configurable": {"thread_id": f"thread-{next(_threads)}"}}

        def reply_to(text: str) -> str:
            given = {"messages": [HumanMessage(text)], "seed": seed}
            result = graph.invoke(given, config, context=context, durability=durability)
            return str(result["messages"][-1].text)

        return reply_to

    return begin


@contextmanager
def sqlite(folder: Path) -> Iterator[Any]:
    from langgraph.checkpoint.sqlite import SqliteSaver

    with SqliteSaver.from_conn_string(str(folder / "threads.db")) as saver:
        yield saver


@contextmanager
def postgres() -> Iterator[Any]:
    from langgraph.checkpoint.postgres import PostgresSaver
    from servers import postgres as server

    with server() as url, PostgresSaver.from_conn_string(url.replace("+psycopg", "")) as saver:
        saver.setup()
        yield saver


def sayings(conversations: int, turns: int) -> list[list[str]]:
    """What seekers say: the lines of embedded conversations with the project's profiles."""
    chosen = authored()[:: max(1, len(authored()) // conversations)][:conversations]
    jobs = [Job(profile=p, seed=n, context=Context(turn_limit=turns, live=False)) for n, p in enumerate(chosen)]
    played = InProcess().play(jobs)
    if errors := [episode.error for episode in played if episode.error]:
        raise SystemExit(f"a conversation broke off: {errors[0]}")
    return [[turn.seeker for turn in episode.turns] for episode in played]


def measure(ways: dict[str, tuple[Way, Context]], said: Sequence[Sequence[str]], rounds: int) -> Times:
    """The times of every way. The first round warms up and is left out."""
    times: Times = {name: [np.zeros((len(lines), rounds)) for lines in said] for name in ways}
    names = list(ways)
    for number in range(rounds + 1):
        for which, lines in enumerate(said):
            talks = {name: way(context, which) for name, (way, context) in ways.items()}
            for at, text in enumerate(lines):
                shift = (number + which + at) % len(names)
                replies = {}
                for name in (*names[shift:], *names[:shift]):
                    started = time.perf_counter()
                    replies[name] = talks[name](text)
                    if number:
                        times[name][which][at, number - 1] = (time.perf_counter() - started) * 1e3
                if len(set(replies.values())) != 1:
                    raise SystemExit(f"the ways differ at turn {at} of conversation {which}: {replies}")
    return times


def median_of(groups: Sequence[np.ndarray], draws: int = 2000) -> str:
    """The median with its 95% interval by bootstrap over conversations, whose turns are not independent."""
    rng = np.random.default_rng(0)
    some = (rng.integers(len(groups), size=len(groups)) for _ in range(draws))
    found = [np.median(np.concatenate([groups[i] for i in chosen])) for chosen in some]
    low, high = np.quantile(found, (0.025, 0.975))
    return f"{np.median(np.concatenate(groups)):5.2f} [{low:.2f}, {high:.2f}]"


def report(times: Times) -> None:
    """A line a way: median, what it adds to the plain loop turn by turn, and the ratio."""
    print(f"{'milliseconds a turn':<31}{'least of the rounds: p50, adds, ratio':<46}all times: p50, adds, ratio")
    for name, found in times.items():
        line = f"{name:<30}"
        for kind in (lambda talk: talk.min(axis=1), np.ravel):
            base, own = ([kind(talk) for talk in talks] for talks in (times["plain"], found))
            line += f" {np.median(np.concatenate(own)):6.2f}"
            adds = median_of([b - a for a, b in zip(base, own, strict=True)])
            ratio = median_of([b / a for a, b in zip(base, own, strict=True)])
            line += f" {adds:<20} {ratio:<17}" if name != "plain" else " " * 39
        print(line.rstrip())


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--conversations", type=int, default=12)
    parser.add_argument("--turns", type=int, default=8, help="at most, of a conversation")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--without", action="append", default=[], help="'checkpointers', 'postgres' or 'audit'")
    options = parser.parse_args()
    os.environ["ESC_SKILLS_AUDIT"] = "off"
    said = sayings(options.conversations, options.turns)
    context = Context()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        loop = stack.enter_context(asyncio.Runner()).get_loop()
        ways: dict[str, tuple[Way, Context]] = {
            "plain": (plain, context),
            "nodes": (nodes, context),
            "graph, invoke": (_handing_on(lambda given, c: support.graph.invoke(given, context=c)), context),
            "graph, ainvoke": (_handing_on(_awaited(loop)), context),
            "graph, stream custom": (_handing_on(_streamed), context),
        }
        if "audit" not in options.without:
            audited = Context(audit_log=str(folder / "audit.db"))
            run = _handing_on(lambda given, c: support.graph.invoke(given, context=c))
            ways["graph, invoke, audit: SQLite"] = (run, audited)
        if "checkpointers" not in options.without:
            savers = {"memory": MemorySaver(), "SQLite": stack.enter_context(sqlite(folder))}
            if "postgres" not in options.without:
                from servers import NoServer

                try:
                    savers["PostgreSQL"] = stack.enter_context(postgres())
                except (NoServer, ImportError) as error:
                    print(f"without PostgreSQL: {error}")
            for name, saver in savers.items():
                for durability in ("sync", "exit"):
                    ways[f"thread in {name}, {durability}"] = (kept_by(saver, durability), context)
        before = os.getloadavg()
        times = measure(ways, said, options.rounds)
        load = f"load {before[0]:.1f} before, {os.getloadavg()[0]:.1f} after, {os.cpu_count()} processors"
    close_all()
    turns = sum(len(lines) for lines in said)
    print(f"{len(said)} conversations, {turns} turns, {options.rounds} rounds; {load}")
    libraries = ", ".join(f"{name} {version(name)}" for name in ("langgraph", "langchain-core", "pydantic"))
    print(f"{time.strftime('%Y-%m-%d')}, Python {platform.python_version()}, {libraries}")
    report(times)


if __name__ == "__main__":
    main()
