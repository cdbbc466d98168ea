"""How many conversations are simulated in a second, what of that is the graph's, and how well do they wait together?

    python benchmarks/episodes.py [--part embedded] [--part endpoint] [--part memory]

Embedded: episodes a second of processor time and of wall time, in this process and on two; and the same agents in a
plain loop, episode by episode in turn with the graph, with the same outcome. Endpoint: the embedded engine behind HTTP
in a process of its own, each answer held back by 200 ms. The longest chain of calls is the calls of the conversation
that has most of them, times 200 ms: no way of playing them together can be faster. With fewer processors free than
client and server need, what the server computes is added to every wait, so the same conversation alone is given too.
Memory: how much the process grows while so many conversations are under way, for each of them.
"""

import argparse
import multiprocessing
import os
import platform
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
from turn_overhead import plain

from conversation.dialogue import Line, Speaker, Transcript
from conversation.episode import FAILURE_BELOW, START_EMOTION, SUCCESS_AT, Episode, move_emotion
from conversation.profiles import authored
from graphs.context import Context
from graphs.simulation import Engine, InProcess, Job, LocalProcesses, play_one
from nodes.embedded.server import EmbeddedServer
from nodes.models import ROLES, Models, RoleSettings
from nodes.sage_judge import SAGE_JUDGE, JudgeQuestion
from nodes.seeker import SEEKER, SeekerQuestion

LATENCY = 0.2
PARTS = ("embedded", "endpoint", "memory")


def main() -> None:
    """Print what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", action="append", choices=PARTS, help="all when none is named")
    parser.add_argument("--episodes", type=int, default=24, help="embedded ones")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--turns", type=int, default=10)
    options = parser.parse_args()
    libraries = ", ".join(f"{name} {version(name)}" for name in ("langgraph", "langchain-core", "langchain-openai"))
    print(f"{time.strftime('%Y-%m-%d')}, Python {platform.python_version()}, {libraries}, {os.cpu_count()} processors")
    for part in options.part or PARTS:
        before = os.getloadavg()[0]
        {"embedded": embedded, "endpoint": endpoint, "memory": memory}[part](options)
        print(f"  ({part}: load {before:.1f} before, {os.getloadavg()[0]:.1f} after)")


def jobs_of(count: int, context: Context) -> list[Job]:
    """Seekers of the project in turn, each with a seed of its own."""
    seekers = authored()
    return [Job(profile=seekers[n % len(seekers)], seed=n, context=context) for n in range(count)]


def in_a_loop(job: Job) -> list[int]:
    """The same agents in plain Python: the emotions, from the starting point to the end."""
    context = job.context.simulated
    chat, reply_to = context.resources.chat, plain(context, job.seed)
    said, ends, emotion, emotions = job.profile.opening, False, START_EMOTION, [START_EMOTION]
    lines: Transcript = ()
    for turn in range(context.turn_limit):
        reply = reply_to(said)
        lines = (*lines, Line(speaker=Speaker.SEEKER, text=said), Line(speaker=Speaker.SUPPORTER, text=reply))
        question = JudgeQuestion(profile=job.profile, transcript=lines, emotion=emotion, turn=turn)
        appraisal = chat.ask(SAGE_JUDGE, question, seed=job.seed)
        emotion = move_emotion(emotion, appraisal.change)
        emotions.append(emotion)
        if emotion >= SUCCESS_AT or emotion < FAILURE_BELOW or ends or turn + 1 == context.turn_limit:
            break
        asked = SeekerQuestion(profile=job.profile, transcript=lines, emotion=emotion, appraisal=appraisal, turn=turn)
        answer = chat.ask(SEEKER, asked, seed=job.seed)
        said, ends = answer.text, answer.ends
    return emotions


def embedded(options: argparse.Namespace) -> None:
    """Episodes a second, and the graph's share."""
    jobs = jobs_of(options.episodes, Context(turn_limit=options.turns))
    played = [play_one(job) for job in jobs]  # also warms up
    compared = [job for job, episode in zip(jobs, played, strict=True) if in_a_loop(job) == episode.emotions]
    times = np.zeros((2, len(compared), options.rounds))
    for number in range(options.rounds):
        for which, job in enumerate(compared):
            for way in ((0, 1), (1, 0))[(number + which) % 2]:
                started = time.process_time()
                (in_a_loop, play_one)[way](job)
                times[way, which, number] = time.process_time() - started
    loop, graph = times.min(axis=2)
    print(f"embedded: {len(jobs)} conversations, {np.mean([len(e.turns) for e in played]):.1f} turns each")
    print(f"  {len(compared)} of them end alike in a plain loop, which knows no hand-off; compared on these:")
    each, plainly = graph.mean() * 1e3, loop.mean() * 1e3
    print(f"  processor time, least of {options.rounds}: graph {each:.1f} ms, loop {plainly:.1f} ms")
    print(f"  the graph's share {1 - loop.sum() / graph.sum():.0%}; ratio {graph.sum() / loop.sum():.2f}")
    print(f"  on one processor of its own: {1 / graph.mean():.1f} a second")
    workers = LocalProcesses(2)
    workers.play(jobs[:4])  # started, and warm
    try:
        engines: dict[str, Engine] = {"one process": InProcess(), "two processes": workers}
        for name, engine in engines.items():
            seconds = []
            for _ in range(max(2, options.rounds - 2)):
                started = time.perf_counter()
                episodes = engine.play(jobs)
                seconds.append(time.perf_counter() - started)
            if episodes != played:
                raise SystemExit("the episodes differ")
            print(f"  {name}: {len(jobs) / min(seconds):.1f} a second of wall time (best of {len(seconds)})")
    finally:
        workers.close()


