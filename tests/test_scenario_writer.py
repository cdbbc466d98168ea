"""A model that writes seekers is checked as people are: faults are told, repeats refused, tries are counted."""

import json
from typing import Any

import pytest

from conversation.profile import Profile
from conversation.profile_check import check
from conversation.profiles import authored
from conversation.scenarios import CELLS, fresh
from nodes.chat import Chat
from nodes.errors import Malformed, UnsoundScenario
from nodes.models import OPTIONAL_ROLES, Models, RoleSettings
from nodes.scenario_writer import TRIES, question_for, repeats, write_seekers
from tests.endpoint_players import Scripted, saying

MODEL = fresh(5, 3)


def written(seeker: Profile = MODEL, **changes: Any) -> str:
    """What a model would answer: a whole seeker without id, split and cell."""
    kept = seeker.model_dump(mode="json", include={"persona", "hidden", "story", "opening", "likes", "triggers"})
    kept["story"]["id"] = ""
    return json.dumps(kept | changes)


def asked(server: Scripted, count: int, **more: Any) -> tuple[Profile, ...]:
    settings = RoleSettings(model="writer", base_url=server.url, timeout_s=5.0, backoff_s=0.001)
    chat = Chat(Models(roles={"scenario_writer": settings}))
    try:
        return write_seekers(chat, count, seed=1, **more)
    finally:
        chat.close()


def questions(server: Scripted) -> list[dict[str, Any]]:
    return [json.loads(request["messages"][1]["content"]) for request in server.seen]


def test_what_is_written_becomes_a_sound_profile_in_the_cell_that_was_asked_for() -> None:
    with Scripted(saying(written())) as server:
        (seeker,) = asked(server, 1)
    question = question_for(1, 0, (), ())
    assert seeker.cell == f"{question.intention.value}/{question.character.value}"
    assert seeker.story.scenario is question.scenario
    assert (seeker.id, seeker.source) == ("written-1-0", "written by writer")
    assert check(seeker) == ()
    assert not seeker.unplayable


def test_faults_are_told_and_mended_within_the_tries() -> None:
    bad = written(opening="You should really try yoga.")
    with Scripted(saying(bad), saying(written())) as server:
        (seeker,) = asked(server, 1)
    assert seeker.opening == MODEL.opening
    first, second = questions(server)
    assert first["faults"] == []
    assert any("gives advice" in fault for fault in second["faults"])
    assert "the opening is none of the story's openings" in second["faults"]


def test_what_stays_unsound_is_a_typed_error_after_the_last_try() -> None:
    bad = written(hidden=MODEL.opening)
    with Scripted(*[saying(bad)] * (TRIES + 2)) as server, pytest.raises(UnsoundScenario, match="3 times"):
        asked(server, 1)
    assert len(server.seen) == TRIES


def test_an_answer_that_is_no_seeker_is_malformed_and_never_filled_up() -> None:
    with Scripted(saying("{}"), saying("{}")) as server, pytest.raises(Malformed):
        asked(server, 1)


def test_a_seeker_who_is_there_already_is_not_taken_again() -> None:
    other = fresh(5, 4)
    with Scripted(saying(written()), saying(written()), saying(written(other))) as server:
        pair = asked(server, 2)
    assert [p.persona.name for p in pair] == [MODEL.persona.name, other.persona.name]
    assert any("repeats seeker" in fault for fault in questions(server)[2]["faults"])
    assert f"{MODEL.persona.name}: {MODEL.story.topic}" in questions(server)[1]["taken"]


def test_repeats_are_told_by_name_opening_story_and_disclosures() -> None:
    other = fresh(5, 4)
    assert repeats(MODEL, MODEL) == "the same name"
    renamed = MODEL.model_copy(update={"persona": other.persona})
    assert repeats(renamed, MODEL) == "the opening says the same"
    assert repeats(renamed.model_copy(update={"opening": other.opening}), MODEL) == "the same story"
    retold = MODEL.story.model_copy(update={"background": other.story.background})
    assert repeats(renamed.model_copy(update={"opening": other.opening, "story": retold}), MODEL).startswith("half")
    assert not any(repeats(p, q) for i, p in enumerate(authored()) for q in authored()[i + 1 :])


def test_likeness_is_of_kind_and_holds_nothing_hidden() -> None:
    like = authored()[:2]
    drawn = [question_for(3, index, like, like) for index in range(3)]
    assert [f"{q.intention.value}/{q.character.value}" for q in drawn] == [like[0].cell, like[1].cell, like[0].cell]
    assert drawn[0].like[0].topic == like[0].story.topic
    assert like[0].hidden not in drawn[0].model_dump_json()
    assert like[0].persona.name not in drawn[0].like[0].model_dump_json()


def test_questions_repeat_with_the_seed_and_go_through_all_cells() -> None:
    drawn = [question_for(7, index, (), ()) for index in range(len(CELLS))]
    assert {f"{q.intention.value}/{q.character.value}" for q in drawn} == set(CELLS)
    assert drawn == [question_for(7, index, (), ()) for index in range(len(CELLS))]
    assert len({q.words for q in drawn}) > 20


def test_who_wrote_a_seeker_is_no_part_of_an_episodes_key() -> None:
    assert "scenario_writer" in OPTIONAL_ROLES
    settings = RoleSettings(model="writer", base_url="http://127.0.0.1:1/v1")
    assert Models(roles={"scenario_writer": settings}).describe() == Models().describe()
    assert "scenario_writer" not in Models(default=settings).describe()
