"""How often does the crisis gate raise an alarm in real support conversations, and over which words?

    python benchmarks/gate_alarms.py ../shared/data/esconv/ESConv.train.json ../shared/data/esconv/FailedESConv.json

Reads every seeker turn in its conversation, as the gate would live, and prints counts by tier, kind and rule and a
sample of alarms. The sample goes to the terminal only: the dialogues' licence does not let their words into this
repository.
"""

import argparse
import random
import time
from collections import Counter
from pathlib import Path

from conversation.dialogue import Line, Speaker
from conversation.formats import read_dialogues
from conversation.seeker import Risk, RiskTier
from nodes.safety.assess import assess
from nodes.safety.language import UnsupportedLanguage
from nodes.safety.read import read


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--sample", type=int, default=20, help="alarms to print (0 for none)")
    parser.add_argument("--tier", choices=[tier.value for tier in RiskTier][1:], help="sample this tier only")
    parser.add_argument("--rule", help="sample alarms of this rule only")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()

    turns = refused = dialogues = with_alarm = 0
    alarms: list[tuple[str, Risk, tuple[str, ...], str]] = []
    spent = 0.0
    for path in arguments.files:
        for dialogue in read_dialogues(path).dialogues:
            dialogues += 1
            lines: list[Line] = []
            before = len(alarms)
            for _, turn in dialogue.merged():
                lines.append(Line(speaker=turn.speaker, text=turn.text))
                if turn.speaker is not Speaker.SEEKER:
                    continue
                turns += 1
                started = time.perf_counter()
                try:
                    risk = assess(tuple(lines))
                except UnsupportedLanguage:
                    refused += 1
                    continue
                finally:
                    spent += time.perf_counter() - started
                if risk.tier is not RiskTier.NONE:
                    rules = tuple(sign.rule for sign in read(turn.text).signs if sign.role == "sign")
                    if not rules:
                        alone = assess(tuple(lines), learned=False).tier
                        rules = ("learned",) if alone is RiskTier.NONE else ("context",)
                    alarms.append((dialogue.id, risk, rules, turn.text))
            with_alarm += len(alarms) > before

    print(f"dialogues {dialogues}, seeker turns {turns}, refused as another language {refused}")
    print(f"alarms {len(alarms)} ({len(alarms) / max(1, turns):.2%} of turns), in {with_alarm} dialogues")
    print("by tier:", dict(Counter(risk.tier.value for _, risk, _, _ in alarms)))
    print("by kind:", dict(Counter(kind.value for _, risk, _, _ in alarms for kind in risk.kinds)))
    print("by rule:", dict(Counter(rule for _, _, rules, _ in alarms for rule in rules).most_common()))
    print(f"mean time {spent / max(1, turns) * 1e3:.3f} ms a turn")
    chosen = [
        alarm
        for alarm in alarms
        if (arguments.tier is None or alarm[1].tier.value == arguments.tier)
        and (arguments.rule is None or arguments.rule in alarm[2])
    ]
    random.Random(arguments.seed).shuffle(chosen)
    for dialogue_id, risk, rules, text in chosen[: arguments.sample]:
        print(f"\n{dialogue_id} {risk.tier.value} {'/'.join(rules)} on {list(risk.signs)}\n  {text[:400]}")


if __name__ == "__main__":
    main()
