"""Fresh seekers are sound, repeatable, all different, and cover every cell."""

import random
import subprocess
import sys
from collections import Counter

import pytest

from conversation.deck import deal
from conversation.profile import Intention, Split
from conversation.profile_check import check_story
from conversation.profiles import authored, counter
from conversation.scenarios import (
    BLOCK,
    CELLS,
    FEWEST_DISCLOSURES,
    StoryPart,
    fresh,
    fresh_named,
    fresh_profiles,
    persona_parts,
    space_size,
    story_parts,
    suited,
)
from conversation.seeker import Scenario

MANY = 3000


@pytest.mark.parametrize("story", story_parts(), ids=lambda s: s.id)
def test_a_story_part_is_sound_for_every_intention_and_fits_several_personas(story: StoryPart) -> None:
    filled = story.model_dump_json()
    for mark, fillings in story.slots.items():
        assert mark in filled.split('"slots"')[0], f"{mark} is never used"
        assert len(set(fillings)) == len(fillings) >= 2
        filled = filled.replace(mark, fillings[0])
    assert check_story(type(story).model_validate_json(filled)) == ()
    assert len(story.openings) >= 2
    assert len(story.disclosures) >= FEWEST_DISCLOSURES + 1
    assert len(suited(story)) >= 5


def test_parts_are_many_and_named_once() -> None:
    assert len({s.id for s in story_parts()}) == len(story_parts()) >= 36
    assert len({p.name for p in persona_parts()}) == len(persona_parts()) >= 40
    told = Counter(s.scenario for s in story_parts())
    assert all(told[s] >= 2 for s in Scenario if s is not Scenario.UNCLEAR)


def test_every_persona_is_met_in_some_story() -> None:
    met = {p.name for story in story_parts() for p in suited(story)}
    assert met == {p.name for p in persona_parts()}


def test_the_generator_tells_no_story_of_an_authored_profile() -> None:
    own = {p.story.id for p in (*authored(), *counter())}
    assert own.isdisjoint(s.id for s in story_parts())
    said = {d.text for p in (*authored(), *counter()) for d in p.story.disclosures}
    assert said.isdisjoint(d.text for s in story_parts() for d in s.disclosures)


def test_thousands_of_fresh_seekers_are_all_different() -> None:
    profiles = [fresh(seed, i) for seed in (0, 1, 2) for i in range(MANY // 3)]
    assert len({p.id for p in profiles}) == MANY
    assert len({p.model_copy(update={"id": "x"}).model_dump_json() for p in profiles}) == MANY
    assert space_size() > 1_000_000_000


def test_the_same_seed_and_index_give_the_same_seeker_in_another_process() -> None:
    code = "from conversation.scenarios import fresh; print(fresh(11, 5).model_dump_json())"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert other.stdout.strip() == fresh(11, 5).model_dump_json()


def test_twenty_four_seekers_in_a_row_cover_every_cell() -> None:
    for seed in range(5):
        assert sorted(p.cell for p in fresh_profiles(seed, 24)) == sorted(CELLS)


def test_asked_for_cells_are_gone_through_in_turn() -> None:
    cells = (CELLS[3], CELLS[17])
    assert [p.cell for p in fresh_profiles(4, 5, cells)] == [CELLS[3], CELLS[17], CELLS[3], CELLS[17], CELLS[3]]
    assert fresh(4, 1, cell=CELLS[17]) == fresh_profiles(4, 5, cells)[1]
    assert len({fresh(4, 1, cell=cell).id for cell in CELLS}) == len(CELLS)


def test_seeds_never_share_an_id() -> None:
    ids = [fresh(seed, i).id for seed in (-1, 1, 2, 12) for i in (0, 1, 2, 12, 21)]
    assert len(set(ids)) == len(ids)


def test_a_fresh_seeker_is_marked_fresh_unless_told_otherwise() -> None:
    assert fresh(0, 0).split is Split.FRESH
    assert fresh(0, 0, split=Split.REPORT).split is Split.REPORT
    assert fresh(0, 0).id != fresh(0, 0, split=Split.REPORT).id


def test_stories_tell_their_details_differently() -> None:
    told: dict[str, set[str]] = {}
    for seeker in fresh_profiles(3, 600):
        told.setdefault(seeker.story.id, set()).add(seeker.story.model_dump_json())
        assert len(seeker.story.disclosures) >= FEWEST_DISCLOSURES
        levels = [d.level for d in seeker.story.disclosures]
        assert levels == sorted(levels)
        assert set(levels) == {1, 2, 3, 4}
    assert all(len(versions) > 1 for versions in told.values())
    assert len(told) == len(story_parts())


def test_no_two_of_a_block_share_story_person_and_opening_whatever_their_cells() -> None:
    for seed, cells in ((0, None), (-3, None), (5, CELLS[:1]), (5, CELLS[::7])):
        seekers = fresh_profiles(seed, BLOCK, cells)
        assert len({(p.story.id, p.persona.name, p.opening) for p in seekers}) == BLOCK, (seed, cells)
        for seeker in seekers:
            (part,) = [s for s in story_parts() if s.id == seeker.story.id]
            assert seeker.intention not in part.unfit
            assert seeker.persona.name in {p.name for p in suited(part)}


def test_every_story_is_told_about_equally_often() -> None:
    told = Counter(p.story.id for p in fresh_profiles(1, BLOCK))
    assert len(told) == len(story_parts())
    assert max(told.values()) <= 2 * BLOCK / len(story_parts())


def test_a_fresh_seeker_is_found_again_by_its_id() -> None:
    for seeker in (fresh(3, 7), fresh(-3, 40, cell=CELLS[5]), fresh(2, 1, split=Split.REPORT)):
        assert fresh_named(seeker.id) == seeker
    for unknown in ("fresh-1-2-99", "train-weigh-01", "fresh-x-1-01", ""):
        with pytest.raises(KeyError):
            fresh_named(unknown)


def test_a_deck_that_is_too_small_is_refused() -> None:
    with pytest.raises(ValueError, match="more different"):
        deal(random.Random(0), 5, [(2, 2)], [True])


def test_a_wrong_cell_or_index_is_refused() -> None:
    with pytest.raises(ValueError, match="no cell"):
        fresh(0, 0, cell="praise")
    with pytest.raises(ValueError, match="negative"):
        fresh(0, -1)


def test_whoever_wonders_about_others_has_somebody_to_wonder_about() -> None:
    for story in story_parts():
        if Intention.OTHERS_MOTIVES not in story.unfit:
            assert story.person, story.id


def test_every_intention_has_many_stories() -> None:
    for intention in Intention:
        assert sum(intention not in story.unfit for story in story_parts()) >= 18, intention
