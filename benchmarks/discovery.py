"""What does discovery cost, and what does it find? Time and memory at growing sizes, and the bank of the largest.

    python benchmarks/discovery.py PATH_TO/esconv [--sizes 100 300 1106]

PATH holds ESConv.train.json and FailedESConv.json (CC BY-NC 4.0; not part of this project). Every size runs in a
process of its own with the embedded engine; dialogues are taken evenly from both files. Targets: 120 s and 2 GB for all
1,106 on two cores, cost linear in the number of dialogues, 20 to 40 skills without near-duplicates.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PRIORS = (0, 10, 20, 40, 80, 1_000_000)
FILES = ("ESConv.train.json", "FailedESConv.json")


def sample(folder: Path, size: int, target: Path) -> int:
    """Write `size` dialogues, evenly spread over both files, in our own format."""
    from conversation.formats import own, read_dialogues

    everything = [dialogue for name in FILES for dialogue in read_dialogues(folder / name).dialogues]
    size = min(size, len(everything))
    own.write(target, [everything[index * len(everything) // size] for index in range(size)])
    return size


def once(file: str) -> dict[str, Any]:
    """One discovery in this process: its summary, seconds by stage, and the most memory that it took."""
    started = time.perf_counter()
    from graphs.context import DiscoveryContext
    from graphs.discovery import graph

    imported = time.perf_counter()
    ends: dict[str, float] = {}
    summary: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        context = DiscoveryContext(bank=f"{folder}/bank")
        stream: Any = graph.stream({"paths": [file]}, context=context, stream_mode=["custom", "values"])
        for mode, chunk in stream:
            if mode == "custom":
                ends[chunk["event"]] = time.perf_counter() - imported
            else:
                summary = chunk.get("summary", summary)
        total = time.perf_counter() - imported
        distinct, gains = looked_at(f"{folder}/bank")
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "linux" else 1024**2)
    return {
        "summary": summary,
        "import": imported - started,
        "total": total,
        "ends": ends,
        "megabytes": megabytes,
        "nearest": distinct,
        "gains": gains,
    }


def looked_at(bank: str) -> tuple[float, dict[int, float]]:
    """The highest cosine between the texts of two skills; and by prior, what choosing gains on unseen dialogues."""
    import numpy as np

    from conversation.support import Polarity
    from skills_bank.bank import Bank
    from skills_bank.embedding import HashingEmbedder
    from skills_bank.grouping import NEVER_DISTILLED
    from skills_bank.pooling import honest_effects
    from skills_bank.view import similarity_text

    with Bank.open(bank, create=False) as opened:
        vectors = HashingEmbedder().embed([similarity_text(skill) for skill in opened.at().skills()])
        prototypes = opened.evidence.prototypes()
        helped = {unit.id for unit in opened.evidence.units() if unit.polarity is Polarity.CONSTRUCTIVE}
    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, -1)
    usable = {prototype.id for prototype in prototypes if not NEVER_DISTILLED & set(prototype.moves)}
    gains = {}
    for prior in PRIORS:
        effects = honest_effects(prototypes, usable, helped, prior).values()
        gains[prior] = sum(e.effect * e.units for e in effects) / max(1, sum(e.units for e in effects))
    return float(cosines.max()) if len(vectors) > 1 else 0.0, gains


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 300, 1106])
    parser.add_argument("--once", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.once:
        print(json.dumps(once(given.once)))
        return
    print(f"{'dialogues':>9} {'seconds':>8} {'ms each':>8} {'label':>6} {'cluster':>8} {'rest':>6} {'MB':>6}", end="")
    print(f" {'units':>6} {'prototypes':>11} {'skills':>7} {'nearest two':>12}")
    last: dict[str, Any] = {}
    for size in given.sizes:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "dialogues.jsonl"
            count = sample(given.folder, size, file)
            run = [sys.executable, __file__, str(given.folder), "--once", str(file)]
            done = subprocess.run(run, capture_output=True, text=True, check=True, cwd=ROOT)
        last = json.loads(done.stdout)
        ends, summary = last["ends"], last["summary"]
        label, cluster = ends["annotated"] - ends["estimated"], ends["prototypes"] - ends["extracted"]
        print(f"{count:9} {last['total']:8.1f} {1000 * last['total'] / count:8.1f} {label:6.1f} {cluster:8.1f}", end="")
        print(f" {last['total'] - label - cluster:6.1f} {last['megabytes']:6.0f} {summary['units']['all']:6}", end="")
        print(f" {summary['prototypes']['all']:11} {len(summary['skills']):7} {last['nearest']:12.2f}")
    units = last["summary"]["units"]
    print(f"\nunits: {units['constructive']} constructive, {units['neutral']} neutral, {units['negative']} negative")
    print("gain on unseen dialogues by units pooled:", {p: f"{gain:+.4f}" for p, gain in last["gains"].items()})
    print(f"{'helped':>6} {'harmed':>6} {'effect':>7} {'95 % interval':>16}  skill")
    for skill in last["summary"]["skills"]:
        low, high = skill["interval"] or (float("nan"), float("nan"))
        interval = f"{low:+.3f} to {high:+.3f}"
        print(f"{skill['helped']:6} {skill['harmed']:6} {skill['effect']:+7.3f} {interval:>16}  {skill['title']}")
    for line in last["summary"]["left_out"]:
        print("left out:", line)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()
