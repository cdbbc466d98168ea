"""What an endpoint, a loop or a crowd of threads may do on purpose, and what the seam makes of it."""

import asyncio
import email.utils
import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import SecretStr

from nodes.chat import Budget, Chat, ChatError, Malformed, Models, OverBudget, Refused, RoleSettings, Unavailable
from nodes.embedded.faulty_server import FaultyServer
from nodes.embedded.server import EmbeddedServer, Wire
from nodes.seam.answers import read_answer, strip_thinking
from nodes.seam.failures import _retry_after
from tests.endpoint_players import COUNTER, TELLER, Scripted, Sum, Total, chat_with, players, refusing, saying

KEY = "sk-very-secret"


@pytest.fixture(autouse=True)
def _players() -> Iterator[None]:
    yield from players()


# Retry-After


@pytest.mark.parametrize(
    ("value", "least", "most"),
    [
        ("12", 12, 12),
        ("0.5", 0.5, 0.5),
        ("-3", 0, 0),
        ("inf", 1e9, float("inf")),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0, 0),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(value: str, least: float, most: float) -> None:
    asked = _retry_after(SimpleNamespace(response=SimpleNamespace(headers={"retry-after": value})))
    assert asked is not None
    assert least <= asked <= most


@pytest.mark.parametrize("value", ["", "nan", "soon", "99 Foo 2015"])
def test_a_retry_after_that_says_nothing_is_none(value: str) -> None:
    assert _retry_after(SimpleNamespace(response=SimpleNamespace(headers={"retry-after": value}))) is None


def test_a_date_far_ahead_is_capped_like_any_retry_after() -> None:
    date = email.utils.formatdate(time.time() + 3600, usegmt=True)

    def busy(request: dict[str, Any], wire: Wire) -> None:
        wire.error(429, "slow down", headers={"retry-after": date})

    with Scripted(busy) as server:
        started = time.monotonic()
        assert chat_with(server, retry_after_s=0.05).ask(COUNTER, Sum(numbers=(1,))).total == 1
    assert time.monotonic() - started < 60
    asked = _retry_after(SimpleNamespace(response=SimpleNamespace(headers={"retry-after": date})))
    assert asked is not None
    assert 3000 < asked <= 3600


# The ladder


def test_the_ladder_is_lowered_for_the_model_that_refused_and_for_no_other() -> None:
    class Choosy(Scripted):
        def respond(self, request: dict[str, Any], wire: Wire) -> None:
            if request["model"] == "old" and request.get("response_format", {}).get("type") == "json_schema":
                self.seen.append(request)
                return wire.error(400, "response_format json_schema is not supported by this model")
            return super().respond({**request, "model": COUNTER.role}, wire)

    with Choosy() as server:
        roles = {
            COUNTER.role: RoleSettings(model="old", base_url=server.url),
            "another": RoleSettings(model="new", base_url=server.url),
        }
        chat = Chat(Models(roles=roles))
        other = type(COUNTER)(role="another", question=Sum, answer=Total, instructions="Add.")
        for agent in (COUNTER, other, COUNTER, other):
            assert chat.ask(agent, Sum(numbers=(2,))).total == 2
    assert server.formats_asked == ["json_schema", "json_object", "json_schema", "json_object", "json_schema"]


# Answers of hostile size and shape


@pytest.mark.parametrize(
    "text",
    [
        "```json\n" + " " * 1_000_000 + "x",
        "```\n" * 200_000,
        "<think></think>" * 60_000,
        "<think>" * 200_000,
        " " * 1_000_000 + "<think>",
        "{" * 1_000_000,
        '{"a":' * 100_000 + "1" + "}" * 100_000,
        '{"words": "' + "a" * 3_000_000,
        '{"words": "a", "parts": [], "total": ' + "9" * 100_000 + "}",
    ],
    ids=["spaces", "fences", "blocks", "openings", "late", "braces", "nested", "endless", "digits"],
)
def test_no_answer_takes_long_to_refuse(text: str) -> None:
    started = time.process_time()
    with pytest.raises(Malformed):
        read_answer(text, Total)
    strip_thinking(text)
    assert time.process_time() - started < 2


def test_a_huge_answer_is_malformed_and_not_sent_back_whole() -> None:
    with Scripted(saying("x" * 3_000_000)) as server:
        assert chat_with(server, timeout_s=20.0, deadline_s=60.0).ask(COUNTER, Sum(numbers=(1,))).total == 1
    assert len(json.dumps(server.seen[1])) < 20_000


def test_an_answer_after_the_deadline_is_none() -> None:
    with EmbeddedServer(latency_s=1.5) as server:
        chat = chat_with(server, timeout_s=20.0, deadline_s=0.4)
        started = time.monotonic()
        with pytest.raises(Unavailable, match=r"deadline of 0\.4 s"):
            chat.ask(COUNTER, Sum())
        assert time.monotonic() - started < 1.4
    assert chat.usage.roles[COUNTER.role].failures == {"Unavailable": 1}


def test_broken_characters_in_an_endpoints_words_can_be_printed_and_kept(tmp_path: Path) -> None:
    body = {
        "choices": [
            {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "refusal": "no \ud83d" * 999}}
        ]
    }

    def decline(request: dict[str, Any], wire: Wire) -> None:
        wire.json({"id": "x", **body})

    with Scripted(decline, refusing(404, "what \udfff?")) as server:
        settings = RoleSettings(model=COUNTER.role, base_url=server.url)
        chat = Chat(Models(roles={COUNTER.role: settings}), record=tmp_path / "r.jsonl")
        with pytest.raises(Refused) as refused:
            chat.ask(COUNTER, Sum())
        with pytest.raises(Unavailable) as gone:
            chat.ask(COUNTER, Sum())
    for caught in (refused, gone):
        str(caught.value).encode()
        assert len(str(caught.value)) < 600
    replay = Chat(Models(roles={COUNTER.role: settings}), replay=tmp_path / "r.jsonl")
    with pytest.raises(Refused):
        replay.ask(COUNTER, Sum())


