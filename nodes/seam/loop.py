"""Where do calls to endpoints run? On one event loop in a thread of its own, whoever asks: a thread or another loop.

So there is one code path for sync and async, connections never outlive the loop that made them, and one cap holds for
the whole process.
"""

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from queue import SimpleQueue
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

Result = TypeVar("Result")


class CallLoop:
    """The loop, its thread, and the slots of the process."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="esc-skills-calls", daemon=True)
        self._thread.start()
        self._slots = asyncio.Semaphore(0)
        self._limit = 0
        self._own: WeakKeyDictionary[object, asyncio.Semaphore] = WeakKeyDictionary()

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """The result of the work, for a thread that waits."""
        if threading.current_thread() is self._thread:
            work.close()
            raise RuntimeError("a chat cannot be asked from within a call to an endpoint: it would wait for itself")
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()  # an interrupted caller leaves no call behind; a finished one is past cancelling
            raise

    async def arun(self, work: Coroutine[Any, Any, Result]) -> Result:
        """The result of the work, for a caller on another loop. Cancelling the caller cancels the work."""
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))

    def later(self, work: Coroutine[Any, Any, None]) -> None:
        """Have the work done without waiting for it."""
        asyncio.run_coroutine_threadsafe(work, self._loop)

    def stream(self, pieces: AsyncIterator[str]) -> Iterator[str]:
        """What the iterator yields, for a thread that waits."""
        queue: SimpleQueue[_Piece] = SimpleQueue()
        future = asyncio.run_coroutine_threadsafe(_pump(pieces, queue.put), self._loop)
        try:
            while (piece := queue.get()) is not None:
                yield _opened(piece)
        finally:
            future.cancel()

    async def astream(self, pieces: AsyncIterator[str]) -> AsyncIterator[str]:
        """What the iterator yields, for a caller on another loop."""
        queue: asyncio.Queue[_Piece] = asyncio.Queue()
        here = asyncio.get_running_loop()

        def put(piece: _Piece) -> None:
            if not here.is_closed():
                here.call_soon_threadsafe(queue.put_nowait, piece)

        future = asyncio.run_coroutine_threadsafe(_pump(pieces, put), self._loop)
        try:
            while (piece := await queue.get()) is not None:
                yield _opened(piece)
        finally:
            future.cancel()

    @asynccontextmanager
    async def slot(self, owner: object, limit: int) -> AsyncIterator[None]:
        """One of the owner's slots, and one of the process's: as many as the largest limit that any owner has."""
        own = self._own.get(owner)
        if own is None:
            own = self._own[owner] = asyncio.Semaphore(limit)
        while self._limit < limit:
            self._limit += 1
            self._slots.release()
        async with own, self._slots:
            yield


_Piece = str | BaseException | None
"""A piece, the error that ended the stream, or None at its end."""


async def _pump(pieces: AsyncIterator[str], put: Callable[[_Piece], None]) -> None:
    try:
        async for piece in pieces:
            put(piece)
    except Exception as error:  # handed to whoever reads, and raised there
        put(error)
    else:
        put(None)
    finally:
        close = getattr(pieces, "aclose", None)
        if close is not None:
            await close()


def _opened(piece: str | BaseException) -> str:
    if isinstance(piece, BaseException):
        raise piece
    return piece


_lock = threading.Lock()
_loop: CallLoop | None = None


def call_loop() -> CallLoop:
    """The loop of this process, started when first needed."""
    global _loop
    with _lock:
        if _loop is None:
            _loop = CallLoop()
        return _loop


def _forget() -> None:
    """A fork copies the loop but not its thread: the child starts its own."""
    global _loop, _lock
    _loop, _lock = None, threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
