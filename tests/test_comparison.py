"""Two arms are compared on the same seekers and seeds, or not at all."""

import pytest

from conversation.episode import Appraisal, End, Episode, EpisodeKey, EpisodeTurn
from conversation.seeker import RiskTier
from evaluation.comparison import compare


def episode(seeker: str, emotion: int, *, seed: int = 0, end: End = End.TURN_LIMIT) -> Episode:
    key = EpisodeKey(
        profile_id=seeker,
        profile_hash="",
        seed=seed,
        turn_limit=1,
        bank_hash="",
        retrieval="",
        models={},
        prompts="",
        engine="",
    )
    taken = Appraisal(meant="", overt_fit="", hidden_fit="", monologue="", feeling="", change=0)
    turn = EpisodeTurn(seeker="", tier=RiskTier.NONE, state=None, reply="", used=None, appraisal=taken, emotion=emotion)
    return Episode(key=key, stage="report", turns=(turn,), end=end)


def test_the_mean_is_over_seekers_and_not_over_conversations() -> None:
    first = [episode("a", 40), episode("a", 40, seed=1), episode("b", 40)]
    second = [episode("a", 50), episode("a", 50, seed=1), episode("b", 40)]
    found = compare(first, second)
    assert (found.mean, found.seekers, found.pairs) == (5.0, 2, 3)


def test_a_clear_difference_has_an_interval_above_zero_and_the_same_one_each_time() -> None:
    first = [episode(f"s{n}", 40) for n in range(30)]
    second = [episode(f"s{n}", 48 + n % 5) for n in range(30)]
    found = compare(first, second)
    assert found.interval is not None
    assert 8 < found.interval[0] < found.interval[1] < 12
    assert compare(first, second) == found


def test_unscored_pairs_enter_no_mean() -> None:
    found = compare([episode("a", 40), episode("b", 40)], [episode("a", 60), episode("b", 0, end=End.ERROR)])
    assert (found.mean, found.pairs, found.unscored) == (20.0, 1, 1)
    assert found.interval is None


def test_arms_of_other_seekers_cannot_be_paired() -> None:
    with pytest.raises(ValueError, match="same seekers and seeds"):
        compare([episode("a", 40)], [episode("b", 40)])
