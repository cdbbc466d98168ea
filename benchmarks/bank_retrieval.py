"""How fast is retrieval, how long does a bank take to open, and what does the index miss? Against brute force.

    python benchmarks/bank_retrieval.py [--skills 1000 --skills 10000] [--queries 300]

`retrieve()` is timed whole: refusals, embedding of a new text, Chroma, fit, scores, reasons. Recall@5 holds what the
index returns against the exact cosines of all vectors; ties within 1e-6 count as found.
"""

import argparse
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import chromadb  # noqa: F401 - imports are not what is measured
import numpy as np
from made_skills import adding, line, skills, state
from rich.console import Console
from rich.table import Table

from skills_bank.bank import Bank, BankView
from skills_bank.retrieval import Query, RetrievalSettings, retrieve
from skills_bank.vectors import VectorCache


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--skills", type=int, action="append")
    parser.add_argument("--queries", type=int, default=300)
    given = parser.parse_args()
    load = os.getloadavg()[0] / (os.cpu_count() or 1)
    table = Table(title=f"Retrieval, embedded index, hashing embedder; load at the start {load:.1f} a core")
    table.add_column("measure")
    figures: dict[str, list[str]] = {}
    for count in given.skills or [1000, 10_000]:
        table.add_column(f"{count:,} skills", justify="right")
        with tempfile.TemporaryDirectory() as place:
            for name, value in measure(Path(place), count, given.queries).items():
                figures.setdefault(name, []).append(value)
    for name, values in figures.items():
        table.add_row(name, *values)
    Console(file=sys.stdout).print(table)


def measure(place: Path, count: int, queries: int) -> dict[str, str]:
    """All figures of one size of bank."""
    with Bank.open(place) as bank:
        bank.commit(adding(skills(count)), expected_generation=0)
        bank.at().nearest("warm the cache of vectors", 1)
    started = time.perf_counter()
    bank = Bank.open(place, create=False)
    view = bank.at()
    opened = time.perf_counter()
    view.nearest("the first question builds the index", 5)
    searched = time.perf_counter()
    drawn = random.Random(1)
    asked = [Query(state=state(drawn), text=line(drawn)) for _ in range(queries)]
    retrieve(view, asked[0])
    matrix = np.stack([bank._vectors.of_skills([text])[0] for text in view.texts.values()])
    whole, busy = timed(lambda one: retrieve(view, one), asked)
    brute, _ = timed(lambda one: brute_force(view, bank._vectors, matrix, one), asked)
    refused = statistics.mean(len(retrieve(view, one).refused) for one in asked)
    with_filter, without = recalls(view, bank, matrix, asked)
    same = statistics.mean(chosen_score(view, one) == exhaustive_score(view, one) for one in asked[: queries // 3])
    bank.close()
    return {
        "open, skills parsed (s)": f"{opened - started:.2f}",
        "index built, first answer (s)": f"{searched - opened:.2f}",
        "retrieve() p50 / p95 (ms)": f"{quantile(whole, 0.5):.2f} / {quantile(whole, 0.95):.2f}",
        "retrieve() processor time p50 (ms)": f"{quantile(busy, 0.5):.2f}",
        "brute force, same filters p50 (ms)": f"{quantile(brute, 0.5):.2f}",
        "ratio of p50": f"{quantile(whole, 0.5) / quantile(brute, 0.5):.1f}",
        "refused by hard filters (mean share)": f"{refused / count:.0%}",
        "recall@5, no filter": f"{without:.4f}",
        "recall@5, with filters": f"{with_filter:.4f}",
        "choice as good as by scoring every skill": f"{same:.1%}",
    }


def timed(work: Callable[[Query], object], asked: list[Query]) -> tuple[list[float], list[float]]:
    """Milliseconds of each call, by the clock and by the processor; each text is new to the caches."""
    clock, processor = [], []
    for number, one in enumerate(asked):
        fresh = one.model_copy(update={"text": f"{one.text} {id(work)} {number}"})
        started, busy = time.perf_counter(), time.process_time()
        work(fresh)
        processor.append((time.process_time() - busy) * 1000)
        clock.append((time.perf_counter() - started) * 1000)
    return clock, processor


def brute_force(view: BankView, cache: VectorCache, matrix: np.ndarray, query: Query) -> list[int]:
    """The least that any retrieval does: embed, refuse, compare with everything, take the five best."""
    from skills_bank.retrieval import _table

    table = _table(view)
    refused = table.contraindications.refused(query.state, query.met)
    similarities = matrix @ cache.of_query(query.text)
    similarities[[table.place[skill_id] for skill_id in refused]] = -2
    best = np.argpartition(-similarities, 5)[:5]
    return [int(place) for place in best[np.argsort(-similarities[best])]]


def chosen_score(view: BankView, query: Query) -> float | None:
    """Score of what `retrieve` chooses, to four digits."""
    chosen = retrieve(view, query).chosen
    return None if chosen is None else round(chosen.score, 4)


def exhaustive_score(view: BankView, query: Query) -> float | None:
    """The same, had every skill been scored."""
    from skills_bank.retrieval import _table

    settings, table = RetrievalSettings(), _table(view)
    refused = table.contraindications.refused(query.state, query.met)
    fits = table.fit.of(query.state)
    allowed = [skill_id for skill_id in table.ids if skill_id not in refused]
    places = np.array([table.place[skill_id] for skill_id in allowed])
    scores = (
        settings.similarity_weight * view.similarities(query.text, allowed)
        + settings.fit_weight * fits[places]
        + settings.evidence_weight * table.gains[places]
    )[fits[places] >= settings.threshold]
    return round(float(scores.max()), 4) if scores.size else None


def recalls(view: BankView, bank: Bank, matrix: np.ndarray, asked: list[Query]) -> tuple[float, float]:
    """Share of the five truly nearest that the index returns: among the allowed, and among all."""
    from skills_bank.retrieval import _table

    table = _table(view)
    found: tuple[list[float], list[float]] = ([], [])
    for query in asked:
        similarities = matrix @ bank._vectors.of_query(query.text)
        refused = table.contraindications.refused(query.state, query.met)
        for allowed, into in (([i for i in table.ids if i not in refused], found[0]), (None, found[1])):
            places = np.array([table.place[i] for i in (table.ids if allowed is None else allowed)])
            fifth = np.sort(similarities[places])[-5]
            near = view.nearest(query.text, 5, allowed)
            into.append(sum(similarities[table.place[s.id]] >= fifth - 1e-6 for s, _ in near) / 5)
    return statistics.mean(found[0]), statistics.mean(found[1])


def quantile(values: list[float], share: float) -> float:
    """The value under which that share of the values lies."""
    return float(np.quantile(values, share))


if __name__ == "__main__":
    main()
