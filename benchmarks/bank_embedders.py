"""How well does an embedder find situations alike? Precision at 5 among the situations of recorded dialogues.

    python benchmarks/bank_embedders.py path/to/FailedESConv.json [--embedder minilm]

Two situations are alike when the data set gives them the same problem; chance is the share of such pairs. From this
come the length and the weights of the default embedder. The file is read from where it is; nothing of it is kept.
"""

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from conversation.formats import read_dialogues
from skills_bank.embedding import Embedder, HashingEmbedder
from skills_bank.embedding_models import make_embedder


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("dialogues", type=Path)
    parser.add_argument("--embedder", help="another one beside the hashing embedders, such as minilm")
    given = parser.parse_args()
    kept = [d for d in read_dialogues(given.dialogues, skip_bad=True).dialogues if d.situation and d.problem]
    problems = np.array([d.problem for d in kept])
    pairs = sum(count * (count - 1) for count in Counter(problems.tolist()).values())
    chance = pairs / (len(kept) * (len(kept) - 1))
    embedders: list[Embedder] = [HashingEmbedder(dim) for dim in (256, 512, 1024, 2048)]
    embedders += [HashingEmbedder(characters=0), HashingEmbedder(words=0, pairs=0), HashingEmbedder(pairs=0)]
    if given.embedder:
        embedders.append(make_embedder(given.embedder))
    table = Table(title=f"{len(kept)} situations, {len(set(problems.tolist()))} problems; chance {chance:.3f}")
    for column in ("embedder", "P@5", "standard error", "ms a text"):
        table.add_column(column, justify="left" if column == "embedder" else "right")
    for embedder in embedders:
        started = time.perf_counter()
        rows = embedder.embed([d.situation for d in kept])
        took = (time.perf_counter() - started) / len(kept) * 1000
        similarities = rows @ rows.T
        np.fill_diagonal(similarities, -2)
        nearest = np.argsort(-similarities, axis=1, kind="stable")[:, :5]
        precisions = (problems[nearest] == problems[:, None]).mean(axis=1)
        error = precisions.std(ddof=1) / np.sqrt(len(kept))
        table.add_row(embedder.fingerprint, f"{precisions.mean():.3f}", f"{error:.3f}", f"{took:.2f}")
    Console(file=sys.stdout).print(table)


if __name__ == "__main__":
    main()
