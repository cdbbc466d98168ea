"""Kept conversations: they go on, each turn once, unreadable without the key, and gone when erased."""

import asyncio
import secrets
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from langchain_core.messages import AIMessage, HumanMessage, RemoveMessage
from langgraph.checkpoint.base.id import uuid6

from graphs import support
from graphs.threads import (
    Talk,
    ThreadMoved,
    Threads,
    WrongKey,
    open_async_saver,
    open_threads,
)
from graphs.threads.sealing import ThreadSerializer
from nodes.context import Context
from nodes.safety.language import UnsupportedLanguage

SAID = ("I lost my job at the zeppelin yard and I can't sleep.", "It keeps me awake all night.", "Nobody understands.")
WORD = b"zeppelin"
CONTEXT = Context(bank="starter", seed=3)


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return str(tmp_path / "threads.db") if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def key() -> bytes:
    return secrets.token_bytes(32)


def turn(state: dict[str, Any], text: str) -> dict[str, Any]:
    asked: Any = {**state, "messages": [*state.get("messages", ()), HumanMessage(text)]}
    result = support.graph.invoke(asked, context=CONTEXT)
    return {name: result[name] for name in ("messages", "progress", "crisis")}


def words(state: dict[str, Any]) -> list[str]:
    return [message.text for message in state["messages"]]


def exchange(number: int) -> list[Any]:
    return [HumanMessage(f"said {number}", id=f"h{number}"), AIMessage(f"answer {number}", id=f"a{number}")]


def run_kept(threads: Threads, name: str, said: tuple[str, ...] = SAID) -> dict[str, Any]:
    graph = support.build().compile(checkpointer=threads.saver)
    for text in said:
        graph.invoke(
            {"messages": [HumanMessage(text)]},
            {"configurable": {"thread_id": name}},
            context=CONTEXT,
            durability="exit",
        )
    return graph.get_state({"configurable": {"thread_id": name}}).values


def everything_in(place: str) -> bytes:
    """All bytes of a place: the files, or every row of every table in PostgreSQL."""
    if "://" not in place:
        return b"".join(file.read_bytes() for file in sorted(Path(place).parent.glob(Path(place).name + "*")))
    engine = sa.create_engine(place)
    with engine.connect() as connection:
        rows = [
            str([bytes(value) if isinstance(value, memoryview) else value for value in row])
            for table in ("checkpoints", "checkpoint_blobs", "checkpoint_writes")
            for row in connection.execute(sa.text(f"TABLE {table}"))
        ]
    engine.dispose()
    return "\n".join(rows).encode()


def test_a_conversation_that_is_left_and_taken_up_again_goes_on_as_if_it_never_stopped(place: str, key: bytes) -> None:
    whole: dict[str, Any] = {}
    for text in SAID:
        whole = turn(whole, text)
        with open_threads(place, key=key) as threads:
            talk = Talk(threads, "ann")
            talk.keep(turn(talk.state, text))
    with open_threads(place, key=key) as threads:
        kept = Talk(threads, "ann").state
    assert words(kept) == words(whole)
    assert kept["progress"] == whole["progress"]
    assert kept["crisis"] == whole["crisis"]


def test_the_graph_compiled_with_the_saver_answers_the_same(place: str) -> None:
    whole: dict[str, Any] = {}
    for text in SAID:
        whole = turn(whole, text)
        with open_threads(place) as threads:
            run_kept(threads, "ann", (text,))
    with open_threads(place) as threads:
        assert words(Talk(threads, "ann").state) == words(whole)


def test_a_crisis_goes_on_after_a_pause(place: str) -> None:
    with open_threads(place) as threads:
        talk = Talk(threads, "ann")
        talk.keep(turn(talk.state, "I want to kill myself tonight."))
    with open_threads(place) as threads:
        talk = Talk(threads, "ann")
        assert turn(talk.state, "I don't know.")["crisis"]["active"]
        assert not turn({}, "I don't know.")["crisis"]["active"]