# Keys


def test_a_key_that_an_endpoint_repeats_is_neither_told_nor_recorded(tmp_path: Path) -> None:
    with Scripted(refusing(401, f"Incorrect key: Bearer {KEY}")) as server:
        settings = RoleSettings(model=COUNTER.role, base_url=server.url, api_key=SecretStr(KEY))
        chat = Chat(Models(roles={COUNTER.role: settings}), record=tmp_path / "r.jsonl")
        with pytest.raises(Unavailable, match="check the key") as caught:
            chat.ask(COUNTER, Sum())
    assert KEY not in f"{caught.value} {caught.value!r} {chat.usage}"
    assert KEY not in (tmp_path / "r.jsonl").read_text(encoding="utf-8")


# Threads, tasks, loops, budgets


def test_no_crowd_of_threads_and_tasks_passes_a_budget() -> None:
    def ask(n: int) -> int:
        try:
            chat.ask(COUNTER, Sum(numbers=(1,)), seed=n)
        except OverBudget:
            return 0
        return 1

    async def both(pool: ThreadPoolExecutor) -> int:
        loop = asyncio.get_running_loop()
        threads = [loop.run_in_executor(pool, ask, n) for n in range(60)]
        tasks = [chat.aask(COUNTER, Sum(numbers=(1,)), seed=n) for n in range(60)]
        answers = await asyncio.gather(*threads, *tasks, return_exceptions=True)
        assert all(isinstance(a, int | Total | OverBudget) for a in answers)
        return sum(a for a in answers if isinstance(a, int)) + sum(isinstance(a, Total) for a in answers)

    with FaultyServer(0.3, ("server_error", "wrong_types"), seed=1, latency_s=0.002) as server:
        chat = chat_with(server, budget=Budget(calls=25), max_tokens=50, deadline_s=60.0)
        with ThreadPoolExecutor(20) as pool:
            answered = asyncio.run(both(pool))
        assert server.requests == chat.usage.calls == 25
    assert 0 < answered <= 25


