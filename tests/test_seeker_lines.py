"""The embedded seeker's lines are complete, keep the seeker's secrets and tell the characters apart."""

import json
from itertools import combinations
from pathlib import Path

import pytest

from conversation.dialogue import Line, Speaker
from conversation.profile import Character, Intention, Profile
from conversation.profile_check import alike, betrays
from conversation.profiles import authored, counter
from conversation.scenarios import fresh_profiles, story_parts
from conversation.seeker import RiskTier
from nodes.crisis_gate import assess
from nodes.embedded.seeker_lines import Parting, Reaction, bait, goodbyes, hints, reactions, seeker_lines

STORY = story_parts()[0]
ALONE = STORY.model_copy(update={"person": ""})


def pools() -> dict[str, tuple[str, ...]]:
    lines = seeker_lines()
    named = {f"{c.value} {r.value}": t for c, by in lines.reactions.items() for r, t in by.items()}
    named |= {f"{i.value} {level}": t for i, by in lines.hints.items() for level, t in by.items()}
    named |= {f"{c.value} goodbye {p.value}": t for c, by in lines.goodbyes.items() for p, t in by.items()}
    return named | {f"{c.value} bait": t for c, t in lines.bait.items()}


def test_every_pool_is_there_and_deep_enough_without_another_person() -> None:
    for character in Character:
        for reaction in Reaction:
            assert len(reactions(character, reaction, ALONE)) >= 8, (character, reaction)
        for parting in Parting:
            assert len(goodbyes(character, parting, ALONE)) >= 6, (character, parting)
        assert len(bait(character, ALONE)) >= 6
    for intention in Intention:
        for level in (1, 2):
            assert len(hints(intention, level, STORY)) >= 10, (intention, level)
            assert len(hints(intention, level, ALONE)) >= 5, (intention, level)


@pytest.mark.parametrize("name", sorted(pools()))
def test_a_line_advises_nobody_alarms_nobody_and_names_no_intention(name: str) -> None:
    for line in pools()[name]:
        assert betrays(line.replace("{person}", "my sister").replace("{topic}", "the move")) == (), line


def test_no_line_is_said_twice_in_a_pool_nor_word_for_word_in_two() -> None:
    every = [line.lower() for lines in pools().values() for line in lines]
    assert len(set(every)) == len(every)
    for lines in pools().values():
        for one, other in combinations(lines, 2):
            assert not alike(one, other), (one, other)


def test_no_hint_is_a_line_that_the_need_reader_was_written_on() -> None:
    text = (Path(__file__).parent / "data" / "need_hints_dev.json").read_text(encoding="utf-8")
    development = [line for levels in json.loads(text)["hints"].values() for lines in levels.values() for line in lines]
    assert len(development) >= 128
    for levels in seeker_lines().hints.values():
        for hint in (line for lines in levels.values() for line in lines):
            assert not any(alike(hint, known) for known in development), hint


def test_slots_are_filled_and_lines_about_a_person_fall_away_without_one() -> None:
    told = hints(Intention.OTHERS_MOTIVES, 2, STORY)
    assert any(STORY.person in line for line in told)
    assert not any("{" in line for line in told)
    assert set(hints(Intention.OTHERS_MOTIVES, 2, ALONE)) < set(told)


def test_passive_seekers_say_less_than_the_others() -> None:
    def mean(character: Character) -> float:
        lines = [line for by in seeker_lines().reactions[character].values() for line in by]
        return sum(len(line.split()) for line in lines) / len(lines)

    assert mean(Character.PASSIVE) < 0.8 * min(mean(Character.NEGATIVE), mean(Character.AVOIDANT))


def seekers() -> list[Profile]:
    return [*authored(), *counter(), *fresh_profiles(0, 240)]


def test_no_line_of_the_pools_would_be_stopped_by_the_crisis_gate() -> None:
    for name, lines in pools().items():
        for line in lines:
            said = Line(
                speaker=Speaker.SEEKER, text=line.replace("{person}", "my sister").replace("{topic}", "the move")
            )
            assert assess((said,)).tier is RiskTier.NONE, (name, line)


def test_no_line_is_stopped_by_the_crisis_gate_about_whatever_topic() -> None:
    about = [line for lines in pools().values() for line in lines if "{topic}" in line]
    topics = {story.topic for story in (*story_parts(), *(s.story for s in (*authored(), *counter())))}
    for topic in sorted(topics):
        for line in about:
            text = line.replace("{person}", "my sister").replace("{topic}", topic)
            assert assess((Line(speaker=Speaker.SEEKER, text=text),)).tier is RiskTier.NONE, text


def test_no_seeker_is_stopped_by_the_crisis_gate_even_if_all_is_told() -> None:
    for seeker in seekers():
        told: list[Line] = []
        for text in (seeker.opening, *(d.text for d in seeker.story.disclosures)):
            told += [Line(speaker=Speaker.SEEKER, text=text), Line(speaker=Speaker.SUPPORTER, text="I'm with you.")]
            risk = assess(tuple(told[:-1]))
            assert risk.tier is RiskTier.NONE, (seeker.id, text, risk.signs)
