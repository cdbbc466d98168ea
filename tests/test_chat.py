"""The seam gives a valid answer or raises a typed error, and the embedded engine goes through it like any model."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langgraph.graph import END, START, StateGraph
from typing_extensions import TypedDict

from conversation.model import Value
from nodes.agent import Agent
from nodes.chat import Budget, Chat, ChatError, Malformed, OverBudget, UnknownLanguage, UnknownRole
from nodes.embedded.engine import PLAYERS


class Sum(Value):
    numbers: tuple[int, ...] = ()
    text: str = ""


class Total(Value):
    total: int


COUNTER = Agent(role="test_chat_counter", question=Sum, answer=Total, instructions="Add the numbers.")
TELLER = Agent(role="test_chat_teller", question=Sum, answer=str, instructions="Say the numbers.")


def count(question: Sum, seed: int) -> Total:
    if question.text == "bonjour":
        raise UnknownLanguage("the embedded engine does not speak 'fr'")
    if question.text == "spoil":
        return Total.model_construct(None, **{"total": "many"})  # type: ignore[arg-type]  # a careless player
    return Total(total=sum(question.numbers) + seed)


@pytest.fixture(autouse=True)
def players() -> Iterator[None]:
    PLAYERS.register(COUNTER, count)
    PLAYERS.register(TELLER, lambda question, seed: f"There are {len(question.numbers)} numbers, seed {seed}. ")
    yield
    PLAYERS.remove(COUNTER.role)
    PLAYERS.remove(TELLER.role)


class Ear(BaseCallbackHandler):
    def __init__(self) -> None:
        self.tags: list[list[str]] = []

    def on_chat_model_start(self, *args: Any, tags: list[str] | None = None, **kwargs: Any) -> None:
        self.tags.append(tags or [])


def test_an_answer_has_the_agents_type_and_follows_the_seed() -> None:
    chat = Chat(seed=10)
    assert chat.ask(COUNTER, Sum(numbers=(1, 2))) == Total(total=13)
    assert chat.ask(COUNTER, Sum(numbers=(1, 2)), seed=0) == Total(total=3)
    assert chat.ask(TELLER, Sum(numbers=(1,))) == "There are 1 numbers, seed 10."


async def test_async_gives_the_same() -> None:
    chat = Chat()
    assert await chat.aask(COUNTER, Sum(numbers=(4,)), seed=2) == chat.ask(COUNTER, Sum(numbers=(4,)), seed=2)


async def test_a_stream_joins_to_the_answer() -> None:
    chat = Chat()
    whole = chat.ask(TELLER, Sum(numbers=(1, 2)))
    pieces = list(chat.stream(TELLER, Sum(numbers=(1, 2))))
    assert "".join(pieces) == whole
    assert len(pieces) > 3
    assert [p async for p in chat.astream(TELLER, Sum(numbers=(1, 2)))] == pieces
    assert chat.usage.roles[TELLER.role].questions == 3


def test_every_call_is_tagged_so_that_no_draft_is_streamed_and_tags_of_ones_own_are_kept() -> None:
    ear = Ear()
    Chat().ask(COUNTER, Sum(), config={"tags": ["mine"], "callbacks": [ear]})
    assert set(ear.tags[0]) == {"mine", "nostream"}


class State(TypedDict, total=False):
    reply: str


@pytest.mark.parametrize("way", ["ask", "stream"])
def test_within_a_graph_a_draft_stays_out_of_the_message_stream(way: str) -> None:
    chat = Chat()
    heard = Ear()

    def draft(state: State) -> State:
        text = chat.ask(TELLER, Sum()) if way == "ask" else "".join(chat.stream(TELLER, Sum()))
        return {"reply": text}

    builder = StateGraph(State)
    builder.add_node("draft", draft)
    builder.add_edge(START, "draft")
    builder.add_edge("draft", END)
    events = list(builder.compile().stream({}, {"callbacks": [heard]}, stream_mode=["messages", "updates"]))
    assert [mode for mode, _ in events] == ["updates"]
    assert heard.tags, "the call inherits the graph's callbacks, so that tracers see it"


def test_an_error_of_a_player_comes_through_as_itself_with_its_role() -> None:
    chat = Chat()
    with pytest.raises(UnknownLanguage) as caught:
        chat.ask(COUNTER, Sum(text="bonjour"))
    assert caught.value.role == COUNTER.role
    assert caught.value.attempts == 1
    assert str(caught.value) == "test_chat_counter: the embedded engine does not speak 'fr'"
    assert chat.usage.roles[COUNTER.role].failures == {"UnknownLanguage": 1}


def test_an_answer_of_the_wrong_shape_is_malformed_also_from_the_embedded_engine() -> None:
    with (
        pytest.warns(UserWarning, match="serializ"),
        pytest.raises(Malformed, match="total"),
    ):
        Chat().ask(COUNTER, Sum(text="spoil"))


def test_a_role_that_nobody_plays_is_an_error() -> None:
    with pytest.raises(UnknownRole, match="oracle"):
        Chat().ask(Agent(role="oracle", question=Sum, answer=Total, instructions="Tell."), Sum())


def test_a_question_with_broken_characters_is_a_typed_error() -> None:
    with pytest.raises(Malformed, match="broken characters"):
        Chat().ask(COUNTER, Sum(text="\ud83d"))


def test_a_budget_ends_the_asking_before_the_next_call() -> None:
    chat = Chat(budget=Budget(calls=2))
    for _ in range(2):
        chat.ask(COUNTER, Sum())
    with pytest.raises(OverBudget):
        chat.ask(COUNTER, Sum())
    assert chat.usage.calls == 2
    assert chat.usage.roles[COUNTER.role].failures == {"OverBudget": 1}


def test_threads_may_share_a_chat() -> None:
    chat = Chat()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda i: chat.ask(COUNTER, Sum(numbers=(i,)), seed=i).total, range(400)))
    assert answers == [2 * i for i in range(400)]
    assert chat.usage.roles[COUNTER.role].questions == chat.usage.calls == 400


def test_one_except_clause_catches_every_way_of_not_answering() -> None:
    from nodes import errors

    kinds = [k for k in vars(errors).values() if isinstance(k, type) and issubclass(k, Exception)]
    assert len(kinds) >= 9
    others = [kind for kind in kinds if not issubclass(kind, ChatError)]
    assert others == [errors.NotRecorded], "a replay of another run is no question that got no answer"
