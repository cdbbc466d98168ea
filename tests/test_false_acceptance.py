"""The benchmark of false acceptance, run small: what it claims of the rule, and that it tests the rule itself."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from skills_bank.e_process import BettingEProcess


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    path = Path(__file__).parent.parent / "benchmarks" / "false_acceptance.py"
    spec = importlib.util.spec_from_file_location("false_acceptance", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_it_computes_what_the_rule_computes(benchmark: ModuleType) -> None:
    differences = np.random.default_rng(1).normal(8, 30, (5, 60)).clip(-100, 100)
    for row, path in zip(differences, benchmark.paths(differences), strict=True):
        process = BettingEProcess()
        for value, expected in zip(row, path, strict=True):
            process = process.update(float(value))
            assert process.value == pytest.approx(expected)


@pytest.mark.parametrize("null", ["normal, SD 25", "rare great harm (+15 / −85)", "heavy-tailed (t, 2 df)"])
def test_few_runs_of_worthless_changes_accept_any_and_greed_accepts_in_nearly_all(
    benchmark: ModuleType, null: str
) -> None:
    evidence, greedy = benchmark.false_acceptances(benchmark.NULLS[null], 400, seed=3)
    assert evidence.hits / evidence.of <= 0.05
    assert greedy.hits / greedy.of >= 0.95


def test_choosing_proposals_by_how_the_last_one_fared_does_not_help_a_worthless_one(benchmark: ModuleType) -> None:
    evidence, _ = benchmark.adaptive_false_acceptances(300, seed=5)
    assert evidence.hits / evidence.of <= 0.05


@pytest.mark.parametrize("null", ["normal, SD 25", "rare great harm (+15 / −85)", "seven in ten unchanged"])
def test_the_nulls_have_no_effect(benchmark: ModuleType, null: str) -> None:
    draws = benchmark.NULLS[null](np.random.default_rng(9), (2000, 200))
    error = draws.std() / np.sqrt(draws.size)
    assert abs(draws.mean()) < 4 * error
    assert np.abs(draws).max() <= 100


def test_the_greedy_rule_accepts_one_worthless_change_in_two(benchmark: ModuleType) -> None:
    draws = benchmark.NULLS["normal, SD 25"](np.random.default_rng(2), (2000, 5))
    assert 0.45 <= benchmark.greedily_accepted(draws).mean() <= 0.55


def test_a_good_change_is_accepted_within_the_cap(benchmark: ModuleType) -> None:
    found = benchmark.power(10, 25, 300, seed=4)
    assert found.by[200] >= 0.95
    assert found.by[20] <= found.by[40] <= found.by[80] <= found.by[200]
    assert found.pairs < 130
