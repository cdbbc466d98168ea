"""Which support moves do the embedded readings see in sentences that their rules were not written on?

    python benchmarks/move_reading.py [FILE] [--show]

The file holds JSON lines with `text`, `moves` (the main one first) and `before` (what it answers); without one,
`tests/data/moves_unseen.jsonl`: 295 sentences by a writer who had not seen the rules, measured once and not tuned on.
Intervals are Wilson's, 95 %.
"""

import argparse
import json
from collections import Counter
from pathlib import Path

from conversation.support import SupportMove
from nodes.embedded.reading.moves import primary_moves
from skills_bank.rates import wilson

UNSEEN = Path(__file__).parents[1] / "tests" / "data" / "moves_unseen.jsonl"


def share(right: int, total: int) -> str:
    low, high = wilson(right, total)
    return f"{right}/{total} {right / total:.2f} ({low:.2f} to {high:.2f})"


def f1(move: SupportMove, pairs: list[tuple[SupportMove, SupportMove]]) -> float:
    hit = sum(meant is move is read for meant, read in pairs)
    named = sum(meant is move for meant, _ in pairs) + sum(read is move for _, read in pairs)
    return 2 * hit / named if named else 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", nargs="?", type=Path, default=UNSEEN)
    parser.add_argument("--show", action="store_true", help="print what was read otherwise")
    arguments = parser.parse_args()
    rows = [json.loads(line) for line in arguments.file.read_text(encoding="utf-8").split("\n") if line.strip()]
    pairs: list[tuple[SupportMove, SupportMove]] = []
    found = strategies = 0
    for row in rows:
        meant = [SupportMove(move) for move in row["moves"]]
        moves = primary_moves(row["text"], seeker_before=row["before"])
        read = moves[0] if moves else SupportMove.UNCLEAR
        pairs.append((meant[0], read))
        found += meant[0] in moves
        strategies += meant[0].strategy is read.strategy
        if arguments.show and read is not meant[0]:
            print(f"  {meant[0].value} read as {read.value}: {row['text']}")
    right = sum(meant is read for meant, read in pairs)
    silent = sum(read is SupportMove.UNCLEAR for _, read in pairs)
    labels = sorted({meant for meant, _ in pairs}, key=list(SupportMove).index)
    print(f"main move read: {share(right, len(pairs))}; not told at all: {share(silent, len(pairs))}")
    print(f"main move among the two read: {share(found, len(pairs))}")
    print(f"its strategy read (ESConv's eight): {share(strategies, len(pairs))}")
    print(f"macro-F1 over {len(labels)} moves: {sum(f1(move, pairs) for move in labels) / len(labels):.2f}")
    chance = sum(count**2 for count in Counter(meant for meant, _ in pairs).values()) / len(pairs) ** 2
    print(f"chance, guessing by frequency: {chance:.2f}")
    for move in labels:
        own = [(meant, read) for meant, read in pairs if meant is move]
        wrong = Counter(read.value for _, read in own if read is not move).most_common(2)
        print(f"  {move.value:28} {share(sum(m is r for m, r in own), len(own)):28} {wrong}")


if __name__ == "__main__":
    main()
