"""Where are conversations kept between runs? In LangGraph threads, in one SQLite file or a PostgreSQL database.

    with open_threads("threads.db", key=None, keep_days=90) as threads:
        graph = support.build().compile(checkpointer=threads.saver)
        graph.invoke(said, {"configurable": {"thread_id": "ann"}}, context=context, durability="exit")
        threads.erase("ann")

A server takes `open_async_saver`. What is kept, in which words it can be read, and how it goes away: docs/threads.md.
"""

from graphs.threads.errors import NoThreads, ThreadMoved, ThreadsError, WrongKey
from graphs.threads.kept import Erased, Thread
from graphs.threads.settings import ThreadSettings
from graphs.threads.talk import Talk
from graphs.threads.threads import Threads, open_async_saver, open_threads

__all__ = [
    "Erased",
    "NoThreads",
    "Talk",
    "Thread",
    "ThreadMoved",
    "ThreadSettings",
    "Threads",
    "ThreadsError",
    "WrongKey",
    "open_async_saver",
    "open_threads",
]
