"""Whatever is asked over HTTP, without faults, comes to the same as in process: conversations, and whole banks."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from conversation.profile import Split
from conversation.profiles import authored
from graphs import discovery, evolution
from graphs.context import Context, DiscoveryContext, EvolutionContext
from graphs.simulation import InProcess, Job
from nodes.context import close_all, open_bank, starter_changes
from nodes.embedded.faulty_server import FaultyServer
from nodes.embedded.server import EmbeddedServer
from nodes.models import ROLES, Models, RoleSettings


@pytest.fixture(autouse=True)
def _close() -> Iterator[None]:
    yield
    close_all()


def over(server: EmbeddedServer) -> Models:
    return Models(roles={role: RoleSettings(model=role, base_url=server.url) for role in ROLES})


def test_an_episode_over_an_endpoint_without_faults_equals_the_one_in_process() -> None:
    profiles = authored()[:3]
    here = InProcess().play([Job(profile=p, seed=n, context=Context(turn_limit=4)) for n, p in enumerate(profiles)])
    with EmbeddedServer() as server:
        context = Context(models=over(server), turn_limit=4)
        there = InProcess().play([Job(profile=p, seed=n, context=context) for n, p in enumerate(profiles)])
        assert server.requests > 3 * 4 * 3, "the roles were really asked over HTTP"
    for ours, theirs in zip(here, there, strict=True):
        assert theirs.error == ""
        assert theirs.key.models != ours.key.models
        assert theirs.model_dump(exclude={"key": {"models"}}) == ours.model_dump(exclude={"key": {"models"}})


def evolved(place: Path, models: Models, **tape: str) -> tuple[list[str], list[tuple[str, str]], dict[str, int]]:
    """Content hashes of all generations, verdicts in their order, and tokens by role, of a small evolution run."""
    bank = open_bank(str(place), create=True)
    bank.commit(starter_changes(), expected_generation=0)
    context = EvolutionContext(
        bank=str(place),
        models=models,
        rounds=1,
        proposals=1,
        pairs=2,
        others=2,
        batch=2,
        seeds=1,
        screen=1,
        report=2,
        rule="greedy",  # accepts on few pairs, so that so small a run changes the bank
        profiles=tuple(p.id for p in authored() if p.split is Split.TRAIN)[:12],
        **tape,
    )
    result = evolution.graph.invoke({}, context=context, config={"recursion_limit": 1000, "max_concurrency": 16})
    assert result["summary"]["before"]["unscored"] == result["summary"]["after"]["unscored"] == 0
    hashes = [bank.at(generation).content_hash for generation in range(bank.generation + 1)]
    verdicts = [(entry["change"]["id"], entry["verdict"]["outcome"]) for entry in result["record"]]
    usage = context.resources.chat.usage.roles
    return hashes, verdicts, {role: each.input_tokens + each.output_tokens for role, each in usage.items()}


def test_evolution_over_an_endpoint_and_its_replay_end_with_the_same_bank(tmp_path: Path) -> None:
    tape = str(tmp_path / "run.jsonl")
    here = evolved(tmp_path / "here", Models())
    close_all()
    with FaultyServer(0.0) as server:
        there = evolved(tmp_path / "there", over(server), record=tape)
        assert server.requests > 500
        assert server.most_at_once > 1, "conversations go on at the same time"
    hashes, verdicts, _ = here
    assert there[:2] == (hashes, verdicts)
    close_all()
    gone = Models(roles={role: RoleSettings(model=role, base_url="http://127.0.0.1:9/v1") for role in ROLES})
    again = evolved(tmp_path / "again", gone, replay=tape)
    assert again == here, "tokens too: a replay counts each question, though a recording asks the same one once"
    assert [outcome for _, outcome in verdicts] == ["accepted"]
    assert len(set(hashes)) == 3, "empty, the starter skills, and what the run added"


def test_discovery_over_an_endpoint_without_faults_makes_the_same_bank(tmp_path: Path) -> None:
    def discovered(place: Path, models: Models) -> tuple[str, int]:
        context = DiscoveryContext(bank=str(place), models=models)
        discovery.graph.invoke({}, context=context)
        view = open_bank(str(place)).at()
        return view.content_hash, len(view)

    here = discovered(tmp_path / "here", Models())
    with FaultyServer(0.0) as server:
        there = discovered(tmp_path / "there", over(server))
        assert server.requests > 20
    assert there == here
    assert here[1] > 0
