"""The embedded engine is a LangChain chat model that answers as a pure function of role, seed and question."""

from collections.abc import Iterator
from typing import Any

import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from langchain_core.runnables import RunnableLambda

from conversation.model import Value
from nodes.agent import Agent
from nodes.embedded.engine import PLAYERS, EmbeddedChatModel
from nodes.errors import Malformed, UnknownLanguage, UnknownRole


class Sum(Value):
    numbers: tuple[int, ...]
    locale: str = "en"


class Total(Value):
    total: int
    seed: int


COUNTER = Agent(role="test_counter", question=Sum, answer=Total, instructions="Add the numbers.")
TELLER = Agent(role="test_teller", question=Sum, answer=str, instructions="Say the numbers.")


def count(question: Sum, seed: int) -> Total:
    if question.locale != "en":
        raise UnknownLanguage(f"the embedded engine does not speak '{question.locale}'")
    return Total(total=sum(question.numbers), seed=seed)


@pytest.fixture(autouse=True)
def players() -> Iterator[None]:
    PLAYERS.register(COUNTER, count)
    PLAYERS.register(TELLER, lambda question, seed: f"I heard  {len(question.numbers)} numbers.\nSeed {seed} ")
    yield
    PLAYERS.remove("test_counter")
    PLAYERS.remove("test_teller")


def asked(question: Value) -> list[HumanMessage | SystemMessage]:
    return [SystemMessage("prompt"), HumanMessage(question.model_dump_json())]


def test_it_answers_the_question_in_json_and_counts_tokens() -> None:
    message = EmbeddedChatModel(role="test_counter", seed=7).invoke(asked(Sum(numbers=(1, 2, 3))))
    assert message.text == '{"total":6,"seed":7}'
    assert message.usage_metadata is not None
    assert message.usage_metadata["input_tokens"] > 5
    assert message.usage_metadata["output_tokens"] == 5


def test_a_seed_given_with_the_call_overrides_the_models_own() -> None:
    model = EmbeddedChatModel(role="test_counter", seed=7)
    assert '"seed":9' in model.invoke(asked(Sum(numbers=())), seed=9).text
    assert '"seed":7' in model.invoke(asked(Sum(numbers=()))).text


async def test_async_gives_the_same_reply() -> None:
    model = EmbeddedChatModel(role="test_counter")
    messages = asked(Sum(numbers=(4, 5)))
    assert (await model.ainvoke(messages, seed=3)).text == model.invoke(messages, seed=3).text


def test_streaming_comes_word_by_word_and_loses_no_character() -> None:
    model = EmbeddedChatModel(role="test_teller")
    messages = asked(Sum(numbers=(1, 2)))
    pieces = [chunk.text for chunk in model.stream(messages)]
    assert "".join(pieces) == model.invoke(messages).text
    assert [p for p in pieces if p] == ["I ", "heard  ", "2 ", "numbers.\n", "Seed ", "0 "]


def test_a_repair_turn_after_the_question_does_not_hide_it() -> None:
    messages = [*asked(Sum(numbers=(1,))), AIMessage("nonsense"), HumanMessage("That was not JSON. Answer again.")]
    assert EmbeddedChatModel(role="test_counter").invoke(messages).text == '{"total":1,"seed":0}'


def test_a_question_of_another_type_is_malformed_and_says_where() -> None:
    with pytest.raises(Malformed, match="numbers"):
        EmbeddedChatModel(role="test_counter").invoke([HumanMessage('{"numbers": "many"}')])
    with pytest.raises(Malformed, match="asked nothing"):
        EmbeddedChatModel(role="test_counter").invoke([HumanMessage("hello")])


def test_an_unknown_role_names_the_known_ones() -> None:
    with pytest.raises(UnknownRole, match=r"'oracle'.*appraiser.*test_counter"):
        EmbeddedChatModel(role="oracle").invoke([HumanMessage("{}")])


def test_an_unknown_language_passes_through_as_itself() -> None:
    with pytest.raises(UnknownLanguage, match="'fr'"):
        EmbeddedChatModel(role="test_counter").invoke(asked(Sum(numbers=(), locale="fr")))


def test_the_projects_own_roles_cannot_be_replaced() -> None:
    with pytest.raises(ValueError, match="'sage_judge' is taken"):
        PLAYERS.register(Agent(role="sage_judge", question=Sum, answer=Total), count)
    with pytest.raises(ValueError, match="'sage_judge' belongs"):
        PLAYERS.remove("sage_judge")


class Ear(BaseCallbackHandler):
    def __init__(self) -> None:
        self.heard: list[str] = []

    def on_llm_end(self, response: Any, **kwargs: Any) -> None:
        self.heard.append(response.generations[0][0].text)


def test_callbacks_hear_the_reply_and_do_not_change_it() -> None:
    ear = Ear()
    model = EmbeddedChatModel(role="test_counter")
    messages = asked(Sum(numbers=(1, 2)))
    alone = model.invoke(messages, seed=5)
    heard = model.invoke(messages, {"callbacks": [ear]}, seed=5)
    assert ear.heard == [alone.text]
    assert (heard.text, heard.usage_metadata) == (alone.text, alone.usage_metadata)


def test_a_callback_of_the_surrounding_run_is_heard_too() -> None:
    ear = Ear()
    model = EmbeddedChatModel(role="test_counter")

    def outer(number: int) -> str:
        return model.invoke(asked(Sum(numbers=(number,)))).text

    RunnableLambda(outer).invoke(3, {"callbacks": [ear]})
    assert ear.heard == ['{"total":3,"seed":0}']
