"""Several judgements of one reply: the median counts, all are kept, none is missing in silence."""

import asyncio

import pytest

from conversation.episode import Appraisal, End, Episode, EpisodeKey
from conversation.profiles import authored
from graphs import episode
from graphs.context import Context
from nodes.embedded import sage_judge as embedded_judge
from nodes.errors import Unavailable
from nodes.sage_judge import JudgeQuestion, median_of, sample_seeds
from skills_bank.ledger import key_hash

SEEKER = authored()[0]


def played(samples: int, turns: int = 3) -> Episode:
    context = Context(turn_limit=turns, judge_samples=samples)
    result = episode.graph.invoke({"profile_id": SEEKER.id, "seed": 1}, context=context)
    return Episode.model_validate(result["episode"])


def appraisals(*changes: int) -> list[Appraisal]:
    return [
        Appraisal(meant="", overt_fit="", hidden_fit="", monologue=str(n), feeling="", change=change)
        for n, change in enumerate(changes)
    ]


@pytest.mark.parametrize(
    ("changes", "middle", "whose"),
    [
        ((5,), 5, "0"),
        ((-10, 5, 3), 3, "2"),
        ((5, 10), 7, "0"),
        ((-5, -10), -7, "0"),
        ((-1, 0), 0, "0"),
        ((2, 2, 9, 9), 5, "0"),
    ],
)
def test_the_median_counts_halves_go_towards_zero_and_the_nearest_sample_speaks(
    changes: tuple[int, ...], middle: int, whose: str
) -> None:
    found = median_of(appraisals(*changes))
    assert (found.change, found.monologue) == (middle, whose)


def test_every_sample_is_kept_in_the_turn_and_the_median_moves_the_emotion() -> None:
    result = played(5)
    before = 40
    spread = set()
    for turn in result.turns:
        assert turn.appraisal is not None
        assert turn.emotion is not None
        assert len(turn.judge_changes) == 5
        assert turn.appraisal.change == sorted(turn.judge_changes)[2]
        assert turn.emotion == max(0, min(100, before + turn.appraisal.change))
        before = turn.emotion
        spread.add(max(turn.judge_changes) - min(turn.judge_changes))
    assert max(spread) > 0


def test_one_sample_is_what_it_always_was_in_figures_and_in_the_key() -> None:
    result = played(1)
    assert all(turn.judge_changes == () for turn in result.turns)
    assert "judge_samples" not in result.key.model_dump()
    assert "judge_samples" not in result.model_dump_json()
    assert EpisodeKey.model_validate(result.key.model_dump()).judge_samples == 1
    three = played(3).key
    assert EpisodeKey.model_validate_json(three.model_dump_json()) == three
    assert three.model_dump()["judge_samples"] == 3
    assert key_hash(three) != key_hash(result.key)


def test_samples_are_asked_with_seeds_of_their_own_and_the_first_with_the_episodes() -> None:
    seeds = sample_seeds(7, 4)
    assert seeds[0] == 7
    assert len(set(seeds)) == 4
    assert sample_seeds(7, 2) == seeds[:2]


def test_threads_and_loops_judge_alike() -> None:
    context = Context(turn_limit=2, judge_samples=3)
    given = {"profile_id": SEEKER.id, "seed": 4}
    one = episode.graph.invoke(given, context=context)["episode"]
    assert asyncio.run(episode.graph.ainvoke(given, context=context))["episode"] == one


@pytest.mark.parametrize("loop", [False, True])
def test_a_sample_that_fails_leaves_the_episode_unscored(monkeypatch: pytest.MonkeyPatch, loop: bool) -> None:
    """The player's own seed decides: the third sample gets no answer, as an endpoint may fail once in a while."""
    plays = embedded_judge.play
    lost = sample_seeds(4, 3)[2]

    def fails_once(question: JudgeQuestion, seed: int) -> Appraisal:
        if seed == lost and question.turn == 1:
            raise Unavailable("no answer", role="sage_judge")
        return plays(question, seed)

    from nodes.embedded.engine import PLAYERS, Player

    monkeypatch.setitem(PLAYERS._players, "sage_judge", Player(PLAYERS["sage_judge"].agent, fails_once))
    context, given = Context(turn_limit=3, judge_samples=3), {"profile_id": SEEKER.id, "seed": 4}
    if loop:
        result = asyncio.run(episode.graph.ainvoke(given, context=context))
    else:
        result = episode.graph.invoke(given, context=context)
    found = Episode.model_validate(result["episode"])
    assert (found.end, found.scored, found.final_emotion) == (End.ERROR, False, None)
    assert found.turns[1].judge_changes == ()
    assert "no answer" in found.error


def test_no_sample_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="greater than or equal to 1"):
        Context(judge_samples=0)
