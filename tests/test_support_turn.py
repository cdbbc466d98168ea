"""A live turn: nothing unguarded leaves it, it streams by sentence, says that it is an AI, and remembers long talks."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from langgraph.checkpoint.memory import MemorySaver

from conversation.seeker import Risk, RiskKind, RiskTier
from graphs import support
from graphs.context import Context
from nodes.embedded.server import Completion, EmbeddedServer
from nodes.models import Models, RoleSettings
from nodes.safety.notice import ai_notice
from nodes.supporter import SupporterQuestion

GOOD = ("That sounds hard.", "You stayed calm in front of all of them.", "What happened then?")
UNSAFE = (
    "Everything happens for a reason.",
    "I grew up with a boss like that myself.",
    "You clearly have bipolar disorder.",
)
MODES: list[Any] = ["values", "updates", "messages", "custom", "tasks", "checkpoints", "debug"]
TALK = [
    HumanMessage("My boss shouted at me.", id="1"),
    AIMessage("That must have stung.", id="2"),
    HumanMessage("In front of everyone, and I just stood there.", id="3"),
]


class Writer(EmbeddedServer):
    """A supporter on an endpoint that drafts what it is told to, one draft after the other."""

    def __init__(self, *drafts: str) -> None:
        super().__init__()
        self.drafts = list(drafts)
        self.asked: list[SupporterQuestion] = []

    def complete(self, request: dict[str, Any]) -> Completion:
        question = next(m["content"] for m in reversed(request["messages"]) if m["role"] == "user")
        self.asked.append(SupporterQuestion.model_validate_json(question))
        return Completion("writer", self.drafts.pop(0), 10, 10)


@contextmanager
def writing(*drafts: str, **more: Any) -> Iterator[tuple[Writer, Context]]:
    with Writer(*drafts) as server:
        models = Models(roles={"supporter": RoleSettings(model="writer", base_url=server.url)})
        yield server, Context(models=models, **{"notice": "beside", **more})


def everything(graph: Any, given: dict[str, Any], context: Context) -> list[Any]:
    """All that a caller can be sent of a turn, in every mode of streaming, checkpoints of a thread among it."""
    thread: Any = {"configurable": {"thread_id": "one"}}
    seen: list[Any] = list(graph.stream(given, thread, context=context, stream_mode=MODES, subgraphs=True))
    return [*seen, *graph.get_state_history(thread)]


def pieces(events: list[dict[str, Any]]) -> str:
    return "".join(event["text"] for event in events if event["event"] == "text")


# Nothing unguarded leaves the graph


@pytest.mark.parametrize("unsafe", UNSAFE)
@pytest.mark.parametrize("position", range(4))
@pytest.mark.parametrize("talk", [TALK, TALK[:1]], ids=["later", "first"])
def test_nothing_of_an_unsafe_sentence_is_sent_in_any_mode(unsafe: str, position: int, talk: list[BaseMessage]) -> None:
    sentences = [*GOOD[:position], unsafe, *GOOD[position:]]
    draft = " ".join(sentences)
    with writing(draft, draft) as (server, context):
        graph = support.build().compile(checkpointer=MemorySaver())
        seen = repr(everything(graph, {"messages": talk}, context))
    words = unsafe.rstrip(".").split()
    windows = [" ".join(words[i : i + 3]) for i in range(len(words) - 2)]
    assert not [window for window in windows if window in seen]
    assert len(server.asked) == 2
    assert "rewritten" in seen


async def test_nothing_of_it_is_sent_by_the_asynchronous_way() -> None:
    draft = f"{GOOD[0]} {UNSAFE[0]} {GOOD[2]}"
    with writing(draft, draft) as (_, context):
        seen = [event async for event in support.graph.astream({"messages": TALK}, context=context, stream_mode=MODES)]
    assert "happens for a reason" not in repr(seen)


def test_a_draft_of_somebody_elses_node_is_read_too() -> None:
    graph = support.build().compile(checkpointer=MemorySaver(), interrupt_after=["respond"])
    thread: Any = {"configurable": {"thread_id": "one"}}
    with writing(GOOD[0], " ".join(GOOD)) as (_, context):
        graph.invoke({"messages": TALK}, thread, context=context)
        graph.update_state(thread, {"draft": UNSAFE[0]})
        result = graph.invoke(None, thread, context=context)  # refused: the supporter is asked again
        result = graph.invoke(None, thread, context=context)
    assert result["messages"][-1].text == " ".join(GOOD)
    assert result["explanation"]["rewritten"]


# Streaming


@pytest.mark.parametrize("second", [f"{GOOD[1]} {GOOD[2]}", " ".join(GOOD)], ids=["goes on", "begins anew"])
def test_the_rewrite_goes_on_after_what_was_released(second: str) -> None:
    with writing(f"{GOOD[0]} {UNSAFE[0]} {GOOD[2]}", second) as (server, context):
        events = list(support.graph.stream({"messages": TALK}, context=context, stream_mode="custom"))
    assert events[0] == {"event": "text", "text": f"{GOOD[0]} "}
    assert server.asked[1].begun == f"{GOOD[0]} "
    assert server.asked[1].findings[0].startswith("toxic_positivity: ")
    assert pieces(events) == " ".join(GOOD) == events[-1]["text"]


def test_after_two_unsafe_drafts_an_authored_reply_goes_on() -> None:
    draft = f"{GOOD[0]} {UNSAFE[0]}"
    with writing(draft, UNSAFE[1]) as (_, context):
        events = list(support.graph.stream({"messages": TALK}, context=context, stream_mode="custom"))
    assert pieces(events) == events[-1]["text"]
    assert events[-1]["text"].startswith(f"{GOOD[0]} ")
    assert len(events[-1]["text"]) > len(GOOD[0]) + 10


def test_streamed_or_not_the_reply_is_the_same() -> None:
    draft = f"{GOOD[0]} {UNSAFE[0]}"
    with writing(*[draft, f"{GOOD[1]} {GOOD[2]}"] * 2) as (_, context):
        streamed = list(support.graph.stream({"messages": TALK}, context=context, stream_mode="custom"))[-1]["text"]
        simulated = support.graph.invoke({"messages": TALK}, context=context.simulated)
    assert simulated["messages"][-1].text == streamed == " ".join(GOOD)
    assert simulated["explanation"]["findings"][0]["words"], "in simulation the words of a finding are kept"


def test_the_embedded_supporter_streams_by_sentence_what_it_answers() -> None:
    events = list(support.graph.stream({"messages": TALK}, stream_mode="custom"))
    assert events[-1]["event"] == "reply"
    assert pieces(events) == events[-1]["text"]


def test_an_endpoint_that_breaks_off_is_an_error_and_no_half_reply_is_appended() -> None:
    from nodes.errors import ChatError

    class Breaking(Writer):
        def respond(self, request: dict[str, Any], wire: Any) -> None:
            wire.events(list(Completion("writer", " ".join(GOOD), 1, 1).chunks())[:6], done=False)

    with Breaking() as server:
        models = Models(roles={"supporter": RoleSettings(model="writer", base_url=server.url, retries=0)})
        graph = support.build().compile(checkpointer=MemorySaver())
        thread: Any = {"configurable": {"thread_id": "one"}}
        with pytest.raises(ChatError):
            graph.invoke({"messages": TALK}, thread, context=Context(models=models))
    assert graph.get_state(thread).values["messages"][-1].type == "human"


# The notice


def reply(messages: list[Any], context: Context | None = None, **more: Any) -> dict[str, Any]:
    return support.graph.invoke({"messages": messages, **more}, context=context)


def test_the_first_reply_says_that_this_is_an_ai_and_the_second_does_not() -> None:
    first = reply(TALK[:1])
    assert first["messages"][-1].text.startswith(ai_notice())
    second = reply([*first["messages"], TALK[2]], noticed_at=first["noticed_at"])
    assert ai_notice() not in second["messages"][-1].text


def test_the_notice_comes_beside_the_reply_where_that_is_asked() -> None:
    events = list(support.graph.stream({"messages": TALK[:1]}, context=Context(notice="beside"), stream_mode="custom"))
    assert events[0] == {"event": "notice", "text": ai_notice()}
    result = reply(TALK[:1], Context(notice="beside"))
    assert result["notice"] == ai_notice()
    assert ai_notice() not in result["messages"][-1].text


def test_the_notice_returns_after_hours_and_after_a_number_of_replies() -> None:
    assert ai_notice() in reply(TALK, noticed_at=0.0)["messages"][-1].text
    assert ai_notice() in reply(TALK, Context(notice_every_turns=1))["messages"][-1].text
    assert ai_notice() not in reply(TALK)["messages"][-1].text


def test_a_crisis_at_the_start_is_answered_at_once_and_the_notice_follows() -> None:
    first = reply([HumanMessage("I wish I was dead.")])
    assert ai_notice() not in first["messages"][-1].text
    assert "AI" in first["messages"][-1].text
    second = reply(
        [*first["messages"], HumanMessage("No, I would never. My boss shouted at me again today and I feel small.")],
        crisis=first["crisis"],
        noticed_at=first["noticed_at"],
    )
    assert second["messages"][-1].text.startswith(ai_notice())


def test_simulated_seekers_are_given_no_notice() -> None:
    assert ai_notice() not in reply(TALK[:1], Context().simulated)["messages"][-1].text


# A model beside the rules


class Gatekeeper(EmbeddedServer):
    """A gate on an endpoint that answers what it is told to; None: it fails."""

    def __init__(self, risk: Risk | None) -> None:
        super().__init__()
        self.risk = risk
        self.asked: list[dict[str, Any]] = []

    def respond(self, request: dict[str, Any], wire: Any) -> None:
        self.asked.append(json.loads(request["messages"][-1]["content"]))
        if self.risk is None:
            return wire.error(500, "out of order")
        return wire.json(Completion("gate", self.risk.model_dump_json(), 1, 1).body())

    @property
    def context(self) -> Context:
        settings = RoleSettings(model="gate", base_url=self.url, retries=0)
        return Context(models=Models(roles={"crisis_gate": settings}))


SHOWN = Risk(tier=RiskTier.ELEVATED, kinds=(RiskKind.SUICIDE,), signs=("just stood there",))


def test_the_more_careful_of_rules_and_model_wins() -> None:
    with Gatekeeper(SHOWN) as gate:
        result = reply(TALK, gate.context)
        assert result["explanation"]["tier"] == "elevated"
        assert result["crisis"]["active"]
    with Gatekeeper(Risk()) as gate:
        result = reply([HumanMessage("I want to kill myself.")], gate.context)
        assert result["explanation"]["tier"] == "elevated"
        assert len(gate.asked) == 1


def test_a_sign_that_the_seeker_did_not_write_is_not_shown() -> None:
    made_up = SHOWN.model_copy(update={"signs": ("just stood there", "You should end it.")})
    with Gatekeeper(made_up) as gate:
        assert reply(TALK, gate.context)["explanation"]["signs"] == ["just stood there"]


async def test_the_model_is_asked_by_the_asynchronous_way_too() -> None:
    with Gatekeeper(SHOWN) as gate:
        result = await support.graph.ainvoke({"messages": TALK}, context=gate.context)
    assert result["explanation"]["tier"] == "elevated"


def test_a_model_that_fails_leaves_the_rules_and_at_least_a_concern() -> None:
    with Gatekeeper(None) as gate:
        result = reply(TALK, gate.context)
    assert result["explanation"]["tier"] == "concern"
    assert result["explanation"]["gate_failed"] == ["model"]
    assert "suicide" in result["messages"][-1].text


def test_where_the_rules_see_the_gravest_no_model_is_waited_for() -> None:
    with Gatekeeper(Risk()) as gate:
        result = reply([HumanMessage("I have the pills here and I will kill myself tonight.")], gate.context)
        assert result["explanation"]["tier"] == "imminent"
        assert gate.asked == []


def test_another_language_needs_a_model_and_is_refused_without_one() -> None:
    from nodes.safety.language import UnsupportedLanguage

    french = [HumanMessage("Je ne sais plus quoi faire avec mon patron, il crie sur moi tous les jours.")]
    with pytest.raises(UnsupportedLanguage, match="set a gate model"):
        reply(french)
    with Gatekeeper(SHOWN) as gate:
        assert reply(french, gate.context)["crisis"]["active"]


# A long conversation


def long_talk(exchanges: int) -> list[BaseMessage]:
    talk: list[BaseMessage] = [HumanMessage("My landlord wants me out by June and I feel sick with worry.", id="s0")]
    for number in range(exchanges):
        talk.append(AIMessage("I hear you.", id=f"a{number}"))
        talk.append(
            HumanMessage(f"It was the same again on day {number} with my boss, I am tired.", id=f"s{number + 1}")
        )
    return talk


def asked_of(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[Any]]:
    from nodes.chat import Chat

    asked: dict[str, list[Any]] = {}
    real = Chat.ask

    def ask(self: Chat, agent: Any, question: Any, **more: Any) -> Any:
        asked.setdefault(agent.role, []).append(question)
        return real(self, agent, question, **more)

    monkeypatch.setattr(Chat, "ask", ask)
    return asked


def test_what_leaves_the_window_is_summed_up_once_and_goes_along(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = asked_of(monkeypatch)
    context = Context(window=8)
    first = reply(long_talk(6), context)
    assert len(asked["supporter"][-1].transcript) == 4
    assert "landlord" in asked["supporter"][-1].summary
    assert asked["appraiser"][-1].summary == asked["supporter"][-1].summary
    second = reply([*first["messages"], HumanMessage("And again today.")], context, memory=first["memory"])
    assert len(asked["summariser"]) == 1
    assert len(asked["supporter"][-1].transcript) == 6
    assert "landlord" in asked["supporter"][-1].summary
    assert second["memory"] == first["memory"]


def test_a_short_conversation_is_shown_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = asked_of(monkeypatch)
    reply(long_talk(3), Context(window=8))
    assert "summariser" not in asked
    assert len(asked["supporter"][-1].transcript) == 7


def test_a_summary_of_lines_that_were_edited_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = asked_of(monkeypatch)
    first = reply(long_talk(6), Context(window=8))
    edited = [HumanMessage("My sister does not call.", id="s0"), *long_talk(6)[1:]]
    reply(edited, Context(window=8), memory=first["memory"])
    assert len(asked["summariser"]) == 2
    assert "landlord" not in asked["supporter"][-1].summary


def test_summaries_of_summaries_stay_short() -> None:
    from nodes.summariser import LONGEST_SUMMARY

    memory: dict[str, Any] = {}
    talk = long_talk(0)
    for number in range(40):
        result = reply(talk, Context(window=8), memory=memory)
        memory = result.get("memory", {})
        talk = [
            *result["messages"],
            HumanMessage(f"My boss did it again on day {number}, and I feel humiliated by him."),
        ]
    assert memory["lines"] > 60
    assert 0 < len(memory["summary"]) <= LONGEST_SUMMARY
