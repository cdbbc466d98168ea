"""Faults, streams, caps and budgets: a question ends with a valid answer or a typed error, in time, and is paid for."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.runnables import RunnableConfig, RunnableLambda
from langgraph.graph import END, START, StateGraph
from langgraph.types import StreamMode
from typing_extensions import TypedDict

from nodes.chat import (
    Budget,
    ChatError,
    Malformed,
    OverBudget,
    Refused,
    Truncated,
    Unavailable,
)
from nodes.embedded.faulty_server import (
    HARMLESS,
    JSON_FAULTS,
    STREAM_FAULTS,
    STREAM_SPOILED,
    STREAM_TRANSPORT,
    TEXT_FAULTS,
    FaultyServer,
)
from nodes.embedded.server import EmbeddedServer
from tests.endpoint_players import COUNTER, TELLER, Scripted, Sum, chat_with, count, players, refusing, tell


@pytest.fixture(autouse=True)
def _players() -> Iterator[None]:
    yield from players()


# Every fault by name


def patience(fault: str) -> float:
    """Long, where nothing is waited for on purpose: the machine may be busy."""
    return 0.3 if fault in ("stalled", "dripping") else 5.0


def expected(fault: str) -> type[ChatError] | None:
    if fault in HARMLESS:
        return None
    if fault in ("refusal", "content_filter"):
        return Refused
    if fault == "truncated":
        return Truncated
    malformed = ("cut", "wrong_types", "two_answers", "key_twice", "lone_surrogate", "replacement", "think_only")
    if fault in (*malformed, "tool_call", "null_content", "reasoning_only"):
        return Malformed
    return Unavailable


@pytest.mark.parametrize("fault", JSON_FAULTS)
def test_every_fault_ends_in_its_own_error_or_is_seen_through(fault: str) -> None:
    with FaultyServer(1.0, (fault,)) as server:
        chat = chat_with(server, retries=1, timeout_s=patience(fault))
        kind = expected(fault)
        if kind is None:
            assert chat.ask(COUNTER, Sum(numbers=(7,))) == count(Sum(numbers=(7,)), 0)
            assert server.requests == 1
        else:
            with pytest.raises(kind):
                chat.ask(COUNTER, Sum(numbers=(7,)))
            assert server.requests == (1 if kind is Refused else 2)


@pytest.mark.parametrize("fault", TEXT_FAULTS)
def test_every_fault_in_plain_text_too(fault: str) -> None:
    with FaultyServer(1.0, (fault,)) as server:
        chat = chat_with(server, retries=1, timeout_s=patience(fault))
        kind = expected(fault)
        if kind is None:
            assert chat.ask(TELLER, Sum()) == tell(Sum(), 0)
        else:
            with pytest.raises(kind):
                chat.ask(TELLER, Sum())


@pytest.mark.parametrize("fault", STREAM_TRANSPORT)
def test_a_stream_that_breaks_is_an_error_and_never_a_short_answer(fault: str) -> None:
    pieces: list[str] = []
    with FaultyServer(1.0, (fault,)) as server:
        chat = chat_with(server, retries=1, timeout_s=patience(fault))
        with pytest.raises(Unavailable):
            pieces.extend(chat.stream(TELLER, Sum()))
        assert server.requests == (1 if "stream" in fault else 2)
    assert tell(Sum(), 0).startswith("".join(pieces))
    assert chat.usage.roles[TELLER.role].failures == {"Unavailable": 1}


@pytest.mark.parametrize("fault", STREAM_SPOILED)
def test_every_fault_in_a_stream_too(fault: str) -> None:
    kind = Unavailable if fault == "empty_choices" else expected(fault)
    with FaultyServer(1.0, (fault,)) as server:
        chat = chat_with(server, retries=1, timeout_s=patience(fault))
        if kind is None:
            assert "".join(chat.stream(TELLER, Sum())) == tell(Sum(), 0)
        else:
            with pytest.raises(kind):
                list(chat.stream(TELLER, Sum()))


def test_hundreds_of_streams_with_faults_give_right_answers_or_typed_errors() -> None:
    ends: Counter[str] = Counter()

    def ask(n: int) -> None:
        try:
            whole = "".join(chat.stream(TELLER, Sum(numbers=tuple(range(n % 5))), seed=n))
            ends["right" if whole == tell(Sum(numbers=tuple(range(n % 5))), n) else "wrong"] += 1
        except ChatError as error:
            ends[type(error).__name__] += 1

    with FaultyServer(0.3, seed=1) as server:
        chat = chat_with(server, timeout_s=1.0, deadline_s=15.0)
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(ask, range(200)))
        assert set(server.met) == set(STREAM_FAULTS)
    assert ends["wrong"] == 0
    assert sum(ends.values()) == 200
    assert ends["right"] > 140


def test_a_stream_is_retried_while_nothing_has_come() -> None:
    with Scripted(refusing(500, "later")) as server:
        assert "".join(chat_with(server).stream(TELLER, Sum())) == tell(Sum(), 0)
    assert [request["stream"] for request in server.seen] == [True, True]


def test_a_stream_is_counted() -> None:
    with Scripted() as server:
        chat = chat_with(server)
        list(chat.stream(TELLER, Sum()))
    assert server.seen[0]["stream_options"] == {"include_usage": True}
    usage = chat.usage.roles[TELLER.role]
    assert usage.calls == 1
    assert usage.output_tokens == len(tell(Sum(), 0)) // 4


def test_a_stream_that_nobody_reads_on_is_given_up() -> None:
    with EmbeddedServer() as server:
        chat = chat_with(server, max_concurrency=1)
        stream = chat.stream(TELLER, Sum())
        assert next(stream) == "I"
        stream.close()  # type: ignore[attr-defined]
        assert chat.ask(COUNTER, Sum()).total == 0, "its slot is free again"


def test_hundreds_of_questions_with_faults_give_right_answers_or_typed_errors() -> None:
    ends: Counter[str] = Counter()
    slowest = 0.0

    def ask(n: int) -> None:
        nonlocal slowest
        question = Sum(numbers=tuple(range(n % 7)))
        started = time.monotonic()
        try:
            if n % 3:
                right = chat.ask(COUNTER, question, seed=n) == count(question, n)
            else:
                right = chat.ask(TELLER, question, seed=n) == tell(question, n)
            ends["right" if right else "wrong"] += 1
        except ChatError as error:
            ends[type(error).__name__] += 1
        slowest = max(slowest, time.monotonic() - started)

    with FaultyServer(0.3, seed=1) as server:
        chat = chat_with(server, timeout_s=1.0, deadline_s=15.0)
        with ThreadPoolExecutor(24) as pool:
            list(pool.map(ask, range(300)))
        assert len(server.met) >= 20, "the faults were really met"
    assert ends["wrong"] == 0
    assert sum(ends.values()) == 300
    assert ends["right"] > 250
    assert slowest < 17.0
    assert chat.usage.failures == 300 - ends["right"]


# Concurrency, cancelling, budget


async def test_one_cap_holds_for_threads_and_tasks_together() -> None:
    with EmbeddedServer(latency_s=0.02) as server:
        chat = chat_with(server, max_concurrency=3)
        tasks = [chat.aask(COUNTER, Sum(), seed=n) for n in range(10)]
        threads = [asyncio.to_thread(chat.ask, COUNTER, Sum(), seed=n) for n in range(10)]
        await asyncio.gather(*tasks, *threads)
        assert server.most_at_once == 3


async def test_waiting_for_ones_turn_is_not_counted_against_the_deadline() -> None:
    with EmbeddedServer(latency_s=0.1) as server:
        chat = chat_with(server, max_concurrency=1, deadline_s=0.4)
        answers = await asyncio.gather(*(chat.aask(COUNTER, Sum(), seed=n) for n in range(10)))
    assert [answer.total for answer in answers] == list(range(10))


async def test_a_cancelled_question_leaves_no_call_behind() -> None:
    with EmbeddedServer(latency_s=0.3) as server:
        chat = chat_with(server, max_concurrency=1)
        task = asyncio.create_task(chat.aask(COUNTER, Sum()))
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await asyncio.wait_for(chat.aask(COUNTER, Sum(numbers=(2,))), 5)).total == 2


def test_a_budget_is_asked_before_anything_is_sent() -> None:
    with EmbeddedServer() as server:
        chat = chat_with(server, budget=Budget(tokens=1000), max_tokens=2000)
        with pytest.raises(OverBudget, match="may take 21"):
            chat.ask(COUNTER, Sum())
        assert server.requests == 0
        dear = chat_with(server, budget=Budget(money=0.001), max_tokens=1000, output_price=10.0)
        with pytest.raises(OverBudget, match="US dollars"):
            dear.ask(COUNTER, Sum())
        assert server.requests == 0


def test_a_retry_counts_against_the_budget() -> None:
    with FaultyServer(1.0, ("server_error",)) as server:
        chat = chat_with(server, budget=Budget(calls=2), retries=5)
        with pytest.raises(OverBudget):
            chat.ask(COUNTER, Sum())
        assert server.requests == 2


# Within LangGraph


class Ear(BaseCallbackHandler):
    def __init__(self) -> None:
        self.tags: list[list[str]] = []

    def on_chat_model_start(self, *args: Any, tags: list[str] | None = None, **kwargs: Any) -> None:
        self.tags.append(tags or [])


class State(TypedDict, total=False):
    reply: str


MODES: list[StreamMode] = ["messages", "updates"]


@pytest.mark.parametrize("way", ["ask", "stream"])
async def test_within_a_graph_a_models_draft_stays_out_of_the_message_stream(way: str) -> None:
    heard = Ear()

    def draft(state: State) -> State:
        return {"reply": chat.ask(TELLER, Sum()) if way == "ask" else "".join(chat.stream(TELLER, Sum()))}

    async def adraft(state: State) -> State:
        if way == "ask":
            return {"reply": await chat.aask(TELLER, Sum())}
        return {"reply": "".join([piece async for piece in chat.astream(TELLER, Sum())])}

    builder = StateGraph(State)
    builder.add_node("draft", RunnableLambda(draft, adraft))
    builder.add_edge(START, "draft")
    builder.add_edge("draft", END)
    graph = builder.compile()
    with Scripted() as server:
        chat = chat_with(server)
        config: RunnableConfig = {"callbacks": [heard]}
        modes = [m for m, _ in await asyncio.to_thread(lambda: list(graph.stream({}, config, stream_mode=MODES)))]
        modes += [m async for m, _ in graph.astream({}, config, stream_mode=MODES)]
    assert modes == ["updates", "updates"]
    assert len(heard.tags) == 2, "the calls inherit the graph's callbacks, so that tracers see them"
    assert all("nostream" in tags for tags in heard.tags)
    assert [request.get("stream", False) for request in server.seen] == [way == "stream"] * 2
