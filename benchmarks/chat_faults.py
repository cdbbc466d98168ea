"""What becomes of questions when the endpoint misbehaves? A thousand of four roles, at a 30 % rate of faults.

    python benchmarks/chat_faults.py --questions 1000 --rate 0.3

The endpoint is a real HTTP server on the loopback address, answered by the embedded engine. An answer is *right* if it
equals the one given in process; every other end must be a typed error; nothing may last beyond the deadline. Half of
the questions come from threads and half from tasks; of the plain-text answers, threads take theirs as streams.
"""

import argparse
import asyncio
import itertools
import os
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from pydantic import BaseModel

from conversation.dialogue import Line, Speaker
from conversation.episode import START_EMOTION, move_emotion
from conversation.profile import Split
from conversation.profiles import authored
from nodes.agent import Agent
from nodes.appraiser import APPRAISER, AppraiserQuestion
from nodes.chat import Chat, ChatError, Models, RoleSettings
from nodes.embedded.faulty_server import FaultyServer
from nodes.sage_judge import SAGE_JUDGE, JudgeQuestion
from nodes.seeker import SEEKER, SeekerQuestion
from nodes.supporter import SUPPORTER, SupporterQuestion

Asked = tuple[Agent[Any, Any], BaseModel, int, Any]
DEADLINE_S = 6.0
GRACE_S = 0.5
"""What two busy cores may add to a deadline before it counts as passed."""


def questions() -> Iterator[Asked]:
    """Questions of simulated conversations, each with its seed and the answer given in process."""
    chat = Chat()

    def ask(agent: Agent[Any, Any], question: BaseModel, seed: int) -> Asked:
        return agent, question, seed, chat.ask(agent, question, seed=seed)

    profiles = [profile for profile in authored() if profile.split is Split.TRAIN]
    for number in itertools.count():
        seed, profile = number // len(profiles), profiles[number % len(profiles)]
        lines = [Line(speaker=Speaker.SEEKER, text=profile.opening)]
        emotion = START_EMOTION
        for turn in range(4):
            yield (asked := ask(APPRAISER, AppraiserQuestion(transcript=tuple(lines)), seed))
            yield (asked := ask(SUPPORTER, SupporterQuestion(transcript=tuple(lines), state=asked[3]), seed))
            lines.append(Line(speaker=Speaker.SUPPORTER, text=asked[3]))
            question = JudgeQuestion(profile=profile, transcript=tuple(lines), emotion=emotion, turn=turn)
            yield (asked := ask(SAGE_JUDGE, question, seed))
            emotion = move_emotion(emotion, asked[3].change)
            taken = SeekerQuestion(
                profile=profile, transcript=tuple(lines), emotion=emotion, appraisal=asked[3], turn=turn
            )
            yield (asked := ask(SEEKER, taken, seed))
            lines.append(Line(speaker=Speaker.SEEKER, text=asked[3].text))
            if asked[3].ends:
                break


def main() -> None:
    """Ask all questions, half from threads and half from tasks, and tell how they ended."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=int, default=1000)
    parser.add_argument("--rate", type=float, default=0.3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--at-once", type=int, default=16)
    options = parser.parse_args()
    asked = list(itertools.islice(questions(), options.questions))
    ends: Counter[str] = Counter()
    seconds: list[float] = []

    def book(started: float, answer: Any, expected: Any) -> None:
        seconds.append(time.monotonic() - started)
        ends[
            type(answer).__name__ if isinstance(answer, ChatError) else "right" if answer == expected else "WRONG"
        ] += 1

    with FaultyServer(options.rate, seed=options.seed) as server:
        settings = {"timeout_s": 0.5, "deadline_s": DEADLINE_S, "backoff_s": 0.02, "retry_after_s": 0.1}
        roles = (APPRAISER.role, SUPPORTER.role, SAGE_JUDGE.role, SEEKER.role)
        models = Models(roles={r: RoleSettings(model=r, base_url=server.url, **settings) for r in roles})
        chat = Chat(models, max_concurrency=options.at_once)

        def ask(item: Asked) -> None:
            agent, question, seed, expected = item
            started = time.monotonic()
            try:
                if agent is SUPPORTER:
                    book(started, "".join(chat.stream(agent, question, seed=seed)), expected)
                else:
                    book(started, chat.ask(agent, question, seed=seed), expected)
            except ChatError as error:
                book(started, error, expected)

        async def aask(item: Asked) -> None:
            agent, question, seed, expected = item
            started = time.monotonic()
            try:
                book(started, await chat.aask(agent, question, seed=seed), expected)
            except ChatError as error:
                book(started, error, expected)

        async def aask_all(items: list[Asked]) -> None:
            for start in range(0, len(items), options.at_once):
                await asyncio.gather(*map(aask, items[start : start + options.at_once]))

        with suppress(ChatError):
            chat.ask(*asked[0][:2], seed=-1)  # loads the client, which takes a second and is no part of a deadline
        began = time.monotonic()
        threads = [item for number, item in enumerate(asked) if number // len(roles) % 2]
        tasks = [item for number, item in enumerate(asked) if not number // len(roles) % 2]
        with ThreadPoolExecutor(options.at_once) as pool:
            list(pool.map(ask, threads))
        asyncio.run(aask_all(tasks))
        total = time.monotonic() - began
        usage = chat.usage
        chat.close()

    seconds.sort()
    late = sum(s > DEADLINE_S + GRACE_S for s in seconds)
    print(
        f"{len(asked)} questions in {total:.1f} s, {server.requests} requests, {sum(server.met.values())} with a fault"
    )
    print("faults met: " + ", ".join(f"{name} {count}" for name, count in sorted(server.met.items())))
    print("ends: " + ", ".join(f"{name} {count}" for name, count in ends.most_common()))
    print(f"repair turns {sum(r.repairs for r in usage.roles.values())}, typed errors booked {usage.failures}")
    median, nearly = seconds[len(seconds) // 2], seconds[len(seconds) * 99 // 100]
    print(f"seconds a question: median {median:.3f}, 99 % {nearly:.2f}, longest {seconds[-1]:.2f}")
    print(f"deadline {DEADLINE_S:g} s; past it: {late}; load of the machine: {os.getloadavg()[0]:.1f}")
    raise SystemExit(bool(ends["WRONG"] or late or sum(ends.values()) != len(asked)))


if __name__ == "__main__":
    main()