def test_a_thread_holds_its_conversation_once_and_no_draft_of_it(place: str) -> None:
    with open_threads(place) as threads:
        talk = Talk(threads, "ann")
        for text in SAID:
            talk.keep(turn(talk.state, text))
        saved = list(threads.saver.list({"configurable": {"thread_id": "ann"}}))
    assert len(saved) == 1
    assert set(saved[0].checkpoint["channel_values"]) == {"messages", "progress", "crisis"}
    if "://" not in place:
        assert everything_in(place).count(b"I lost my job at the zeppelin yard") == 1


def test_a_turn_that_failed_leaves_nothing_in_a_talk_and_can_be_removed_from_a_graphs_thread(place: str) -> None:
    unread = "Estoy muy triste porque perdí mi trabajo y no puedo dormir"
    with open_threads(place) as threads:
        talk = Talk(threads, "ann")
        with pytest.raises(UnsupportedLanguage):
            turn(talk.state, unread)
        talk.keep(turn(talk.state, SAID[0]))
        assert len(talk.messages) == 2

        with pytest.raises(UnsupportedLanguage):
            run_kept(threads, "bob", (unread,))
        config: Any = {"configurable": {"thread_id": "bob"}}
        graph = support.build().compile(checkpointer=threads.saver)
        left = graph.get_state(config).values["messages"][-1]
        graph.update_state(config, {"messages": [RemoveMessage(id=left.id)]}, as_node="crisis_reply")
        assert words(run_kept(threads, "bob", SAID[:1])) == words(turn({}, SAID[0]))


def test_no_word_can_be_read_without_the_key(place: str, key: bytes) -> None:
    with open_threads(place, key=key) as threads:
        run_kept(threads, "ann")  # the whole state of a turn, its drafts too
        talk = Talk(threads, "bob")
        talk.keep(turn(talk.state, SAID[0]))
        said = words(Talk(threads, "ann").state)
        assert "draft" in run_kept(threads, "ann", ("I lost my job.",))
        found = everything_in(place)
        assert WORD not in found
        for text in said:
            for part in (text[i : i + 16] for i in range(0, max(len(text) - 16, 1), 16)):
                assert part.encode() not in found
    with open_threads(place, key=key) as threads:
        assert words(Talk(threads, "ann").state)[: len(said)] == said


def test_without_a_key_the_words_stand_in_the_file(tmp_path: Path) -> None:
    with open_threads(tmp_path / "t.db") as threads:
        run_kept(threads, "ann")
    assert WORD in everything_in(str(tmp_path / "t.db"))


def test_a_wrong_or_missing_key_is_one_line_and_writes_nothing(place: str, key: bytes) -> None:
    with open_threads(place, key=key) as threads:
        Talk(threads, "ann").keep({"messages": exchange(1)})
    before = everything_in(place)
    for other in (None, secrets.token_bytes(32)):
        with open_threads(place, key=other) as threads:
            for name in ("ann", "new"):
                with pytest.raises(WrongKey, match="ESC_SKILLS_THREAD_KEY") as raised:
                    Talk(threads, name)
                assert "\n" not in str(raised.value)
            with pytest.raises(WrongKey):
                _ = threads.saver
            assert [(thread.id, thread.messages) for thread in threads.list(count=True)] == [("ann", None)]
    assert everything_in(place) == before


def test_a_key_is_refused_where_threads_are_kept_in_the_clear(place: str, key: bytes) -> None:
    with open_threads(place) as threads:
        Talk(threads, "ann").keep({"messages": exchange(1)})
    with open_threads(place, key=key) as threads, pytest.raises(WrongKey, match="without encryption"):
        Talk(threads, "ann")


def test_who_lost_the_key_can_still_list_and_erase(place: str, key: bytes) -> None:
    with open_threads(place, key=key) as threads:
        Talk(threads, "ann").keep({"messages": exchange(1)})
    with open_threads(place) as threads:
        (thread,) = threads.list()
        assert thread.encrypted
        assert threads.erase("ann").found
        assert threads.list() == ()
        Talk(threads, "new")  # and begin again, in the clear or with another key


