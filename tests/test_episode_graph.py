"""A simulated conversation ends as SAGE's do, is judged to the last reply, and fails as an unscored episode."""

import asyncio

import pytest

from conversation.episode import End, Episode, EpisodeTurn, Figures, band, figures, move_emotion
from conversation.profiles import authored
from graphs import episode
from graphs.context import Context
from graphs.simulation import InProcess, Job, Ledgered
from nodes.errors import Unavailable
from nodes.node import Node

PROFILE = authored()[0]


def played(**more: object) -> Episode:
    return Episode.model_validate(episode.graph.invoke({"profile_id": PROFILE.id, "seed": 1, **more})["episode"])


def test_every_reply_is_appraised_the_last_one_too() -> None:
    result = played()
    assert result.scored
    assert all(turn.appraisal is not None and turn.emotion is not None for turn in result.turns)
    assert result.turns[0].seeker == PROFILE.opening


def test_the_turn_limit_ends_it() -> None:
    result = episode.graph.invoke({"profile_id": PROFILE.id}, context=Context(turn_limit=2))["episode"]
    assert len(result["turns"]) <= 2


def test_the_same_seed_gives_the_same_episode_in_threads_and_in_loops() -> None:
    again = asyncio.run(episode.graph.ainvoke({"profile_id": PROFILE.id, "seed": 1}))["episode"]
    assert Episode.model_validate(again) == played()
    assert played(seed=2).turns != played().turns


def test_an_unknown_profile_is_an_error() -> None:
    with pytest.raises(LookupError, match="no-such-seeker"):
        episode.graph.invoke({"profile_id": "no-such-seeker"})
    with pytest.raises(LookupError, match="profile"):
        episode.graph.invoke({"seed": 1})


def test_a_model_that_fails_leaves_the_episode_unscored_with_the_reason() -> None:
    def fails(state: object) -> dict[str, object]:
        raise Unavailable("the endpoint does not answer", role="sage_judge")

    async def afails(state: object) -> dict[str, object]:
        return fails(state)

    node = episode.recorded(Node("sage_judge", fails, afails))
    update = node.invoke({})
    assert update["end"] == End.ERROR.value
    assert "does not answer" in update["error"]


def test_figures_leave_unscored_episodes_out_of_every_mean() -> None:
    good = played()
    broken = good.model_copy(update={"end": End.ERROR, "error": "no answer"})
    both: Figures = figures([good, broken])
    assert (both.episodes, both.unscored) == (2, 1)
    assert both.final_emotion == good.final_emotion
    assert figures([broken]).final_emotion is None


def test_the_emotion_scale_is_sage_s() -> None:
    assert [band(points) for points in (100, 70, 69, 40, 39, 10, 9)] == ["S", "A", "B", "B", "C", "C", "F"]
    assert move_emotion(96, 10) == 100
    assert move_emotion(4, -10) == 0


def test_a_key_is_paid_for_once() -> None:
    context = Context(turn_limit=2, seed=77)
    jobs = [Job(profile=PROFILE, seed=s, stage="simulate", context=context) for s in (1, 2)]
    first = Ledgered(InProcess(), "run-a")
    told: list[Episode] = []
    episodes = first.play(jobs, told.append)
    second = Ledgered(InProcess(), "run-a")
    assert second.play(jobs) == episodes == told
    assert (first.paid, second.paid, second.reused) == (2, 0, 2)
    assert isinstance(episodes[0].turns[0], EpisodeTurn)


def test_a_gate_that_fails_leaves_the_episode_unscored(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("rules are broken")

    monkeypatch.setattr("nodes.crisis_gate.assess", broken)
    result = played()
    assert result.end is End.ERROR
    assert "gate" in result.error
    assert not result.scored
