"""The steps of a run: a hard budget, screening on those who failed, edits as new proposals, a bank that moved on."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from conversation.profiles import authored
from conversation.scenarios import CELLS
from graphs import evolution, verification
from graphs.context import Context, EvolutionContext, VerificationContext
from graphs.evolution_nodes import approve, commit, plan
from graphs.screening import failing
from graphs.simulation import BudgetSpent, InProcess, Job, Ledgered
from nodes.context import close_all
from nodes.record import episode_key
from nodes.retriever import would_differ
from skills_bank.acceptance import EvidenceRule
from skills_bank.change import Change, ChangeKind, Claim
from skills_bank.skill_md import starter

SKILL = starter()[0]
PROFILE = authored()[0]


@pytest.fixture(autouse=True)
def _close() -> Iterator[None]:
    yield
    close_all()


def revise(title: str, name: str = "one") -> Change:
    return Change(
        id=name,
        kind=ChangeKind.REVISE,
        claim=Claim.UPKEEP,
        targets=(SKILL.id,),
        skills=(SKILL.model_copy(update={"title": title}),),
        author="test",
        reason="a test",
        evidence=("diagnosis-1",),
    )


def runtime(**settings: Any) -> Any:
    return SimpleNamespace(context=EvolutionContext(**settings))


def test_an_edited_change_is_previewed_as_edited_even_under_the_same_id() -> None:
    titles = [Context(changes=(revise(title),)).resources.view.skill(SKILL.id).title for title in ("First", "Second")]
    assert titles == ["First", "Second"]


def test_a_budget_of_episodes_is_never_passed() -> None:
    context = EvolutionContext(
        rounds=1, seed=10, seeds=1, proposals=2, pairs=40, others=4, batch=4, screen=6, report=2, episodes=40
    )
    result = evolution.graph.invoke({}, context=context)
    assert "budget is used up" in str(result["record"])  # there was more to do
    assert result["summary"]["episodes"] <= 40
    assert result["summary"]["before"]["episodes"] == 2  # kept back for the final figures


def test_what_cannot_be_paid_for_is_not_begun_and_what_was_paid_is_not_paid_again() -> None:
    jobs = [Job(profile=PROFILE, seed=s, stage="test", context=Context(turn_limit=1, seed=92)) for s in (1, 2, 3)]
    engine = Ledgered(InProcess(), "run-budget", 2)
    with pytest.raises(BudgetSpent, match="0 of 2 episodes"):
        engine.play(jobs)
    played = engine.play(jobs[:2])
    assert engine.play(jobs[:2]) == played


def test_a_verification_whose_budget_is_spent_says_so_and_accepts_nothing() -> None:
    context = VerificationContext(run="run-spent", episodes=0, seed=93)
    result = verification.graph.invoke({"change": revise("New").model_dump(mode="json")}, context=context)["verdict"]
    assert result["outcome"] == "undecided"
    assert "budget" in " ".join(result["reasons"])


def test_a_change_that_concerns_every_cell_comes_to_a_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(EvidenceRule, "_claim_shown", lambda self, tally: len(tally.concerned) >= 2)
    context = VerificationContext(pairs=4, others=4, batch=2, seed=94, turn_limit=1)
    result = verification.graph.invoke(
        {"change": revise("New").model_dump(mode="json"), "cells": dict.fromkeys(CELLS, 1)},
        context=context,
        config={"recursion_limit": 40},
    )
    assert [pair["concerned"] for pair in result["verdict"]["pairs"]] == [True, True, False, False, False, False]


def played(name: str, seed: int) -> dict[str, Any]:
    profile = next(p for p in authored() if p.id == name)
    job = Job(profile=profile, seed=seed, stage="diagnosis", context=Context(turn_limit=2))
    episode = InProcess().play([job])[0]
    return {"round": 1, "cell": profile.cell, "episode": episode.model_dump(mode="json")}


def test_the_screen_meets_each_seeker_who_showed_the_trouble_once_and_no_other() -> None:
    from conversation.episode import Episode
    from graphs.screening import episode_id

    ids = [p.id for p in authored()[:2]]
    first, again, other = played(ids[0], 1), played(ids[0], 2), played(ids[1], 1)
    broken = {**other, "episode": {**other["episode"], "turns": [], "end": "error", "error": "no answer"}}
    shown = [episode_id(Episode.model_validate(one["episode"])) for one in (first, again, broken)]
    diagnosis = {"diagnosis": {"id": "diagnosis-1", "episodes": shown}, "cells": {}}
    state = {"round": 1, "played": [first, again, broken], "diagnoses": [diagnosis]}
    assert failing(state, revise("New")) == [ids[0]]
    diagnosis["diagnosis"] = {"id": "diagnosis-2", "episodes": shown}
    assert failing(state, revise("New")) == []


def test_a_persons_edit_is_a_new_proposal_within_the_tests_of_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = {"decision": "edit", "change": revise("Edited").model_dump(mode="json")}
    monkeypatch.setattr("graphs.evolution_nodes.interrupt", lambda _: answer)
    state: Any = {"change": revise("New").model_dump(mode="json"), "verdict": {}, "tests": 1}
    found = approve(state, runtime(review=True, tests=2))
    assert found["decision"] == "edit"
    assert found["change"]["id"] != "one"
    assert evolution.approved({"decision": "edit"}) == "screen"
    assert approve({**state, "tests": 2}, runtime(review=True, tests=2)) == {"decision": "reject"}


def test_a_bank_that_moved_on_ends_the_run_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr("graphs.evolution_nodes.tell", lambda event, **_: told.append(event))
    here = runtime(seed=95)
    bank = here.context.resources.bank
    state: Any = {
        **plan({}, here),
        "change": revise("Mine").model_dump(mode="json"),
        "verdict": {"outcome": "accepted"},
    }
    bank.commit([revise("Theirs", "two")], expected_generation=bank.generation)
    result = commit(state, here)
    assert "moved on" in result["stop"]
    assert result["queue"] == []
    assert result["record"][0]["committed"] is None
    assert plan({}, here)["generation"] == bank.generation  # the next run works on the head, where it can commit


def test_locale_and_region_are_part_of_what_determines_an_episode() -> None:
    keys = {
        episode_key(context.resources, PROFILE, 1).place
        for context in (Context(), Context(region="US"), Context(locale="zh"))
    }
    assert len(keys) == 3


def test_an_episode_depends_on_its_own_seed_and_on_no_other() -> None:
    first, second = (
        InProcess().play([Job(profile=PROFILE, seed=5, context=Context(seed=seed, turn_limit=4))])[0] for seed in (0, 1)
    )
    assert first.key == second.key
    assert first.turns == second.turns


def test_replay_starts_afresh_after_a_crisis_reply() -> None:
    context = Context(turn_limit=2)
    episode = InProcess().play([Job(profile=PROFILE, seed=1, context=context)])[0]
    opened = episode.turns[0]
    assert opened.used is not None
    assert opened.used.how == "start"
    crisis = opened.model_copy(update={"state": None, "used": None})
    # The crisis reply ends the skill in progress: the same words after it start the skill once more.
    cut = episode.model_copy(update={"turns": (opened, crisis, opened)})
    assert not would_differ(context.resources, cut)