def test_money_and_tokens_stay_below_the_limit_whatever_comes_back() -> None:
    prices: dict[str, Any] = {"input_price": 10.0, "output_price": 10.0, "max_tokens": 20}
    for budget in (Budget(tokens=2_000), Budget(money=0.02)):
        with FaultyServer(0.3, ("wrong_types", "fenced", "cut"), seed=2, formats=()) as server:
            chat = chat_with(server, budget=budget, deadline_s=60.0, **prices)
            with ThreadPoolExecutor(12) as pool:
                list(pool.map(lambda n, chat=chat: _ended(chat, n), range(80)))
            assert chat.usage.tokens <= 2_000
            assert (chat.usage.money or 0) <= 0.02
            assert 0 < server.requests < 80


def _ended(chat: Chat, n: int) -> str:
    try:
        chat.ask(COUNTER, Sum(numbers=(1,)), seed=n)
    except ChatError as error:
        return type(error).__name__
    return "right"


def test_without_a_longest_answer_no_budget_of_tokens_or_money_is_promised() -> None:
    with EmbeddedServer() as server:
        for budget in (Budget(tokens=10**9), Budget(money=1000.0)):
            with pytest.raises(OverBudget, match="set max_tokens"):
                chat_with(server, budget=budget, max_tokens=None).ask(COUNTER, Sum())
        assert server.requests == 0
        assert chat_with(server, budget=Budget(calls=1), max_tokens=None).ask(COUNTER, Sum()).total == 0


def test_loops_may_end_while_questions_are_under_way() -> None:
    with EmbeddedServer(latency_s=0.1) as server:
        chat = chat_with(server, max_concurrency=2)

        async def leave() -> None:
            for n in range(6):
                asyncio.get_running_loop().create_task(chat.aask(COUNTER, Sum(), seed=n))
            stream = chat.astream(TELLER, Sum())
            assert await anext(stream)
            await asyncio.sleep(0.02)

        for _ in range(3):
            asyncio.run(leave())
        loop = asyncio.new_event_loop()
        pending = loop.create_task(chat.aask(COUNTER, Sum()))
        loop.run_until_complete(asyncio.sleep(0.02))
        pending.cancel()
        loop.run_until_complete(asyncio.gather(pending, return_exceptions=True))
        loop.close()
        answers = asyncio.run(_several(chat))
    assert answers == list(range(8)), "no slot was lost with those who left"


async def _several(chat: Chat) -> list[int]:
    return [total.total for total in await asyncio.gather(*(chat.aask(COUNTER, Sum(), seed=n) for n in range(8)))]


async def test_many_that_are_cancelled_leave_the_slots_to_the_others() -> None:
    with EmbeddedServer(latency_s=0.05) as server:
        chat = chat_with(server, max_concurrency=3, deadline_s=60.0)
        tasks = [asyncio.create_task(chat.aask(COUNTER, Sum(), seed=n)) for n in range(60)]
        for wait in (0.02, 0.06, 0.11):
            await asyncio.sleep(wait)
            for task in tasks[:: 2 if wait < 0.1 else 3]:
                task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert await _several(chat) == list(range(8))
        assert server.most_at_once <= 3 + 3, "a cancelled call may still be with the server for a moment"


def test_threads_of_several_loops_share_one_chat() -> None:
    results: list[list[int]] = []
    with EmbeddedServer() as server:
        chat = chat_with(server, max_concurrency=4)
        threads = [threading.Thread(target=lambda: results.append(asyncio.run(_several(chat)))) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert server.most_at_once <= 4
    assert results == [list(range(8))] * 4
