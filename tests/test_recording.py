"""A run against an endpoint can be recorded and replayed without it, errors included; what is not in it is an error."""

import asyncio
import itertools
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from conversation.model import Value
from nodes.agent import Agent
from nodes.chat import Chat, Malformed, Models, NotRecorded, RoleSettings, Unavailable
from nodes.embedded.engine import PLAYERS
from nodes.embedded.faulty_server import FaultyServer
from nodes.embedded.server import EmbeddedServer
from nodes.seam.recording import Replay
from tests.endpoint_players import Scripted, saying


class Sum(Value):
    numbers: tuple[int, ...] = ()


class Total(Value):
    total: int


COUNTER = Agent(role="test_recording_counter", question=Sum, answer=Total, instructions="Add the numbers.")
TELLER = Agent(role="test_recording_teller", question=Sum, answer=str, instructions="Say the numbers.")
NOWHERE = "http://127.0.0.1:9/v1"


@pytest.fixture(autouse=True)
def players() -> Iterator[None]:
    PLAYERS.register(COUNTER, lambda question, seed: Total(total=sum(question.numbers) + seed))
    PLAYERS.register(TELLER, lambda question, seed: f"There are {len(question.numbers)}, and {seed}.")
    yield
    PLAYERS.remove(COUNTER.role)
    PLAYERS.remove(TELLER.role)


def models(url: str) -> Models:
    roles = (COUNTER.role, TELLER.role)
    return Models(roles={role: RoleSettings(model=role, base_url=url, retries=0) for role in roles})


