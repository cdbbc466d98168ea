"""Authored seekers are sound, can be found by id, and the check finds what it is there to find."""

from collections import Counter

import pytest

from conversation.profile import Character, Disclosure, Intention, Profile, Split
from conversation.profile_check import alike, betrays
from conversation.profiles import UnknownProfileError, authored, check, counter, profile
from conversation.scenarios import persona_parts
from conversation.seeker import Scenario
from conversation.support import SupportMove

EVERYONE = (*authored(), *counter())


def changed(**fields: object) -> Profile:
    return authored()[0].model_copy(update=fields)


def with_disclosures(*disclosures: Disclosure) -> Profile:
    story = authored()[0].story
    return changed(story=story.model_copy(update={"disclosures": disclosures or story.disclosures}))


@pytest.mark.parametrize("seeker", EVERYONE, ids=lambda p: p.id)
def test_every_authored_profile_passes_the_check(seeker: Profile) -> None:
    assert check(seeker) == ()


def test_ids_and_stories_are_used_once() -> None:
    assert len({p.id for p in EVERYONE}) == len(EVERYONE)
    assert len({p.story.id for p in EVERYONE}) == len(EVERYONE)
    assert len({p.persona.name for p in EVERYONE}) == len(EVERYONE)


def test_no_two_authored_profiles_share_a_line() -> None:
    lines = [(p.id, d.text) for p in EVERYONE for d in p.story.disclosures]
    lines += [(p.id, text) for p in EVERYONE for text in p.story.openings]
    texts = [text for _, text in lines]
    assert len(set(texts)) == len(texts)


def test_a_profile_is_found_by_its_id() -> None:
    for seeker in EVERYONE:
        assert profile(seeker.id) is seeker


def test_an_unknown_id_is_an_error_that_names_near_ones() -> None:
    known = authored()[0].id
    with pytest.raises(UnknownProfileError, match=known):
        profile(known + "x")
    with pytest.raises(UnknownProfileError, match="profiles list"):
        profile("????")


def test_opening_is_one_of_the_story_and_hidden_is_none_of_them() -> None:
    for seeker in EVERYONE:
        assert seeker.opening in seeker.story.openings
        assert seeker.hidden not in (*seeker.story.openings, *(d.text for d in seeker.story.disclosures))


def test_check_misses_no_level() -> None:
    story = authored()[0].story
    fewer = tuple(d for d in story.disclosures if d.level != 4)
    assert any("level 4" in problem for problem in check(with_disclosures(*fewer)))


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("You should talk to them before it is too late.", "advice"),
        ("Some evenings I want to die.", "crisis gate"),
        ("I'm sixteen and nobody asks me.", "minor"),
        ("What I need from you is a straight word.", "outright"),
        ("The new place is in {town}.", "slot"),
        ("I could do with some advice.", "actionable_advice"),
        ("I want to hear that it was not my fault.", "agreement_that_one_is_blameless"),
    ],
)
def test_check_stops_a_line_that_no_seeker_may_say(line: str, complaint: str) -> None:
    assert any(complaint in problem for problem in betrays(line))


def test_check_reads_every_line_of_a_profile() -> None:
    story = authored()[0].story
    bad = Disclosure(level=2, text="You should really see it from my chair.")
    assert any("advice" in problem for problem in check(with_disclosures(*story.disclosures, bad)))
    assert any("advice" in problem for problem in check(changed(opening=bad.text)))


def test_check_finds_a_line_said_twice() -> None:
    story = authored()[0].story
    again = story.disclosures[0].model_copy(update={"text": story.disclosures[0].text + " Honestly."})
    assert any("say the same" in problem for problem in check(with_disclosures(*story.disclosures, again)))


def test_a_move_is_not_liked_and_a_trigger_at_once() -> None:
    seeker = changed(likes=(SupportMove.AFFIRM,), triggers=(SupportMove.AFFIRM,))
    assert any("affirm_strengths" in problem for problem in check(seeker))


def test_lines_are_alike_by_their_words_and_not_by_their_subject() -> None:
    assert alike("I stayed late every night.", "i stayed late, every night!")
    assert not alike("I stayed late every night.", "I was late every morning and nobody stayed.")


@pytest.mark.parametrize("split", [Split.TRAIN, Split.SELECTION, Split.AUDIT, Split.REPORT])
def test_every_split_covers_every_cell_once(split: Split) -> None:
    cells = [p.cell for p in authored() if p.split is split]
    assert len(cells) == len(set(cells)) == len(Intention) * len(Character)


def test_a_cell_meets_another_scenario_in_every_split() -> None:
    met: dict[str, list[Scenario]] = {}
    for seeker in authored():
        met.setdefault(seeker.cell, []).append(seeker.story.scenario)
    for cell, scenarios in met.items():
        assert len(set(scenarios)) == len(scenarios) == 4, cell


def test_only_counter_profiles_hold_a_harmful_claim_and_they_cover_every_cell_and_split() -> None:
    assert not any(p.harmful_claim for p in authored())
    assert all(p.harmful_claim for p in counter())
    assert len({p.cell for p in counter()}) == len(counter()) == len(Intention) * len(Character)
    assert Counter(p.split for p in counter()) == {split: 6 for split in Split if split is not Split.FRESH}


def test_flattery_cannot_win_a_counter_profile_and_a_gentle_challenge_can() -> None:
    agreeing = {SupportMove.AFFIRM, SupportMove.VALIDATE, SupportMove.REASSURE}
    for seeker in counter():
        assert agreeing.isdisjoint(seeker.likes), seeker.id
        assert SupportMove.OFFER_VIEW not in seeker.triggers, seeker.id


def test_no_persona_of_the_generator_is_one_of_an_authored_profile() -> None:
    assert {p.persona.name for p in EVERYONE}.isdisjoint(p.name for p in persona_parts())
