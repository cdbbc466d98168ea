"""A user adds an agent node of their own to `build()`, and runs the graph."""

import operator
from collections.abc import Iterator
from typing import Annotated, Any

import pytest

from conversation.model import Value
from graphs import episode, evolution, support
from graphs.context import EvolutionContext
from graphs.evolution_nodes import EvolutionOutput, EvolutionState
from nodes.agent import Agent
from nodes.context import Resources
from nodes.embedded.engine import PLAYERS
from nodes.node import agent_node
from nodes.stage import EpisodeOutput, EpisodeState
from nodes.turn import TurnOutput, TurnState, passed_gate, transcript_of


class WordsQuestion(Value):
    text: str


class Words(Value):
    longest: str


READER = Agent(
    role="word_reader", question=WordsQuestion, answer=Words, instructions="Name the longest word of the text."
)


def _longest(question: WordsQuestion, seed: int) -> Words:
    return Words(longest=max(question.text.split(), key=len))


@pytest.fixture(autouse=True)
def _player() -> Iterator[None]:
    PLAYERS.register(READER, _longest)
    yield
    PLAYERS.remove(READER.role)


class OwnTurn(TurnState, total=False):
    note: str


class OwnTurnOutput(TurnOutput, total=False):
    note: str


def _turn_question(state: OwnTurn, resources: Resources) -> WordsQuestion:
    passed_gate(state, resources.context.locale)
    return WordsQuestion(text=transcript_of(state["messages"])[-1].text)


def _turn_note(state: OwnTurn, answer: Words, resources: Resources) -> dict[str, Any]:
    return {"note": answer.longest}


def test_an_agent_beside_the_retriever_of_the_support_graph() -> None:
    graph = support.build(output=OwnTurnOutput)
    graph.add_node("reader", agent_node(READER, _turn_question, _turn_note), input_schema=OwnTurn)
    graph.add_edge("appraise", "reader")
    message = {"role": "user", "content": "My manager keeps moving the deadline and I feel overwhelmed by all of it."}
    result = graph.compile().invoke({"messages": [message]})
    assert result["note"] == "overwhelmed"
    assert result["messages"][-1].type == "ai"


class OwnEpisode(EpisodeState, total=False):
    longest: Annotated[list[str], operator.add]


class OwnEpisodeOutput(EpisodeOutput, total=False):
    longest: Annotated[list[str], operator.add]


def test_an_agent_behind_the_judge_of_the_episode_graph() -> None:
    def ask(state: OwnEpisode, resources: Resources) -> WordsQuestion:
        return WordsQuestion(text=state["turns"][-1]["reply"])

    def tell(state: OwnEpisode, answer: Words, resources: Resources) -> dict[str, Any]:
        return {"longest": [answer.longest]}

    graph = episode.build(output=OwnEpisodeOutput)
    graph.add_node("reader", agent_node(READER, ask, tell), input_schema=OwnEpisode)
    graph.add_edge("sage_judge", "reader")
    result = graph.compile().invoke({"profile_id": "train-advice-negative-rota", "seed": 1})
    replies = [turn["reply"] for turn in result["episode"]["turns"]]
    assert len(replies) > 1
    assert result["longest"] == [max(reply.split(), key=len) for reply in replies]


class OwnEvolution(EvolutionState, total=False):
    digest: Annotated[list[str], operator.add]


class OwnEvolutionOutput(EvolutionOutput, total=False):
    digest: Annotated[list[str], operator.add]


def test_an_agent_behind_the_diagnosis_of_the_evolution_graph() -> None:
    def ask(state: OwnEvolution, resources: Resources) -> WordsQuestion:
        return WordsQuestion(text=f"found {len(state['diagnoses'])} diagnoses")

    def tell(state: OwnEvolution, answer: Words, resources: Resources) -> dict[str, Any]:
        return {"digest": [answer.longest]}

    graph = evolution.build(output=OwnEvolutionOutput)
    graph.add_node("reader", agent_node(READER, ask, tell), input_schema=OwnEvolution)
    graph.add_edge("diagnose", "reader")
    context = EvolutionContext(
        rounds=1, profiles=("train-advice-negative-rota",), proposals=1, pairs=1, others=1, batch=1, screen=0, report=0
    )
    result = graph.compile().invoke({}, context=context)
    assert result["digest"] == ["diagnoses"]
    assert result["summary"]["rounds"] == 1
