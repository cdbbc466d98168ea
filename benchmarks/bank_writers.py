"""Do many writers lose anything? 4 processes × 250 commits on one bank, on SQLite and on PostgreSQL.

    python benchmarks/bank_writers.py [--writers 4] [--commits 250]

Each commit revises two skills together, so that a reader that sees half a commit can tell. Two readers look on all the
while, each look a whole generation. A conflict is tried again against the new head.
"""

import argparse
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import servers
from made_skills import adding, skills
from rich.console import Console
from rich.table import Table

from skills_bank.bank import Bank, Conflict
from skills_bank.change import Change, ChangeKind, Claim

_READERS = 2


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--writers", type=int, default=4)
    parser.add_argument("--commits", type=int, default=250)
    given = parser.parse_args()
    table = Table(title=f"{given.writers} processes × {given.commits} commits on one bank")
    table.add_column("measure")
    figures: dict[str, list[str]] = {}
    for name, place in (("SQLite", _folder), ("PostgreSQL", _postgres)):
        try:
            with place() as location:
                table.add_column(name, justify="right")
                for measure, value in run(location, given.writers, given.commits).items():
                    figures.setdefault(measure, []).append(value)
        except servers.NoServer as error:
            Console(stderr=True).print(f"{name} left out: {error}")
    for measure, values in figures.items():
        table.add_row(measure, *values)
    Console(file=sys.stdout).print(table)


@contextmanager
def _folder() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as place:
        yield str(Path(place) / "bank")


@contextmanager
def _postgres() -> Iterator[str]:
    with servers.postgres() as url:
        yield url


def run(location: str, writers: int, commits: int) -> dict[str, str]:
    """The figures of one kind of database."""
    left, right = skills(2)
    with Bank.open(location) as bank:
        bank.commit(adding([left, right]), expected_generation=0)
    context = multiprocessing.get_context("spawn")
    barrier, answers, over = context.Barrier(writers + _READERS), context.Queue(), context.Event()
    processes = [context.Process(target=write, args=(location, n, commits, barrier, answers)) for n in range(writers)]
    readers = [context.Process(target=read, args=(location, barrier, answers, over)) for _ in range(_READERS)]
    started = time.perf_counter()
    for process in (*processes, *readers):
        process.start()
    for process in processes:
        process.join()
    took = time.perf_counter() - started
    over.set()
    told = [answers.get(timeout=60) for _ in (*processes, *readers)]
    for process in readers:
        process.join()
    wrote = [one for one in told if one["who"] == "writer"]
    looked = [one for one in told if one["who"] == "reader"]
    with Bank.open(location) as bank:
        landed = bank.generation - 1
        problems = bank.verify()
        titles = {life.skill.title for life in bank.history(left.id)}
    missing = writers * commits + 1 - len(titles)
    latencies = [took for one in wrote for took in one["took"]]
    return {
        "commits that landed": f"{landed:,} of {writers * commits:,}",
        "acknowledged and not in the history": str(missing),
        "conflicts, all tried again": f"{sum(one['conflicts'] for one in wrote):,}",
        "commit p50 / p95 (ms)": f"{np.quantile(latencies, 0.5):.2f} / {np.quantile(latencies, 0.95):.2f}",
        "commits a second, all together": f"{writers * commits / took:.0f}",
        "looks of readers": f"{sum(one['looks'] for one in looked):,}",
        "of these not one whole generation": str(sum(one["torn"] for one in looked)),
        "problems found by verify": str(len(problems)),
    }


def write(location: str, number: int, commits: int, barrier: Any, answers: Any) -> None:
    """Commit so many times; tell how long each took and how often another was first."""
    left, right = skills(2)
    conflicts, latencies = 0, []
    with Bank.open(location) as bank:
        barrier.wait()
        for one in range(commits):
            title = f"writer {number} commit {one}"
            changes = [
                Change(
                    id=f"{title} {body.id}",
                    kind=ChangeKind.REVISE,
                    claim=Claim.UPKEEP,
                    targets=(body.id,),
                    skills=(body.model_copy(update={"title": title}),),
                    author="benchmark",
                    reason=title,
                )
                for body in (left, right)
            ]
            while True:
                head = bank.generation
                started = time.perf_counter()
                try:
                    bank.commit(changes, expected_generation=head)
                except Conflict:
                    conflicts += 1
                    continue
                latencies.append((time.perf_counter() - started) * 1000)
                break
    answers.put({"who": "writer", "conflicts": conflicts, "took": latencies})


def read(location: str, barrier: Any, answers: Any, over: Any) -> None:
    """Look at the head until the writers are done; count the looks that were not one whole generation."""
    looks = torn = 0
    with Bank.open(location) as bank:
        barrier.wait()
        last = -1
        while not over.is_set():
            view = bank.at()
            bodies = view.skills()
            whole = (len(bodies) == 2 and bodies[0].title == bodies[1].title) or view.generation == 1
            torn += not whole or bodies[0].version != bodies[1].version or view.generation < last
            last = view.generation
            looks += 1
            time.sleep(0.001)
    answers.put({"who": "reader", "looks": looks, "torn": torn})


if __name__ == "__main__":
    main()
