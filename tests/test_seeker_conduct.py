"""Simulated seekers stay seekers: they give no advice back and echo nobody, and tell as trust grows."""

import re
from functools import cache

import pytest

from conversation.episode import Episode
from conversation.profile import Profile
from conversation.profiles import authored
from graphs.context import Context
from graphs.simulation import InProcess, Job
from nodes.embedded.reading.words import words_of

SEEKERS = [profile for profile in authored() if profile.split == "train"][::4]
RUN = 5
"""Words in a row that two people hardly share by chance."""
ADVICE = re.compile(
    r"\b(?:have you (?:tried|thought of|considered)|you (?:should|could try|might want to|ought to)|"
    r"if i were you|my advice|why don't you try|it (?:may|might|could) help (?:you )?to)\b",
    re.IGNORECASE,
)


@cache
def played(bank: str) -> tuple[tuple[Profile, Episode], ...]:
    jobs = [Job(profile=profile, seed=seed, context=Context(bank=bank)) for profile in SEEKERS for seed in (1, 2)]
    return tuple(zip((job.profile for job in jobs), InProcess().play(jobs), strict=True))


def runs(text: str) -> set[tuple[str, ...]]:
    words = [word for word in words_of(text).words if word not in "?!"]
    return {tuple(words[i : i + RUN]) for i in range(len(words) - RUN + 1)}


@pytest.mark.parametrize("bank", ["starter", "none"])
def test_no_seeker_echoes_what_the_supporter_just_said(bank: str) -> None:
    for profile, episode in played(bank):
        own: set[tuple[str, ...]] = set()
        said: set[tuple[str, ...]] = set()
        for turn in episode.turns:
            echoed = (runs(turn.seeker) & said) - own
            assert not echoed, (profile.id, echoed)
            own |= runs(turn.seeker)
            said |= runs(turn.reply) - own


@pytest.mark.parametrize("bank", ["starter", "none"])
def test_no_seeker_drifts_into_giving_advice(bank: str) -> None:
    advised = [turn.seeker for _, e in played(bank) for turn in e.turns if ADVICE.search(turn.seeker)]
    assert not advised


def test_what_hurts_most_is_told_late_and_only_where_trust_has_grown() -> None:
    told: dict[int, list[int]] = {1: [], 2: [], 3: [], 4: []}
    for profile, episode in played("starter"):
        for level, lines in told.items():
            texts = [d.text for d in profile.story.disclosures if d.level == level]
            lines += [at for at, turn in enumerate(episode.turns) for text in texts if text in turn.seeker]
    assert told[1]
    assert sum(told[1]) / len(told[1]) < min(told[3] + told[4], default=99)
