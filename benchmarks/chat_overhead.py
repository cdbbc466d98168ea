"""What does the seam add to a call of the embedded engine? And what does a call to an endpoint cost the client?

python benchmarks/chat_overhead.py
"""

import asyncio
import statistics
import time
from collections.abc import Callable

from conversation.dialogue import Line, Speaker, Transcript
from conversation.model import Value
from conversation.seeker import SeekerState
from nodes.agent import Agent, read_prompt
from nodes.chat import Chat, Models, RoleSettings
from nodes.embedded.engine import PLAYERS, EmbeddedChatModel
from nodes.embedded.server import EmbeddedServer
from nodes.seam.exchange import Exchange

CALLS = 2000
ROUNDS = 7


class Question(Value):
    """As large as an appraiser's after six exchanges."""

    transcript: Transcript


def play(question: Question, seed: int) -> SeekerState:
    """An answer that costs nothing, so that what is left is the seam."""
    return SeekerState(problem=str(seed))


def fastest(act: Callable[[int], object], calls: int = CALLS) -> float:
    """Microseconds of processor time a call: the best of several rounds, since other work only ever adds."""
    rounds = []
    for _ in range(ROUNDS):
        started = time.process_time()
        for number in range(calls):
            act(number)
        rounds.append((time.process_time() - started) / calls * 1e6)
    return min(rounds)


def main() -> None:
    """Print a table of microseconds."""
    agent = Agent(role="benchmark", question=Question, answer=SeekerState, instructions=read_prompt("appraiser"))
    PLAYERS.register(agent, play)
    words = "words that fill a line about as long as people write when something weighs on them. " * 2
    lines = tuple(Line(speaker=(Speaker.SEEKER, Speaker.SUPPORTER)[i % 2], text=words) for i in range(13))
    question = Question(transcript=lines)
    chat = Chat()
    exchange = Exchange(agent, question, 0, None)
    model = EmbeddedChatModel(role="benchmark", disable_streaming=True)
    message = model.invoke(exchange.messages)

    async def aask(calls: int) -> float:
        started = time.process_time()
        for number in range(calls):
            await chat.aask(agent, question, seed=number)
        return (time.process_time() - started) / calls * 1e6

    rows = {
        "ask": fastest(lambda n: chat.ask(agent, question, seed=n)),
        "aask": min(asyncio.run(aask(CALLS)) for _ in range(ROUNDS)),
        "  of it: question to messages": fastest(lambda n: Exchange(agent, question, n, None)),
        "  of it: LangChain's invoke, engine included": fastest(lambda n: model.invoke(exchange.messages, seed=n)),
        "    of it: the engine (JSON in, play, JSON out)": fastest(
            lambda n: model._generate(exchange.messages, seed=n)
        ),
        "  of it: answer from JSON": fastest(lambda n: exchange.read_embedded(message)),
        "the player alone": fastest(lambda n: play(question, n)),
    }
    with EmbeddedServer() as server:
        remote = Chat(Models(default=RoleSettings(model="benchmark", base_url=server.url)))
        remote.ask(agent, question)
        walls, cpu = [], time.process_time()
        for number in range(200):
            started = time.perf_counter()
            remote.ask(agent, question, seed=number)
            walls.append((time.perf_counter() - started) * 1e6)
        rows["ask an endpoint on this machine, median"] = statistics.median(walls)
        rows["  processor time of client and server together"] = (time.process_time() - cpu) / 200 * 1e6
        remote.close()
    print(f"{len(question.model_dump_json())} characters of question, {len(agent.prompt)} of prompt")
    for name, microseconds in rows.items():
        print(f"{name:<50} {microseconds:9.1f} µs")


if __name__ == "__main__":
    main()