def test_a_replay_gives_the_same_answers_without_the_endpoint(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    with EmbeddedServer() as server:
        chat = Chat(models(server.url), record=path)
        first = [chat.ask(COUNTER, Sum(numbers=(n,)), seed=n) for n in range(3)]
        text = chat.ask(TELLER, Sum())
        streamed = "".join(chat.stream(TELLER, Sum(numbers=(1,))))
        cost = chat.usage.tokens
    replay = Chat(models(NOWHERE), replay=path)
    assert [replay.ask(COUNTER, Sum(numbers=(n,)), seed=n) for n in range(3)] == first
    assert replay.ask(TELLER, Sum()) == text
    assert "".join(replay.stream(TELLER, Sum(numbers=(1,)))) == streamed
    assert replay.usage.tokens == cost


async def test_a_question_that_is_not_in_the_recording_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    with EmbeddedServer() as server:
        await Chat(models(server.url), record=path).aask(COUNTER, Sum(numbers=(1,)))
    replay = Chat(models(NOWHERE), replay=path)
    assert (await replay.aask(COUNTER, Sum(numbers=(1,)))).total == 1
    for question, seed in ((Sum(numbers=(2,)), 0), (Sum(numbers=(1,)), 1)):
        with pytest.raises(NotRecorded, match=r"run\.jsonl holds no answer"):
            await replay.aask(COUNTER, question, seed=seed)
    changed = Agent(role=COUNTER.role, question=Sum, answer=Total, instructions="Add them up.")
    with pytest.raises(NotRecorded):
        await replay.aask(changed, Sum(numbers=(1,)))


async def test_while_a_run_is_recorded_a_question_has_one_answer_whoever_asks_it_first(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    drawn = itertools.count()
    PLAYERS.remove(COUNTER.role)
    PLAYERS.register(COUNTER, lambda question, seed: Total(total=next(drawn)))  # a model at a temperature
    with EmbeddedServer(latency_s=0.02) as server:
        chat = Chat(models(server.url), record=path)
        asked = [chat.aask(COUNTER, Sum(numbers=(n % 3,))) for n in range(30)]
        first = [total.total for total in await asyncio.gather(*asked)]
        assert server.requests == 3
    usage = chat.usage.roles[COUNTER.role]
    assert (usage.questions, usage.calls) == (30, 3)
    replay = Chat(models(NOWHERE), replay=path)
    backwards = [(await replay.aask(COUNTER, Sum(numbers=(n % 3,)))).total for n in reversed(range(30))]
    assert backwards[::-1] == first


async def test_a_recorded_stream_is_shared_with_those_who_ask_the_same(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    with EmbeddedServer() as server:
        chat = Chat(models(server.url), record=path)

        async def streamed() -> str:
            return "".join([piece async for piece in chat.astream(TELLER, Sum())])

        texts = await asyncio.gather(streamed(), streamed(), chat.aask(TELLER, Sum()))
        assert len(set(texts)) == server.requests == 1


def test_broken_characters_before_an_answer_do_not_break_the_recording(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    with Scripted(saying('<think>\ud83d</think>{"total": 5}')) as server:
        assert Chat(models(server.url), record=path).ask(COUNTER, Sum()).total == 5
    assert Chat(models(NOWHERE), replay=path).ask(COUNTER, Sum()).total == 5


def test_a_run_is_not_recorded_and_replayed_at_once(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    Chat(record=path)
    with pytest.raises(ValueError, match="either recorded or replayed"):
        Chat(record=tmp_path / "other.jsonl", replay=path)
    assert not (tmp_path / "other.jsonl").exists()


def test_errors_are_replayed_as_they_were_and_repeats_in_their_order(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    kinds: list[str] = []

    def end(chat: Chat) -> str:
        try:
            return str(chat.ask(COUNTER, Sum()).total)
        except (Unavailable, Malformed) as error:
            return f"{type(error).__name__}: {error} after {error.attempts}"

    with FaultyServer(0.8, ("server_error", "null_content"), seed=1) as server:
        chat = Chat(models(server.url), record=path)
        kinds = [end(chat) for _ in range(8)]
    assert len({kind.partition(":")[0] for kind in kinds}) >= 2, "the run had several kinds of ends"
    replay = Chat(models(NOWHERE), replay=path)
    assert [end(replay) for _ in range(8)] == kinds
    assert end(replay) == kinds[-1]


def test_questions_are_kept_as_hashes_and_the_embedded_engine_is_not_recorded(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    with EmbeddedServer() as server:
        settings = models(server.url).roles[COUNTER.role]
        chat = Chat(Models(roles={COUNTER.role: settings}), record=path)
        chat.ask(COUNTER, Sum(numbers=(98765,)))
        chat.ask(TELLER, Sum(numbers=(98765,)))
    header, line = path.read_text(encoding="utf-8").splitlines()
    assert json.loads(header) == {"esc_skills_recording": 1}
    assert json.loads(line)["text"] == '{"total":98765}'
    assert "numbers" not in line


def test_a_recording_is_never_mixed_with_another(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    Chat(record=path)
    with pytest.raises(FileExistsError, match=r"run\.jsonl exists already; record into a new file"):
        Chat(record=path)
    with pytest.raises(FileNotFoundError, match="no such recording"):
        Chat(replay=tmp_path / "other.jsonl")


def test_a_line_torn_by_a_kill_is_left_out_and_a_broken_one_is_named(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    with EmbeddedServer() as server:
        chat = Chat(models(server.url), record=path)
        for n in range(2):
            chat.ask(COUNTER, Sum(numbers=(n,)))
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])
    replay = Chat(models(NOWHERE), replay=path)
    assert replay.ask(COUNTER, Sum(numbers=(0,))).total == 0
    with pytest.raises(NotRecorded):
        replay.ask(COUNTER, Sum(numbers=(1,)))
    path.write_bytes(whole.replace(b'"role"', b'"rule"', 1))
    with pytest.raises(ValueError, match="line 2: a broken line"):
        Replay(path)


@pytest.mark.parametrize("content", ["", "hello\n", '{"esc_skills_recording": 2}\n', "[1]\n"])
def test_a_file_that_is_no_recording_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "notes.txt"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match="not a recording"):
        Chat(replay=path)
