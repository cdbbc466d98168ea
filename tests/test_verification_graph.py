"""A change is tried on fresh pairs until it is known: harm is rejected, nothing stays undecided, help is accepted."""

from collections.abc import Iterator

import pytest

from conversation.profiles import authored
from conversation.scenarios import CELLS
from conversation.seeker import Readiness
from conversation.support import SupportMove
from graphs import verification
from graphs.context import Context, VerificationContext
from graphs.simulation import InProcess, Job, Ledgered, LocalProcesses
from graphs.verification import rule_of
from nodes.context import close_all
from nodes.retriever import would_differ
from skills_bank.acceptance import Verdict
from skills_bank.change import Change, ChangeKind, Claim
from skills_bank.skill import Skill
from skills_bank.skill_md import starter
from tests.undisturbed import undisturbed

ALL = dict.fromkeys(CELLS, 1)


@pytest.fixture(scope="module", autouse=True)
def _close() -> Iterator[None]:
    yield
    close_all()


def change(skill: Skill, kind: ChangeKind, *, targets: tuple[str, ...] = (), claim: Claim = Claim.GAIN) -> Change:
    return Change(
        id=f"test-{kind}-{skill.content_hash[:8]}",
        kind=kind,
        claim=claim,
        targets=targets,
        skills=() if kind is ChangeKind.RETIRE else (skill,),
        author="test",
        reason="a test",
    )


def verdict(tried: Change, **settings: object) -> Verdict:
    context = VerificationContext.model_validate({"pairs": 16, "others": 16, "batch": 8, **settings})
    result = verification.graph.invoke({"change": tried.model_dump(mode="json"), "cells": ALL}, context=context)
    return Verdict.model_validate(result["verdict"])


def everywhere(*moves: SupportMove, wording: tuple[str, ...]) -> Skill:
    """A skill that is chosen at every turn, with these words."""
    base = starter()[0]
    step = base.steps[0].model_copy(update={"moves": moves, "wording": wording, "most_turns": 5, "advance_when": ()})
    applies = base.applies.model_copy(
        update=dict.fromkeys(("scenarios", "activities", "emotions", "needs", "readiness", "resistance"), ())
    )
    excludes = base.excludes.model_copy(
        update=dict.fromkeys(("scenarios", "activities", "needs", "readiness", "resistance"), ())
    )
    return base.model_copy(
        update={"id": "everywhere", "steps": (step,), "applies": applies, "excludes": excludes, "requires": ()}
    )


def test_a_change_that_no_reply_ever_meets_costs_one_arm_and_shows_nothing() -> None:
    unmet = starter()[0].model_copy(
        update={"id": "never-met", "applies": starter()[0].applies.model_copy(update={"intensity": (5, 5)})}
    )
    never = unmet.model_copy(update={"excludes": unmet.excludes.model_copy(update={"readiness": tuple(Readiness)})})
    found = verdict(change(never, ChangeKind.ADD))
    assert found.outcome != "accepted"
    assert all(not pair.exposed and pair.difference == 0 for pair in found.pairs)


def test_a_skill_whose_words_hurt_is_rejected() -> None:
    hurtful = everywhere(
        SupportMove.REASSURE,
        wording=(
            "It is not that bad, just think positively.",
            "Others have it much worse than you, so cheer up.",
            "You are overreacting, get over it.",
            "Look on the bright side and stop complaining.",
        ),
    )
    revised = hurtful.model_copy(update={"id": "open-gently"})
    found = verdict(change(revised, ChangeKind.REVISE, targets=("open-gently",)), pairs=40)
    assert found.outcome != "accepted"
    assert found.mean_difference is not None
    assert found.mean_difference < 0


def test_the_same_change_gets_the_same_verdict() -> None:
    retire = change(starter()[0], ChangeKind.RETIRE, targets=(starter()[0].id,), claim=Claim.UPKEEP)
    assert verdict(retire) == verdict(retire)


def test_replay_says_rightly_where_a_change_would_be_met() -> None:
    profile = authored()[0]
    today = Context(turn_limit=4)
    played = InProcess().play([Job(profile=profile, seed=1, context=today)])[0]
    used = next(turn.used.skill_id for turn in played.turns if turn.used)
    assert not would_differ(today.resources, played)
    gone = change(starter()[0], ChangeKind.RETIRE, targets=(used,), claim=Claim.UPKEEP)
    assert would_differ(today.but(changes=(gone,)).resources, played)


def test_workers_give_what_one_process_gives() -> None:
    jobs = [Job(profile=p, seed=9, context=Context(turn_limit=2)) for p in authored()[:2]]
    pool = LocalProcesses(2)
    try:
        with undisturbed():
            assert pool.play(jobs) == InProcess().play(jobs)
    finally:
        pool.close()
    assert Ledgered(InProcess(), "r").paid == 0


def test_an_unknown_rule_is_named() -> None:
    with pytest.raises(ValueError, match="'lucky'"):
        rule_of(VerificationContext(rule="lucky"))
