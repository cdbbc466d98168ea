"""The command line with language models behind an endpoint: what it will cost, what it cost, recorded and replayed."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from nodes.embedded.faulty_server import FaultyServer
from nodes.embedded.server import EmbeddedServer
from nodes.models import ROLES
from tests.end_to_end.test_cli import refused, run

KEY = "sk-very-secret"
NOWHERE = "http://127.0.0.1:9/v1"
PLAYED = ("simulate", "--profiles", "fresh:3", "--turns", "3")


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    with EmbeddedServer() as running:
        yield running


def models(url: str) -> dict[str, str]:
    roles = {f"ESC_SKILLS_{role.upper()}_MODEL": role for role in ROLES}
    return {**roles, "OPENAI_BASE_URL": url, "OPENAI_API_KEY": KEY}


def prices() -> dict[str, str]:
    return {"ESC_SKILLS_INPUT_PRICE": "1", "ESC_SKILLS_OUTPUT_PRICE": "2"}


def test_what_was_asked_is_told_at_the_end_and_lies_within_the_estimate(tmp_path: Path, server: EmbeddedServer) -> None:
    env = {**models(server.url), **prices()}
    before = server.requests
    expected = json.loads(run(*PLAYED, "--estimate", "--json", cwd=tmp_path, **env).stdout)
    assert server.requests == before, "an estimate asks nothing"
    usage = json.loads(run(*PLAYED, "--json", cwd=tmp_path, **env).stdout)["usage"]
    assert server.requests - before == usage["calls"] > 0
    assert usage["roles"].keys() == expected["roles"].keys() == {"appraiser", "supporter", "sage_judge", "seeker"}
    for role, spent in usage["roles"].items():
        for part in ("calls", "input_tokens", "output_tokens", "money"):
            least, most = expected["roles"][role][part]
            assert least <= spent[part] <= most, (role, part)
    told = run(*PLAYED, cwd=tmp_path, **env).stdout
    assert "asked of language models" in told
    assert f"{usage['calls']} calls" in told
    assert "US dollars" in told


def test_without_language_models_nothing_is_told_of_cost(tmp_path: Path) -> None:
    assert "language models" not in run(*PLAYED, cwd=tmp_path).stdout
    assert json.loads(run(*PLAYED, "--json", cwd=tmp_path).stdout)["usage"]["roles"] == {}
    told = run(*PLAYED, "--estimate", cwd=tmp_path).stdout
    assert "no call of a language model" in told
    assert "Conversations to simulate: 3" in told


def test_worker_processes_add_up_to_the_same_account(tmp_path: Path, server: EmbeddedServer) -> None:
    one = json.loads(run(*PLAYED, "--json", cwd=tmp_path, **models(server.url)).stdout)
    two = json.loads(run(*PLAYED, "--json", "--workers", "2", cwd=tmp_path, **models(server.url)).stdout)
    for usage in (one["usage"], two["usage"]):
        for role in usage["roles"].values():
            del role["seconds"]
    assert one == two


def test_a_recorded_run_is_replayed_without_its_endpoint(tmp_path: Path, server: EmbeddedServer) -> None:
    first = run(*PLAYED, "--record", "r.jsonl", "--output", "a.jsonl", cwd=tmp_path, **models(server.url))
    assert first.returncode == 0, first.stderr
    again = run(*PLAYED, "--replay", "r.jsonl", "--output", "b.jsonl", cwd=tmp_path, **models(NOWHERE))
    assert again.returncode == 0, again.stderr
    recorded, replayed = ((tmp_path / name).read_text() for name in ("a.jsonl", "b.jsonl"))
    assert replayed == recorded.replace(server.url, NOWHERE)
    assert KEY not in (tmp_path / "r.jsonl").read_text() + recorded + first.stdout + first.stderr

    by_name = run(*PLAYED, "--output", "c.jsonl", cwd=tmp_path, ESC_SKILLS_REPLAY="r.jsonl", **models(NOWHERE))
    assert by_name.returncode == 0, by_name.stderr
    assert (tmp_path / "c.jsonl").read_text() == replayed
    other = run(
        "simulate", "--profiles", "fresh:4", "--turns", "3", "--replay", "r.jsonl", cwd=tmp_path, **models(NOWHERE)
    )
    assert other.returncode == 1
    line = other.stderr.strip().splitlines()[-1]
    assert line.startswith("esc-skills: appraiser: r.jsonl holds no answer")


def test_discovery_is_replayed_too_and_makes_the_same_bank(tmp_path: Path, server: EmbeddedServer) -> None:
    found = []
    for tape, url, bank in (("--record", server.url, "a"), ("--replay", NOWHERE, "b")):
        result = run("discover", "--bank", bank, tape, "d.jsonl", "--json", cwd=tmp_path, **models(url))
        assert result.returncode == 0, result.stderr
        assert json.loads(result.stdout)["usage"]["roles"].keys() == {"annotator", "distiller"}
        found.append(json.loads(run("bank", "list", "--bank", bank, "--json", cwd=tmp_path).stdout)["content_hash"])
    assert found[0] == found[1]
    assert found[0] in run("bank", "verify", "--bank", "a", cwd=tmp_path).stdout


def test_evolution_is_estimated_before_anything_is_made(tmp_path: Path, server: EmbeddedServer) -> None:
    before = server.requests
    result = run("evolve", "--estimate", "--json", cwd=tmp_path, **models(server.url), **prices())
    expected = json.loads(result.stdout)
    least, most = expected["episodes"]
    assert 48 < least < most
    assert set(expected["roles"]) == set(ROLES) - {"annotator", "distiller", "summariser"}
    assert expected["money"][0] < expected["money"][1]
    assert "proposed" in expected["how"][-1]
    capped = json.loads(
        run("evolve", "--episodes", "60", "--estimate", "--json", cwd=tmp_path, **models(server.url)).stdout
    )
    assert capped["episodes"] == [60, 60]
    told = run("discover", "--estimate", cwd=tmp_path, **models(server.url)).stdout
    assert "annotator" in told
    assert "Nothing was asked, made or spent." in told
    assert server.requests == before
    assert list(tmp_path.iterdir()) == []


def test_a_budget_is_hard_and_what_was_paid_is_told(tmp_path: Path, server: EmbeddedServer) -> None:
    before = server.requests
    result = run(*PLAYED, "--budget", "calls=11, tokens=1e6", "--json", cwd=tmp_path, **models(server.url))
    data = json.loads(result.stdout)
    assert server.requests - before == data["usage"]["calls"] == 11
    assert data["unscored"] == data["episodes"] == 3
    told = run(*PLAYED, "--budget", "calls=0", cwd=tmp_path, **models(server.url)).stdout
    assert "questions without an answer: OverBudget" in told


def test_a_run_that_breaks_off_tells_what_it_paid(tmp_path: Path, server: EmbeddedServer) -> None:
    first = run(*PLAYED, "--record", "r.jsonl", cwd=tmp_path, **models(server.url))
    assert first.returncode == 0
    lines = (tmp_path / "r.jsonl").read_text().splitlines()
    (tmp_path / "half.jsonl").write_text("\n".join(lines[: len(lines) // 2]) + "\n")
    result = run(*PLAYED, "--replay", "half.jsonl", cwd=tmp_path, **models(NOWHERE))
    assert result.returncode == 1
    assert "asked of language models" in result.stderr
    assert result.stderr.strip().splitlines()[-1].startswith("esc-skills: ")


def test_what_does_not_fit_together_is_one_line_and_nothing_is_made(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello\n")
    assert "not a recording" in refused(*PLAYED, "--replay", "notes.txt", cwd=tmp_path, **models(NOWHERE))
    assert "--budget" in refused("discover", "--budget", "money=lots", cwd=tmp_path)
    several = ("evolve", "--workers", "2", "--record", "r.jsonl")
    assert "in one process alone" in refused(*several, cwd=tmp_path, **models(NOWHERE))
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_an_endpoint_that_misbehaves_costs_conversations_and_never_the_run(tmp_path: Path) -> None:
    with FaultyServer(0.3, seed=2, retry_after_s=0.01) as server:
        env = {**models(server.url), "ESC_SKILLS_TIMEOUT": "0.5", "ESC_SKILLS_DEADLINE": "4"}
        result = run(*PLAYED, "--json", cwd=tmp_path, **env)
        assert result.returncode == 0, result.stderr
        data = json.loads(result.stdout)
        assert sum(server.met.values()) > 5
    assert data["unscored"] == data["usage"]["failures"]