def _serve(pipe: Connection) -> None:
    with EmbeddedServer(latency_s=LATENCY) as server:
        pipe.send(server.url)
        while pipe.recv():
            pipe.send((server.requests, time.process_time()))


@contextmanager
def served() -> Iterator[tuple[str, Connection]]:
    """An endpoint in a process of its own: its URL, and a pipe that tells its requests and processor time."""
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=_serve, args=(theirs,))
    process.start()
    try:
        yield ours.recv(), ours
    finally:
        ours.send(False)
        process.join()


def over(url: str, turns: int, at_once: int) -> Context:
    """Every role behind the endpoint."""
    roles = {role: RoleSettings(model=role, base_url=url) for role in ROLES}
    return Context(models=Models(roles=roles), turn_limit=turns, concurrency=at_once)


def calls_of(job: Job, turns: int) -> int:
    """How many calls this conversation makes, counted where none of them is waited for."""
    chat = Context(turn_limit=turns).resources.chat
    before = chat.usage.calls
    play_one(job.model_copy(update={"context": Context(turn_limit=turns)}))
    return chat.usage.calls - before


def endpoint(options: argparse.Namespace) -> None:
    """Conversations that wait together."""
    with served() as (url, pipe):
        for at_once, workers in ((16, 0), (64, 0), (64, 2)):
            context = over(url, options.turns, at_once)
            jobs = jobs_of(at_once, context)
            calls = [calls_of(job, options.turns) for job in jobs]
            engine: Engine = LocalProcesses(workers) if workers else InProcess()
            engine.play(jobs_of(max(2, workers), over(url, 1, at_once)))
            pipe.send(True)
            requests, server = pipe.recv()
            client, started = _client_cpu(), time.perf_counter()
            episodes = engine.play(jobs)
            wall, client = time.perf_counter() - started, _client_cpu() - client
            pipe.send(True)
            requests, server = (after - earlier for after, earlier in zip(pipe.recv(), (requests, server), strict=True))
            engine.close()
            _check(episodes)
            chain, floor = max(calls) * LATENCY, client / max(1, workers)
            print(f"endpoint: {at_once} at once, {max(1, workers)} client processes, {requests} calls")
            print(f"  {wall:.2f} s; longest chain {max(calls)} calls, {chain:.2f} s: ratio {wall / chain:.2f}")
            each = client / requests * 1e3
            print(f"  processor time: client {client:.2f} s, {each:.1f} ms a call; server {server:.2f} s")
            print(f"  client's floor: {floor:.2f} s of wall time, {floor / chain:.2f} of the chain")
            if at_once == 16:
                longest = jobs[calls.index(max(calls))]
                started = time.perf_counter()
                _check([play_one(longest)])
                alone = time.perf_counter() - started
                print(
                    f"  the longest alone: {alone:.2f} s, {alone / chain:.2f} of its chain; together {wall / alone:.2f}"
                )


def _client_cpu() -> float:
    """Processor seconds of this process and of its workers."""
    spent = time.process_time()
    for child in multiprocessing.active_children():
        if child.name == "esc-skills-worker":
            fields = Path(f"/proc/{child.pid}/stat").read_text().rpartition(")")[2].split()
            spent += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return spent


def _check(episodes: list[Episode]) -> None:
    if errors := [episode.error for episode in episodes if episode.error]:
        raise SystemExit(f"{len(errors)} conversations failed: {errors[0]}")


def memory(options: argparse.Namespace) -> None:
    """Growth of the process while 64 conversations are under way."""
    with served() as (url, _):
        InProcess().play(jobs_of(2, over(url, 2, 2)))
        jobs = jobs_of(64, over(url, options.turns, 64))
        before, most, over_ = _rss(), 0, threading.Event()

        def watch() -> None:
            nonlocal most
            while not over_.wait(0.02):
                most = max(most, _rss())

        watcher = threading.Thread(target=watch)
        watcher.start()
        _check(InProcess().play(jobs))
        over_.set()
        watcher.join()
    print(
        f"memory: {before >> 20} MiB with one conversation's resources open, at most {most >> 20} MiB with 64 under way"
    )
    print(f"  {(most - before) / 64 / 1024:.0f} KiB for each conversation under way")


def _rss() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    main()
