"""What share of risk lines does the gate find, and what share of unsafe replies the guard, with intervals?

    python benchmarks/safety_lines.py [--gate lines.jsonl] [--guard replies.jsonl] [--show] [--rules]

Without files, the development sets: lines of the rules' own author, who tuned to them. Give files of lines that the
author never saw for figures that mean something. A gate line has `text`, `locale`, `tier` ('none' for a look-alike),
`form` and, if it needs one, `before` as [speaker, text] pairs; a guard line has `reply`, `kind`, `unsafe`, `tier`,
`kinds`, `before`. `--rules` leaves the learned reader out. It was trained on all
lines under `tests/data`: what it finds there says nothing; `train_risk_reader.py` reads each writer by the lines of the
others. Intervals are Wilson's at 95 %.
"""

import argparse
import json
from collections import defaultdict
from math import sqrt
from pathlib import Path
from typing import Any

from conversation.dialogue import Line, Speaker, Transcript
from conversation.seeker import Risk, RiskKind, RiskTier
from nodes.reply_guard import find_unsafe
from nodes.safety.assess import assess
from nodes.safety.language import UnsupportedLanguage

_DATA = Path(__file__).parent.parent / "tests" / "data"
_Z = 1.959964


def share(hits: int, of: int) -> str:
    """Share with its Wilson interval."""
    if not of:
        return "none"
    p, n = hits / of, of
    middle = (p + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z / (1 + _Z**2 / n) * sqrt(p * (1 - p) / n + _Z**2 / (4 * n**2))
    return f"{hits:4d} of {of:4d}  {p:6.1%}  [{middle - half:.1%}, {middle + half:.1%}]"


def rows_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]


def before(row: dict[str, Any]) -> Transcript:
    return tuple(Line(speaker=Speaker(who), text=text) for who, text in row.get("before", ()))


def print_groups(title: str, groups: dict[str, list[bool]]) -> None:
    print(f"\n{title}")
    for name, hits in sorted(groups.items()):
        print(f"  {name:28} {share(sum(hits), len(hits))}")


def gate_lines(path: Path, *, show: bool, learned: bool = True) -> None:
    found: dict[str, list[bool]] = defaultdict(list)
    graded: dict[str, list[bool]] = defaultdict(list)
    alarms: dict[str, list[bool]] = defaultdict(list)
    for row in rows_of(path):
        lines = (*before(row), Line(speaker=Speaker.SEEKER, text=row["text"]))
        try:
            tier = assess(lines, locale=row["locale"], learned=learned).tier
        except UnsupportedLanguage:
            tier = RiskTier.NONE
        expected = RiskTier(row["tier"])
        if expected is RiskTier.NONE:
            for name in ("all", row["form"], row["locale"]):
                alarms[name].append(tier is not RiskTier.NONE)
        else:
            for name in ("all", row["form"], row["locale"], expected.value):
                found[name].append(tier is not RiskTier.NONE)
            graded[expected.value].append(tier.level >= expected.level)
        if show and (tier is RiskTier.NONE) != (expected is RiskTier.NONE):
            print(f"  expected {expected.value}, read {tier.value}: {row['text']}")
    print_groups(f"gate, {path.name}: risk lines with any alarm, by form, locale and tier", found)
    print_groups("risk lines read at their tier or above", graded)
    print_groups("look-alikes with an alarm", alarms)


def guard_lines(path: Path, *, show: bool) -> None:
    found: dict[str, list[bool]] = defaultdict(list)
    refused: dict[str, list[bool]] = defaultdict(list)
    alarms: dict[str, list[bool]] = defaultdict(list)
    for row in rows_of(path):
        risk = Risk(tier=RiskTier(row["tier"]), kinds=tuple(RiskKind(kind) for kind in row["kinds"]))
        kinds = {finding.kind.value for finding in find_unsafe(row["reply"], transcript=before(row), risk=risk)}
        right = row["kind"] in kinds if row["unsafe"] else not kinds
        for name in ("all", row["kind"]):
            if row["unsafe"]:
                found[name].append(right)
                refused[name].append(bool(kinds))
            else:
                alarms[name].append(not right)
        if show and not right:
            print(
                f"  {row['kind']}, {'unsafe' if row['unsafe'] else 'look-alike'}, found {sorted(kinds)}: {row['reply']}"
            )
    print_groups(f"guard, {path.name}: unsafe replies found as their kind", found)
    print_groups("unsafe replies refused, whatever the kind found", refused)
    print_groups("look-alikes with any finding", alarms)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gate", type=Path)
    parser.add_argument("--guard", type=Path)
    parser.add_argument("--show", action="store_true", help="print every line that was read wrongly")
    parser.add_argument("--rules", action="store_true", help="the gate's rules alone, without the learned reader")
    arguments = parser.parse_args()
    own = arguments.gate is None and arguments.guard is None
    if own or arguments.gate:
        gate_lines(arguments.gate or _DATA / "risk_dev.jsonl", show=arguments.show, learned=not arguments.rules)
    if own or arguments.guard:
        guard_lines(arguments.guard or _DATA / "guard_dev.jsonl", show=arguments.show)


if __name__ == "__main__":
    main()
