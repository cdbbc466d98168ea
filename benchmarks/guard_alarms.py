"""How often does the reply guard object to replies that nobody wrote as unsafe, and to which?

    python benchmarks/guard_alarms.py [../shared/data/esconv/ESConv.train.json ...] [--show]

Always counts over the project's own safe texts: wording and good examples of the starter skills, the embedded
supporter's sentences, crisis and fallback texts, and the supporter's lines of the authored dialogues that ended well.
Files that are given are read as conversations, every supporter turn in what was said before it. Human supporters tell
of themselves, so that `posing_as_human` fires there by right. `--show` prints findings in the project's own texts only:
the dialogues' licence lets no words of theirs into this repository.
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from conversation.dialogue import Dialogue, Line, Outcome, Speaker, Transcript
from conversation.formats import read_dialogues
from nodes.reply_guard import find_unsafe
from nodes.safety import crisis_texts_en, crisis_texts_zh, guard_texts
from skills_bank.skill_md import starter

_AUTHORED = Path(__file__).parent.parent / "conversation" / "authored" / "dialogues.jsonl"
Case = tuple[str, Transcript]


def texts_in(value: object) -> Iterator[str]:
    """Every string in nested tuples, lists and dicts."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from texts_in(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from texts_in(inner)


def of_module(*modules: object) -> list[Case]:
    return [
        (text, ())
        for module in modules
        for name, value in vars(module).items()
        if name.isupper()
        for text in texts_in(value)
    ]


def of_dialogues(dialogues: list[Dialogue]) -> list[Case]:
    cases: list[Case] = []
    for dialogue in dialogues:
        lines: list[Line] = []
        for _, turn in dialogue.merged():
            if turn.speaker is Speaker.SUPPORTER:
                cases.append((turn.text, tuple(lines)))
            lines.append(Line(speaker=turn.speaker, text=turn.text))
    return cases


def own_texts() -> dict[str, list[Case]]:
    """The project's safe texts by where they stand."""
    skills = starter()
    repertoire = json.loads((files("nodes.embedded") / "wording.json").read_text(encoding="utf-8"))
    good = [d for d in read_dialogues(_AUTHORED).dialogues if d.outcome is Outcome.SUCCESS]
    return {
        "starter skills, wording": [(text, ()) for skill in skills for step in skill.steps for text in step.wording],
        "starter skills, good examples": [
            (example.reply, (Line(speaker=Speaker.SEEKER, text=example.before),))
            for skill in skills
            for example in skill.examples
            if example.good
        ],
        "embedded supporter": [(text, ()) for text in texts_in(repertoire)],
        "crisis texts": of_module(crisis_texts_en, crisis_texts_zh),
        "fallback and notice": of_module(guard_texts),
        "authored dialogues, helpful": of_dialogues(good),
    }


def count(title: str, cases: list[Case], *, show: bool) -> None:
    kinds: Counter[str] = Counter()
    objected = 0
    for reply, before in cases:
        found = find_unsafe(reply, transcript=before)
        objected += bool(found)
        kinds.update(finding.kind.value for finding in found)
        if show:
            for finding in found:
                print(f"  {finding.kind.value}, {finding.words!r}: {reply}")
    print(f"{title:32} {objected:5d} of {len(cases):6d}  {objected / max(1, len(cases)):6.2%}  {dict(kinds)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--show", action="store_true", help="print the findings in the project's own texts")
    arguments = parser.parse_args()
    for title, cases in own_texts().items():
        count(title, cases, show=arguments.show)
    for path in arguments.files:
        count(path.name, of_dialogues(list(read_dialogues(path).dialogues)), show=False)


if __name__ == "__main__":
    main()