@pytest.mark.parametrize("own", ["graph", "talk"])
def test_an_erased_thread_leaves_no_byte_and_others_stay(place: str, own: str) -> None:
    with open_threads(place) as threads:
        Talk(threads, "other").keep({"messages": exchange(1)})
        if own == "graph":
            run_kept(threads, "zeppelin-fan")
        else:
            talk = Talk(threads, "zeppelin-fan")
            for text in SAID:
                talk.keep(turn(talk.state, text))
        assert WORD in everything_in(place)
        done = threads.erase("zeppelin-fan")
        assert done.found
        assert bool(done.leftover) == ("://" in place)
        assert WORD not in everything_in(place)
        assert not threads.erase("zeppelin-fan").found
        assert [thread.id for thread in threads.list()] == ["other"]
        assert len(Talk(threads, "other").messages) == 2


def test_erasing_says_when_another_process_still_holds_the_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graphs.threads.sqlite._WAIT_S", 0.1)
    with open_threads(tmp_path / "t.db") as threads:
        run_kept(threads, "ann")
        reader = sqlite3.connect(tmp_path / "t.db")
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM checkpoints").fetchone()[0] > 0
        assert "-wal" in threads.erase("ann").leftover
        reader.close()
        threads.erase("ann")
        assert WORD not in everything_in(str(tmp_path / "t.db"))


def test_a_turn_that_ends_after_an_erasure_does_not_bring_the_words_back(place: str) -> None:
    with open_threads(place) as threads, open_threads(place) as others:
        talk = Talk(threads, "ann")
        talk.keep(turn(talk.state, SAID[0]))
        others.erase("ann")
        with pytest.raises(ThreadMoved, match="'ann'"):
            talk.keep(turn(talk.state, SAID[1]))
        assert threads.list() == ()
    assert WORD not in everything_in(place)


def test_two_turns_at_once_in_one_thread_are_not_both_kept(place: str) -> None:
    with open_threads(place) as threads, open_threads(place) as others:
        first, second = Talk(threads, "ann"), Talk(others, "ann")
        first.keep({"messages": exchange(1)})
        with pytest.raises(ThreadMoved):  # it began when the thread was new
            second.keep({"messages": exchange(2)})
        second = Talk(others, "ann")
        first.keep({"messages": exchange(1) + exchange(3)})
        with pytest.raises(ThreadMoved):
            second.keep({"messages": exchange(1) + exchange(4)})
        assert words(Talk(others, "ann").state) == words({"messages": exchange(1) + exchange(3)})
        assert b"said 4" not in everything_in(place)
        assert b"said 2" not in everything_in(place)


def test_a_turn_that_could_not_be_kept_leaves_none_of_its_words(place: str) -> None:
    with open_threads(place) as threads:
        talk = Talk(threads, "ann")
        talk.keep(turn(talk.state, SAID[1]))
        run_kept(threads, "ann", (SAID[2],))  # goes on, and does not trim: the checkpoint of the talk is still there
        with pytest.raises(ThreadMoved):
            talk.keep(turn(talk.state, SAID[0]))
        assert len(Talk(threads, "ann").messages) == 4
        assert WORD not in everything_in(place)


def test_a_graph_that_would_fork_a_thread_is_refused(place: str) -> None:
    with open_threads(place) as threads:
        run_kept(threads, "ann", SAID[:2])
        graph = support.build().compile(checkpointer=threads.saver)
        first = list(graph.get_state_history({"configurable": {"thread_id": "ann"}}))[-1]
        with pytest.raises(ThreadMoved):
            graph.invoke({"messages": [HumanMessage("I lost my dog.")]}, first.config, context=CONTEXT)


WORKER = """
import sys
from langchain_core.messages import HumanMessage
from graphs.threads import Talk, ThreadMoved, open_threads
place, me = sys.argv[1:]
with open_threads(place) as threads:
    mine = Talk(threads, f"own-{me}")
    for number in range(10):
        mine.keep({"messages": [*mine.messages, HumanMessage(f"{me}-{number}")]})
        while True:
            shared = Talk(threads, "shared")
            try:
                shared.keep({"messages": [*shared.messages, HumanMessage(f"{me}-{number}")]})
                break
            except ThreadMoved:
                pass
"""


