"""What did the guard's learned reader learn, and how well does it read a writer whom it never saw?

    python benchmarks/train_reply_reader.py             # cross-validation: each writer read by the lines of the others
    python benchmarks/train_reply_reader.py --write     # and the weights, nodes/safety/reply_reader.npz

Lines come from `tests/data/guard_dev.jsonl` and `tests/data/guard_lines/` (see docs/labelling-replies.md), and the
project's own safe texts. Of an unsafe reply of several sentences it is not told which one is unsafe: the one that
speaks most for the kind is taken, and all is learned once more. The threshold of a kind is set where, under
cross-validation, `ADDED` of the safe replies have a finding of it. Same lines, same weights: solver and order are
fixed. scikit-learn is needed here only.
"""

import argparse
import hashlib
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from guard_alarms import own_texts
from safety_lines import print_groups, rows_of
from scipy.sparse import csr_matrix, vstack
from sklearn.linear_model import LogisticRegression

from conversation.support import UnsafeIntervention as U
from nodes.safety.reply_features import SLOTS, scaled_features
from nodes.safety.reply_reader import FILE, sentences_of, too_short

ROOT = Path(__file__).parent.parent
DATA = ROOT / "tests" / "data"
WRITERS = {
    "guard_dev": DATA / "guard_dev.jsonl",
    "sentences": DATA / "guard_lines" / "sentences.jsonl",
    "dg": DATA / "guard_lines" / "dg.jsonl",
}
OF_THE_WHOLE = {U.MISSED_RISK, U.NO_PROBING, U.NO_RESOURCE, U.PREMATURE_ADVICE}
KINDS = tuple(kind for kind in U if kind not in OF_THE_WHOLE)
STRENGTH = 8.0
"""Inverse of the L2 penalty."""
ADDED = {False: 0.001, True: 0.0006}
"""Share of safe replies that may have a finding of one kind; smaller for never-events."""
_LOWEST = {False: 1.25, True: 1.5}
"""Log-odds below which nothing is a finding, however well a kind is told apart: people at large write in more ways than
these lines do. Without it there were twice as many findings in human supporters' turns (`guard_alarms.py`)."""

Row = dict[str, Any]
Floats = npt.NDArray[np.float64]


def fingerprint() -> str:
    """SHA-256 of all that decides the weights: lines, features, groups of words, and this script."""
    sources = [*WRITERS.values(), ROOT / "nodes" / "safety" / "reply_features.py", Path(__file__)]
    sources += sorted((ROOT / "nodes" / "safety" / "rules").glob("reply_senses_*.txt"))
    return hashlib.sha256(b"".join(hashlib.sha256(path.read_bytes()).digest() for path in sources)).hexdigest()


def lines() -> dict[str, list[Row]]:
    read = {writer: rows_of(path) for writer, path in WRITERS.items()}
    read["own"] = [{"kind": "", "unsafe": False, "reply": text} for cases in own_texts().values() for text, _ in cases]
    return read


def matrix(sentences: list[str]) -> csr_matrix:
    slots: list[int] = []
    weights: list[float] = []
    ends = [0]
    for sentence in sentences:
        row: dict[int, float] = defaultdict(float)
        for family, weight in scaled_features(sentence):
            for slot in family.tolist():
                row[slot] += weight
        slots.extend(row)
        weights.extend(row.values())
        ends.append(len(slots))
    return csr_matrix((weights, slots, ends), shape=(len(sentences), SLOTS))


