"""What is hidden stays hidden: every question of a whole evolution run is read for it."""

from typing import Any

import pytest

from conversation.profiles import authored
from graphs import evolution
from graphs.context import EvolutionContext
from nodes.chat import Chat

MARK = "XYZZY-HIDDEN"
THOUGHT = "PLUGH-THOUGHT"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    questions: dict[str, list[str]] = {}
    real = Chat.ask

    def ask(self: Chat, agent: Any, question: Any, **more: Any) -> Any:
        questions.setdefault(agent.role, []).append(question.model_dump_json())
        answer = real(self, agent, question, **more)
        if agent.role == "sage_judge":
            answer = answer.model_copy(update={"monologue": THOUGHT, "hidden_fit": THOUGHT})
        return answer

    monkeypatch.setattr(Chat, "ask", ask)
    return questions


def test_intention_and_thoughts_reach_only_those_who_may_know_them(
    asked: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    seekers = [profile for profile in authored() if profile.split == "train"]
    marked = {p.id: p.model_copy(update={"hidden": MARK}) for p in seekers}
    monkeypatch.setattr("graphs.evolution_nodes.profile", marked.__getitem__)
    context = EvolutionContext(
        rounds=1, profiles=tuple(marked), proposals=2, pairs=2, others=2, batch=2, screen=2, report=0
    )
    evolution.graph.invoke({}, context=context)
    assert {"supporter", "appraiser", "sage_judge", "seeker", "failure_analyst", "skill_proposer"} <= set(asked)

    def told(role: str, secret: str) -> bool:
        return any(secret in question for question in asked[role])

    intentions = {profile.intention.value for profile in seekers}
    for role in ("supporter", "appraiser", "failure_analyst", "skill_proposer"):
        assert not told(role, MARK), role
        assert not any(told(role, f'"{intention}"') for intention in intentions), role
        assert not any(told(role, profile_id) for profile_id in marked), role  # ids name the intention
    for role in ("supporter", "appraiser", "skill_proposer"):
        assert not told(role, THOUGHT), role
        assert not told(role, '"emotion":40'), role
    assert not any(told("skill_proposer", word) for word in ('"loss"', '"emotion"', " points over "))
    assert told("failure_analyst", THOUGHT)
    assert told("sage_judge", MARK)
    assert told("seeker", MARK)
