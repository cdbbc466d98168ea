"""How long do the gate and the guard take?

    python benchmarks/safety_speed.py

Times `assess` on a 20-line conversation whose last line is new, and `find_unsafe` on a new reply, with the project's
own lines. *First* is the first time in a process that such words come; *new* is a message not read before, of words
that were; *again* is the same message once more. Processor time, median, so that a busy machine matters little.
"""

import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from conversation.dialogue import Line, Speaker, Transcript
from nodes.reply_guard import find_unsafe
from nodes.safety import answers, language, learned, read, read_zh, reply_reader, reply_shape, wording
from nodes.safety.assess import assess

_DATA = Path(__file__).parent.parent / "tests" / "data"


def lines(name: str, field: str) -> list[str]:
    """English texts of one of the development sets."""
    rows = [json.loads(line) for line in (_DATA / name).read_text(encoding="utf-8").splitlines()]
    return [row[field] for row in rows if row["locale"] == "en"]


def microseconds(call: Callable[[str], object], text: str) -> float:
    started = time.process_time_ns()
    call(text)
    return (time.process_time_ns() - started) / 1000


def forget() -> None:
    """Empties what is remembered of messages, not of words."""
    from nodes import reply_guard

    for cached in (
        read.read, read.without_idioms, read_zh.read_chinese, read_zh.simplified, wording.plain,
        language.language_of, answers.asked_in,
        answers.answer_of, learned.hear, reply_shape.advises_only, reply_shape.asks_for_advice, reply_guard._in_text,
        reply_reader._kinds_of,
    ):  # fmt: skip
        cached.cache_clear()


def conversation(seeker: list[str], last: str) -> Transcript:
    told = [
        Line(speaker=Speaker.SEEKER if i % 2 == 0 else Speaker.SUPPORTER, text=seeker[i % len(seeker)])
        for i in range(19)
    ]
    asked = Line(speaker=Speaker.SUPPORTER, text="What was that like?")
    return (*told[:-1], asked, Line(speaker=Speaker.SEEKER, text=last))


def main() -> None:
    seeker, replies = lines("risk_dev.jsonl", "text"), lines("guard_dev.jsonl", "reply")
    earlier = conversation(seeker[:10], "Hello.")[:-1]

    def gate(text: str) -> object:
        return assess((*earlier, Line(speaker=Speaker.SEEKER, text=text)))

    def guard(text: str) -> object:
        return find_unsafe(text, transcript=earlier)

    for name, texts, call in (("assess, 20 lines", seeker, gate), ("find_unsafe", replies, guard)):
        call("Hello.")
        first = [microseconds(call, text) for text in texts]
        forget()
        call("Hello.")
        new = [microseconds(call, text) for text in texts]
        again = [microseconds(call, text) for text in texts]
        figures = "  ".join(
            f"{label} {statistics.median(times):6.0f} µs (p95 {sorted(times)[int(len(times) * 0.95)]:6.0f})"
            for label, times in (("first", first), ("new", new), ("again", again))
        )
        print(f"{name:18} {figures}  mean {statistics.mean(map(len, texts)):.0f} characters")


if __name__ == "__main__":
    main()
