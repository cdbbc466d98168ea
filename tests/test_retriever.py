"""A turn continues, repairs, switches, starts or goes without a skill, and says why."""

from collections.abc import Iterator

import pytest

from conversation.dialogue import Line, Speaker, Transcript
from conversation.seeker import Activity, Need, Readiness, SeekerState
from conversation.support import ResponseChange
from nodes.context import starter_changes
from nodes.retriever import Progress, choose, requirements_met
from skills_bank.bank import Bank, BankView
from skills_bank.retrieval import RetrievalSettings
from skills_bank.skill import Requirement

SETTINGS = RetrievalSettings()
TEXT = "I keep turning it over, it was my fault, I should have seen it coming."


@pytest.fixture(scope="module")
def view() -> Iterator[BankView]:
    with Bank.open(":memory:") as bank:
        bank.commit(starter_changes(), expected_generation=bank.generation)
        yield bank.at()


def heard(*more: str) -> Transcript:
    lines = [Line(speaker=Speaker.SEEKER, text=TEXT)]
    for text in more:
        lines += [Line(speaker=Speaker.SUPPORTER, text=text), Line(speaker=Speaker.SEEKER, text=TEXT)]
    return tuple(lines)


def state(change: ResponseChange | None = None) -> SeekerState:
    return SeekerState(activity=Activity.SELF_BLAMING, need=Need.RECOGNITION, readiness=Readiness.HEARD, change=change)


def test_the_best_fitting_skill_starts_at_its_first_step(view: BankView) -> None:
    choice = choose(view, heard(), state(), Progress(), SETTINGS)
    assert choice.skill is not None
    assert choice.how == "start"
    assert choice.step_id == choice.skill.steps[0].id
    assert choice.progress.skill_id == choice.skill.id
    assert choice.skill.id == choice.retrieved.considered[0].skill_id


def multi_step(view: BankView) -> Progress:
    skill = next(
        s
        for s in view.skills()
        if len(s.steps) > 1 and s.id == choose(view, heard(), state(), Progress(), SETTINGS).progress.skill_id
    )
    return Progress(skill_id=skill.id, version=skill.version, step_id=skill.steps[0].id, turns=1)


def test_a_skill_goes_on_to_its_next_step_when_the_seeker_comes_along(view: BankView) -> None:
    running = multi_step(view)
    skill = view.skill(running.skill_id)
    done = running.model_copy(update={"turns": skill.steps[0].most_turns})
    choice = choose(view, heard("…"), state(ResponseChange.CONTINUES), done, SETTINGS)
    assert (choice.how, choice.step_id) == ("continue", skill.steps[1].id)


def test_a_reply_taken_badly_is_repaired_once_and_then_the_skill_is_left(view: BankView) -> None:
    running = multi_step(view)
    bad = state(ResponseChange.TURNS_ON_SUPPORTER)
    first = choose(view, heard("…"), bad, running, SETTINGS)
    assert first.how == "repair"
    second = choose(view, heard("…", "…"), bad, first.progress, SETTINGS)
    assert second.progress.skill_id != running.skill_id
    assert "taken badly twice" in second.why


def test_a_finished_skill_rests(view: BankView) -> None:
    running = multi_step(view)
    skill = view.skill(running.skill_id)
    last = running.model_copy(update={"step_id": skill.steps[-1].id, "turns": 5})
    choice = choose(view, heard("…"), state(ResponseChange.EASES), last, SETTINGS)
    assert choice.progress.skill_id != skill.id
    assert skill.id in choice.progress.ended
    assert f"finished '{skill.id}'" in choice.why


def test_where_no_skill_fits_the_turn_says_so() -> None:
    with Bank.open(":memory:") as empty:
        choice = choose(empty.at(), heard(), state(), Progress(), SETTINGS)
    assert choice.skill is None
    assert (choice.how, choice.why) == ("none", "no skill fits")


def test_a_skill_that_the_bank_no_longer_has_is_left(view: BankView) -> None:
    gone = Progress(skill_id="gone-for-good", version=1, step_id="one", turns=1)
    choice = choose(view, heard("…"), state(), gone, SETTINGS)
    assert "has it no longer" in choice.why


def test_what_must_come_first_is_read_from_the_conversation() -> None:
    assert requirements_met(heard(), SeekerState()) == ()
    asking = SeekerState(need=Need.ADVICE, problem="the rent")
    assert requirements_met(heard(), asking) == (Requirement.PERMISSION, Requirement.PROBLEM_NAMED)
    understood = SeekerState(change=ResponseChange.CONFIRMS_UNDERSTOOD)
    assert Requirement.HEARD in requirements_met(heard("…"), understood)
