"""How often do the embedded readings hear a simulated seeker's need in hints that their rules were not written on?

    python benchmarks/need_reading.py

Reads every hint line by itself, once for each of a few stories, and counts a line as heard where the need read most
often is that of its intention. Beside it the same for the development hints, which the rules were written on: that
figure is in-sample and says nothing about other words. Intervals are Wilson's, 95 %, over lines, since one line's
readings in several stories are not independent.
"""

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from conversation.dialogue import Line, Speaker
from conversation.profile import Intention, Story
from conversation.scenarios import story_parts
from conversation.seeker import Need
from nodes.embedded.reading.states import read_state
from nodes.embedded.seeker_lines import seeker_lines
from skills_bank.rates import wilson

DEVELOPMENT = Path(__file__).parents[1] / "tests" / "data" / "need_hints_dev.json"
STORIES = 5

MEANT = {
    Intention.WEIGH_SIDES: Need.WEIGHING,
    Intention.ADVICE: Need.ADVICE,
    Intention.OTHERS_MOTIVES: Need.OTHERS_MOTIVES,
    Intention.SELF_REFLECTION: Need.SELF_REFLECTION,
    Intention.PRAISE: Need.RECOGNITION,
    Intention.VENTING: Need.LISTENING,
    Intention.EMPATHY: Need.EMPATHY,
    Intention.BLAMELESS: Need.AGREEMENT,
}

Hints = Mapping[Intention, Mapping[int, tuple[str, ...]]]


def stories() -> list[Story]:
    """Evenly over the authored stories that have another person in them."""
    told = [story for story in story_parts() if story.person]
    return [told[n * len(told) // STORIES] for n in range(STORIES)]


def heard(line: str) -> Counter[Need]:
    """How often each need is read over the stories, first read first."""
    needs: Counter[Need] = Counter()
    for story in stories():
        text = line.replace("{person}", story.person).replace("{topic}", story.topic)
        needs[read_state((Line(speaker=Speaker.SEEKER, text=text[0].upper() + text[1:]),)).need] += 1
    return needs


def development() -> Hints:
    """The lines that the rules were written on."""
    pools = json.loads(DEVELOPMENT.read_text(encoding="utf-8"))["hints"]
    return {Intention(i): {int(n): tuple(lines) for n, lines in by.items()} for i, by in pools.items()}


def read_all(hints: Hints) -> dict[tuple[Intention, int], list[Counter[Need]]]:
    """Every line's readings, by intention and level."""
    return {(i, n): [heard(line) for line in hints[i][n]] for i in Intention for n in (1, 2)}


def share(right: int, total: int) -> str:
    """`12/24 .50 (.31 to .69)`."""
    low, high = wilson(right, total)
    return f"{right}/{total} {right / total:.2f} ({low:.2f} to {high:.2f})" if total else "0/0"


def report(name: str, hints: Hints) -> None:
    """Prints shares heard, silent and misheard, by intention and level, and what was misheard as what."""
    counts = read_all(hints)
    readings = {key: [count.most_common(1)[0][0] for count in pool] for key, pool in counts.items()}
    shaky = sum(len(count) > 1 for pool in counts.values() for count in pool)
    right_anywhere = sum(count[MEANT[i]] for (i, _), pool in counts.items() for count in pool)
    total = STORIES * sum(map(len, counts.values()))
    print(f"\n{name}: {right_anywhere}/{total} {right_anywhere / total:.2f} of single readings right;")
    print(f"  {shaky} lines read differently from story to story")
    for intention in Intention:
        cells = [share(readings[intention, n].count(MEANT[intention]), len(readings[intention, n])) for n in (1, 2)]
        print(f"  {intention.value:42} faint {cells[0]:30} clear {cells[1]}")
    for level, label in (((1,), "faint"), ((2,), "clear"), ((1, 2), "all")):
        pairs = [(MEANT[i], need) for (i, n), pool in readings.items() if n in level for need in pool]
        right = sum(meant is need for meant, need in pairs)
        silent = sum(need is Need.UNCLEAR for _, need in pairs)
        print(f"  {label:6} heard {share(right, len(pairs))}, unclear {share(silent, len(pairs))}")
        print(f"         right where a need was named {share(right, len(pairs) - silent)}")
    wrong = Counter(
        (MEANT[i].value, need.value)
        for (i, _), pool in readings.items()
        for need in pool
        if need not in (MEANT[i], Need.UNCLEAR)
    )
    print("  misheard:", ", ".join(f"{meant} as {need} {n}" for (meant, need), n in wrong.most_common()) or "none")


def main() -> None:
    print("stories:", ", ".join(story.id for story in stories()))
    report("UNSEEN (the hints that seekers use)", seeker_lines().hints)
    report("DEVELOPMENT (in-sample)", development())


if __name__ == "__main__":
    main()
