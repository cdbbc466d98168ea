"""Does a bank survive `kill -9`? A process commits, indexes and rebuilds, and is killed at a random moment, 200 times.

    python benchmarks/bank_kills.py [--kills 200] [--server]

The victim tells each commit and each episode as soon as it is acknowledged, then searches (which brings the index up
to date) and now and then rebuilds the index whole. After each kill another process opens the bank, and checks that
everything acknowledged is there, that nothing is half done, and that the index finds what was committed last. With
`--server` the index is on a Chroma server that lives on while its clients are killed.
"""

import argparse
import itertools
import multiprocessing
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import servers
from made_skills import adding, skills
from rich.console import Console
from rich.progress import track
from rich.table import Table

from conversation.episode import End, Episode, EpisodeKey
from skills_bank.bank import Bank
from skills_bank.change import Change, ChangeKind, Claim


def main() -> None:
    """Kill, check, and print one table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--server", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        if given.server:
            with servers.chroma() as (url, _):
                figures = run(Path(place), given.kills, given.seed, url)
        else:
            figures = run(Path(place), given.kills, given.seed, "memory")
    table = Table(
        title=f"{given.kills} kills at random moments; index: {'Chroma server' if given.server else 'memory'}"
    )
    table.add_column("measure")
    table.add_column("", justify="right")
    for measure, value in figures.items():
        table.add_row(measure, value)
    Console(file=sys.stdout).print(table)


def run(place: Path, kills: int, seed: int, index: str) -> dict[str, str]:
    """All kills on one bank, one after the other."""
    drawn, context = random.Random(seed), multiprocessing.get_context("spawn")
    with Bank.open(place, index=index) as bank:
        bank.commit(adding(skills(60)), expected_generation=0)
    during: Counter[str] = Counter()
    lost = half = unopened = unfound = commits = episodes = 0
    slowest = 0.0
    for _ in track(range(kills), description="killing"):
        hear, say = context.Pipe(duplex=False)
        victim = context.Process(target=work, args=(str(place), index, say, drawn.random()))
        victim.start()
        say.close()
        hear.recv()  # the bank is open and the work begins
        time.sleep(drawn.uniform(0, 0.25))
        os.kill(victim.pid or 0, signal.SIGKILL)
        victim.join()
        told = list(_rest(hear))
        hear.close()
        during[told[-1][0] if told else "start"] += 1
        started = time.perf_counter()
        try:
            with Bank.open(place, create=False, index=index) as bank:
                view = bank.at()
                found = view.nearest(view.skills()[0].title, 5)
                slowest = max(slowest, time.perf_counter() - started)
                acknowledged = [value for what, value in told if what == "committed"]
                lost += sum(generation > bank.generation for generation, _ in acknowledged)
                lost += sum(title not in _titles(bank, generation) for generation, title in acknowledged)
                put = [value for what, value in told if what == "put"]
                lost += sum(bank.ledger.get(_key(one), "simulate") is None for one in put)
                commits, episodes = commits + len(acknowledged), episodes + len(put)
                left, right = (view.skill(body.id) for body in skills(2))
                half += left.title != right.title and view.generation > 1
                half += len(bank.verify())
                unfound += len(found) != 5
        except Exception as error:  # any failure to open counts
            Console(stderr=True).print(f"not opened: {error}")
            unopened += 1
    return {
        "kills": str(kills),
        "last told before the kill": ", ".join(f"{what} {count}" for what, count in during.most_common()),
        "commits acknowledged": f"{commits:,}",
        "episodes acknowledged": f"{episodes:,}",
        "acknowledged and lost": str(lost),
        "half done, or found by verify": str(half),
        "not opened": str(unopened),
        "index did not answer in full": str(unfound),
        "slowest open and first search (s)": f"{slowest:.2f}",
    }


def work(place: str, index: str, say: Any, seed: float) -> None:
    """What the victim does until it is killed."""
    bodies = skills(2)
    with Bank.open(place, create=False, index=index) as bank:
        bank.at().nearest("imports and the first index are behind us", 1)
        say.send(("ready", None))
        for step in itertools.count():
            title = f"{seed} {step}"
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
                for body in bodies
            ]
            generation = bank.commit(changes, expected_generation=bank.generation)
            say.send(("committed", (generation, title)))
            bank.ledger.put(Episode(key=_key(title), stage="simulate", turns=(), end=End.TURN_LIMIT), run="run")
            say.send(("put", title))
            say.send(("indexing", None))
            bank.at().nearest(title, 5)
            if step % 5 == 4:
                say.send(("rebuilding", None))
                bank.rebuild_index()


def _key(name: str) -> EpisodeKey:
    return EpisodeKey(
        profile_id=name,
        profile_hash="",
        seed=0,
        turn_limit=1,
        bank_hash="",
        retrieval="",
        models={},
        prompts="",
        engine="",
    )


def _titles(bank: Bank, generation: int) -> set[str]:
    return {bank.at(generation).skill(body.id).title for body in skills(2)}


def _rest(pipe: Any) -> Any:
    while True:
        try:
            yield pipe.recv()
        except EOFError:
            return


if __name__ == "__main__":
    main()