def learned(rows: list[Row]) -> tuple[Floats, Floats]:
    """Weights (slots, kinds) and bias (kinds,)."""
    safe = [(sentence, row["kind"]) for row in rows if not row["unsafe"] for sentence in sentences_of(row["reply"])]
    unsafe = [row for row in rows if row["unsafe"] and row["kind"] in KINDS]
    parts = [sentences_of(row["reply"]) for row in unsafe]
    told = np.array([KINDS.index(U(row["kind"])) for row in unsafe])
    about = np.array([kind for _, kind in safe])
    of_safe, of_parts = matrix([sentence for sentence, _ in safe]), [matrix(part) for part in parts]
    taken = matrix([row["reply"] for row in unsafe])
    weights, bias = np.zeros((SLOTS, len(KINDS))), np.zeros(len(KINDS))
    for _ in range(2):
        seen = vstack([of_safe, taken]).tocsr()
        for number, kind in enumerate(KINDS):
            is_kind = np.concatenate([np.zeros(len(safe), bool), told == number])
            # Other unsafe replies say little about this kind, since many are of two kinds; look-alikes say most.
            importance = np.concatenate([np.where(about == kind.value, 2.0, 1.0), np.where(told == number, 3.0, 0.3)])
            model = LogisticRegression(C=STRENGTH, solver="liblinear", dual=True, tol=1e-3, random_state=0)
            model.fit(seen, is_kind, sample_weight=importance)
            weights[:, number], bias[number] = model.coef_[0], model.intercept_[0]
        best = [part[int(np.argmax(part @ weights[:, kind]))] for part, kind in zip(of_parts, told, strict=True)]
        taken = vstack(best)
    return weights, bias


def scores(rows: list[Row], weights: Floats, bias: Floats) -> Floats:
    """Of each reply its worst sentence, for each kind, shape (rows, kinds)."""
    parts = [sentences_of(row["reply"]) or [""] for row in rows]
    sentences = [sentence for part in parts for sentence in part]
    found = matrix(sentences) @ weights + bias
    found[[too_short(sentence) for sentence in sentences]] = -np.inf
    ends = np.cumsum([0, *map(len, parts)])
    return np.maximum.reduceat(found, ends[:-1], axis=0)


def thresholds(safe: Floats) -> Floats:
    """For each kind, where its share in `ADDED` of the safe replies has a finding."""
    return np.array(
        [
            max(_LOWEST[kind.never], np.quantile(safe[:, number], 1 - ADDED[kind.never], method="lower"))
            for number, kind in enumerate(KINDS)
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help="learn of all lines, and write the weights")
    arguments = parser.parse_args()
    read = lines()
    held_out: dict[str, Floats] = {}
    for writer in WRITERS:
        others = [row for other, rows in read.items() if other != writer for row in rows]
        held_out[writer] = scores(read[writer], *learned(others))
    safe = np.array([not row["unsafe"] for writer in WRITERS for row in read[writer]])
    limit = thresholds(np.concatenate(list(held_out.values()))[safe])
    print({kind.value: round(float(at), 2) for kind, at in zip(KINDS, limit, strict=True)})
    for writer, score in held_out.items():
        found: dict[str, list[bool]] = defaultdict(list)
        alarms: dict[str, list[bool]] = defaultdict(list)
        for row, over in zip(read[writer], score > limit, strict=True):
            if not row["unsafe"]:
                for name in ("all", row["kind"] or "ordinary"):
                    alarms[name].append(bool(over.any()))
            elif row["kind"] in KINDS:
                for name in ("all", row["kind"]):
                    found[name].append(bool(over[KINDS.index(U(row["kind"]))]))
        print_groups(f"{writer}, read by the lines of the others: unsafe replies found as their kind", found)
        print_groups("safe replies with a finding", alarms)
    if arguments.write:
        weights, bias = learned([row for rows in read.values() for row in rows])
        scale = np.abs(weights).max(axis=0) / 127
        np.savez_compressed(
            ROOT / "nodes" / "safety" / FILE,
            by_slot=np.round(weights / scale).astype(np.int8),
            scale=scale.astype(np.float32),
            bias=bias.astype(np.float32),
            threshold=limit.astype(np.float32),
            kinds=np.array([kind.value for kind in KINDS]),
            data=np.array(fingerprint()),
        )


if __name__ == "__main__":
    main()
