"""Calls to endpoints run on one loop of their own, under one cap, whoever asks."""

import asyncio
import os
import threading
from collections.abc import AsyncIterator

import pytest

from nodes.seam.loop import CallLoop, call_loop


async def where() -> str:
    return threading.current_thread().name


class Owner:
    pass


async def test_threads_and_tasks_are_served_by_the_same_loop() -> None:
    loop = CallLoop()
    assert await loop.arun(where()) == await asyncio.to_thread(loop.run, where()) == "esc-skills-calls"
    assert call_loop() is call_loop()


def test_the_process_has_as_many_slots_as_its_most_generous_owner_and_no_owner_more_than_its_own() -> None:
    loop = CallLoop()
    one, two = Owner(), Owner()
    now = {"all": 0, "one": 0}
    most = {"all": 0, "one": 0}

    async def work(owner: Owner, limit: int) -> None:
        async with loop.slot(owner, limit):
            for name in ("all", "one") if owner is one else ("all",):
                now[name] += 1
                most[name] = max(most[name], now[name])
            await asyncio.sleep(0.005)
            for name in ("all", "one") if owner is one else ("all",):
                now[name] -= 1

    async def both() -> None:
        await asyncio.gather(*(work(owner, limit) for owner, limit in ((one, 2), (two, 4)) for _ in range(12)))

    loop.run(both())
    assert most == {"all": 4, "one": 2}


def test_what_the_work_raises_is_raised_to_the_caller() -> None:
    async def fail() -> None:
        raise KeyError("x")

    with pytest.raises(KeyError):
        CallLoop().run(fail())


async def test_streams_hand_out_pieces_and_errors_in_order() -> None:
    async def pieces() -> AsyncIterator[str]:
        yield "a"
        yield "b"
        raise KeyError("x")

    loop = CallLoop()
    seen: list[str] = []

    async def read() -> None:
        async for piece in loop.astream(pieces()):
            seen.append(piece)

    with pytest.raises(KeyError):
        await read()
    assert seen == ["a", "b"]
    stream = loop.stream(pieces())
    assert [next(stream), next(stream)] == ["a", "b"]
    with pytest.raises(KeyError):
        next(stream)


def test_a_stream_that_is_closed_early_ends_its_source() -> None:
    closed = threading.Event()

    async def endless() -> AsyncIterator[str]:
        try:
            while True:
                yield "a"
                await asyncio.sleep(0.001)
        finally:
            closed.set()

    stream = CallLoop().stream(endless())
    assert next(stream) == "a"
    stream.close()  # type: ignore[attr-defined]
    assert closed.wait(2)


def test_waiting_for_oneself_is_an_error_and_no_standstill() -> None:
    loop = CallLoop()

    async def ask_again() -> str:
        return loop.run(where())

    with pytest.raises(RuntimeError, match="wait for itself"):
        loop.run(ask_again())


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
def test_a_forked_child_starts_a_loop_of_its_own() -> None:
    call_loop().run(where())
    child = os.fork()
    if child == 0:
        os._exit(0 if call_loop().run(where()) == "esc-skills-calls" else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