def test_processes_that_share_a_place_lose_nothing(place: str) -> None:
    workers = [
        subprocess.Popen([sys.executable, "-c", WORKER, place, str(me)], stderr=subprocess.PIPE, text=True)
        for me in range(4)
    ]
    for worker in workers:
        _, said = worker.communicate(timeout=300)
        assert worker.returncode == 0, said
    wanted = [f"{me}-{number}" for me in range(4) for number in range(10)]
    with open_threads(place) as threads:
        assert sorted(words(Talk(threads, "shared").state)) == wanted
        own = [words(Talk(threads, f"own-{me}").state) for me in range(4)]
    assert [text for talk in own for text in talk] == wanted


def test_what_is_older_than_the_retention_is_forgotten_when_the_place_is_opened(place: str) -> None:
    day = timedelta(days=1)
    with open_threads(place) as threads:
        Talk(threads, "ann").keep({"messages": exchange(1)})
        (thread,) = threads.list(count=True)
        assert thread.last is not None
        assert abs(datetime.now(UTC) - thread.last) < timedelta(minutes=5)
        assert thread.messages == 2
        assert threads.forget_older_than(30, now=thread.last + 29 * day) == ()
        assert threads.forget_older_than(30, now=thread.last + 31 * day) == ("ann",)
        assert threads.list() == ()
        Talk(threads, "bob").keep({"messages": exchange(2)})
        with pytest.raises(ValueError, match="-1"):
            threads.forget_older_than(-1)
    with open_threads(place, keep_days=1) as threads:
        assert [thread.id for thread in threads.list()] == ["bob"]
    with open_threads(place, keep_days=1e-9) as threads:
        assert threads.list() == ()
    assert b"said" not in everything_in(place)


async def test_a_server_keeps_the_same_threads(place: str, key: bytes) -> None:
    config: Any = {"configurable": {"thread_id": "ann"}}
    async with open_async_saver(place, key=key) as saver:
        graph = support.build().compile(checkpointer=saver)
        for text in SAID[:2]:
            said: Any = {"messages": [HumanMessage(text)]}
            await graph.ainvoke(said, config, context=CONTEXT, durability="exit")
        newest, first = [saved async for saved in saver.alist(config)]
        fork = {**newest.checkpoint, "id": str(uuid6())}
        with pytest.raises(ThreadMoved):
            await saver.aput(first.config, fork, newest.metadata, {})
        # Another connection can write: what was refused holds no lock.
        await asyncio.to_thread(_keep_one, place, key)
    assert WORD not in everything_in(place)
    with open_threads(place, key=key) as threads:
        assert len(Talk(threads, "ann").messages) == 4
    with pytest.raises(WrongKey):
        async with open_async_saver(place):
            pass


def _keep_one(place: str, key: bytes) -> None:
    with open_threads(place, key=key) as threads:
        Talk(threads, "bob").keep({"messages": exchange(1)})


def test_no_foreign_type_is_rebuilt_and_nothing_is_pickled(caplog: pytest.LogCaptureFixture) -> None:
    from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

    serializer = ThreadSerializer(None, "here")
    written = JsonPlusSerializer().dumps_typed(Context(bank="starter"))
    assert not isinstance(serializer.loads_typed(written), Context)
    assert serializer.with_msgpack_allowlist([Context]).loads_typed(written) == Context(bank="starter")
    with pytest.raises(TypeError):
        serializer.dumps_typed(object())
    with pytest.raises(NotImplementedError):
        serializer.loads_typed(("pickle", b""))


def test_what_a_turn_keeps_needs_no_type_that_is_not_known(place: str, caplog: pytest.LogCaptureFixture) -> None:
    with open_threads(place) as threads:
        run_kept(threads, "ann")
        Talk(threads, "ann")
    assert caplog.records == []
