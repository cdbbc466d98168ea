"""How often does a worthless change enter, and how often a good one? The acceptance rule, simulated many times.

    python benchmarks/false_acceptance.py [--runs 5000] [--quick]

A run verifies ten changes one after the other. For each null no change has a true effect; counted are runs in which any
was accepted, with an exact 95 % interval, beside a greedy rule that accepts what looks better on three pairs. Only the
claim's own test is simulated, and every other demand of the rule taken as met: the others can only refuse.

The mathematics of `skills_bank/e_process.py` is written here a second time, vectorised; tests hold the two together.
"""

import argparse
import math
import sys
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import binomtest, norm

from skills_bank.e_process import FRACTIONS, BettingEProcess
from skills_bank.futility import EARLIEST, hopeless

Numbers = npt.NDArray[np.float64]
Draw = Callable[[np.random.Generator, tuple[int, int]], Numbers]

PROPOSALS = 10
ALPHA = 0.05
CAP = 200
LOOKS = (20, 40, 80, 200)
SPREADS = (15, 25, 35, 43)
"""Points. 15 to 25 are the embedded engine's; the two SAGE recordings, paired by profile, differ with an SD of 43."""
GREEDY_PAIRS = 3


def _normal(spread: float, effect: float = 0.0) -> Draw:
    """Differences of this mean and spread; cut off at ±100 on both sides alike, so that the mean of a null stays 0."""
    return lambda rng, shape: rng.normal(effect, spread, shape).clip(-100, 100)


def _rare_harm(rng: np.random.Generator, shape: tuple[int, int]) -> Numbers:
    """+15 in 85 %, −85 in 15 %: mean 0, and most seekers gain."""
    return np.where(rng.random(shape) < 0.15, -85.0, 15.0)


def _very_rare_harm(rng: np.random.Generator, shape: tuple[int, int]) -> Numbers:
    """+2 in 98 %, −98 in 2 %: mean 0, and in 40 pairs nearly half of all tests see no harm at all."""
    return np.where(rng.random(shape) < 0.02, -98.0, 2.0)


def _heavy_tailed(rng: np.random.Generator, shape: tuple[int, int]) -> Numbers:
    """Student's t with 2 degrees of freedom, 12 points wide, cut off at ±100."""
    return (12 * rng.standard_t(2, shape)).clip(-100, 100)


def _mostly_nothing(rng: np.random.Generator, shape: tuple[int, int]) -> Numbers:
    """Seven pairs of ten are the same in both arms, as when a skill is seldom met."""
    return np.where(rng.random(shape) < 0.7, 0.0, rng.normal(0, 30, shape).clip(-100, 100))


NULLS: dict[str, Draw] = {
    **{f"normal, SD {spread}": _normal(spread) for spread in SPREADS},
    "rare great harm (+15 / −85)": _rare_harm,
    "very rare harm (+2 / −98)": _very_rare_harm,
    "heavy-tailed (t, 2 df)": _heavy_tailed,
    "seven in ten unchanged": _mostly_nothing,
}


def paths(differences: Numbers) -> Numbers:
    """E-value after each pair: (tests, pairs) from differences in points of the same shape."""
    gains = np.minimum(differences, 60.0) / 100.0
    total = np.zeros_like(gains)
    for share in FRACTIONS:
        total += np.exp(np.cumsum(np.log1p(share * gains), axis=1))
    return total / len(FRACTIONS)


def accepted(differences: Numbers, tests: int = PROPOSALS) -> npt.NDArray[np.bool_]:
    """Whether each test reaches K / α within the pairs given."""
    return np.asarray(paths(differences).max(axis=1) >= tests / ALPHA)


def greedily_accepted(differences: Numbers) -> npt.NDArray[np.bool_]:
    """Whether the first few pairs look better."""
    return np.asarray(differences[:, :GREEDY_PAIRS].mean(axis=1) > 0)


@dataclass(frozen=True)
class Share:
    """So many of so many, with an exact (Clopper–Pearson) 95 % interval."""

    hits: int
    of: int

    @property
    def interval(self) -> tuple[float, float]:
        found = binomtest(self.hits, self.of).proportion_ci(0.95, method="exact")
        return float(found.low), float(found.high)

    def __str__(self) -> str:
        low, high = self.interval
        return f"{100 * self.hits / self.of:5.1f} % [{100 * low:.1f}, {100 * high:.1f}]"


def false_acceptances(draw: Draw, runs: int, seed: int) -> tuple[Share, Share]:
    """Runs of ten worthless changes in which any was accepted: by evidence, and greedily."""
    rng = np.random.default_rng(seed)
    by_evidence = np.zeros(runs, dtype=bool)
    greedily = np.zeros(runs, dtype=bool)
    for _ in range(PROPOSALS):
        differences = draw(rng, (runs, CAP))
        by_evidence |= accepted(differences)
        greedily |= greedily_accepted(differences)
    return Share(int(by_evidence.sum()), runs), Share(int(greedily.sum()), runs)


def adaptive_false_acceptances(runs: int, seed: int) -> tuple[Share, Share]:
    """The same, where each next change is chosen by how the last one fared.

    After a near miss the proposer tries a variant of the same kind; after a poor showing it changes to the next kind of
    null, skewed and heavy-tailed ones among them. No change has an effect: only the choice looks back.
    """
    rng = np.random.default_rng(seed)
    kinds = list(NULLS.values())
    kind = rng.integers(len(kinds), size=runs)
    by_evidence = np.zeros(runs, dtype=bool)
    greedily = np.zeros(runs, dtype=bool)
    for _ in range(PROPOSALS):
        differences = np.empty((runs, CAP))
        for number, draw in enumerate(kinds):
            chosen = kind == number
            differences[chosen] = draw(rng, (int(chosen.sum()), CAP))
        peaks = paths(differences).max(axis=1)
        by_evidence |= peaks >= PROPOSALS / ALPHA
        greedily |= greedily_accepted(differences)
        kind = np.where(peaks >= 5, kind, (kind + 1) % len(kinds))
    return Share(int(by_evidence.sum()), runs), Share(int(greedily.sum()), runs)


@dataclass(frozen=True)
class Power:
    """How one effect at one spread fares: share accepted by each look, pairs used, and what a fixed-size test needs."""

    effect: float
    spread: float
    by: dict[int, float]
    pairs: float
    fixed: int


def power(effect: float, spread: float, tests: int, seed: int) -> Power:
    """Power at K / α, over `tests` simulated verifications."""
    rng = np.random.default_rng(seed)
    values = paths(_normal(spread, effect)(rng, (tests, CAP)))
    reached = np.maximum.accumulate(values, axis=1) >= PROPOSALS / ALPHA
    used = np.where(reached.any(axis=1), reached.argmax(axis=1) + 1, CAP)
    # One-sided z-test at α / K with 80 % power, its size fixed beforehand for exactly this effect.
    fixed = math.ceil(((norm.ppf(1 - ALPHA / PROPOSALS) + norm.ppf(0.8)) * spread / effect) ** 2)
    return Power(
        effect, spread, {look: float(reached[:, look - 1].mean()) for look in LOOKS}, float(used.mean()), fixed
    )


def with_futility(effect: float, spread: float, tests: int, seed: int) -> tuple[float, float]:
    """Share accepted and mean pairs used, where the rule may give up early; the project's own code, pair by pair."""
    rng = np.random.default_rng(seed)
    threshold = PROPOSALS / ALPHA
    hits, used = 0, 0
    for row in _normal(spread, effect)(rng, (tests, CAP)):
        process, values = BettingEProcess(), tuple(float(value) for value in row)
        for number, value in enumerate(values, 1):
            process = process.update(value)
            given_up = number >= EARLIEST and number % 10 == 0
            if process.reached(threshold) or (given_up and hopeless(process, values[:number], CAP - number, threshold)):
                break
        hits += process.reached(threshold)
        used += process.pairs
    return hits / tests, used / tests


def main(arguments: list[str]) -> int:
    """Print both tables; 1 where a null passes 5 % with its upper bound."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=20_240_501)
    parser.add_argument("--quick", action="store_true", help="500 runs, to see that it works")
    options = parser.parse_args(arguments)
    runs = 500 if options.quick else options.runs
    print(f"Runs of {PROPOSALS} worthless changes with any accepted, of {runs} (α = {ALPHA}, cap {CAP} pairs)\n")
    print(f"{'null':32}{'evidence rule':>24}{'greedy rule':>26}")
    worst = 0.0
    for number, (name, draw) in enumerate(NULLS.items()):
        evidence, greedy = false_acceptances(draw, runs, options.seed + number)
        worst = max(worst, evidence.interval[1])
        print(f"{name:32}{evidence!s:>24}{greedy!s:>26}")
    evidence, greedy = adaptive_false_acceptances(runs, options.seed + 100)
    worst = max(worst, evidence.interval[1])
    print(f"{'adaptively proposed':32}{evidence!s:>24}{greedy!s:>26}")
    single = Share(int(greedily_accepted(_normal(25)(np.random.default_rng(options.seed), (runs, CAP))).sum()), runs)
    print(f"\na single worthless change (normal, SD 25) by the greedy rule: {single}")
    print(f"largest upper bound of the evidence rule: {100 * worst:.1f} %")
    print(f"\nPower of one test at K / α = {PROPOSALS / ALPHA:.0f}, per cent accepted by so many pairs\n")
    header = "".join(f"{look:>7}" for look in LOOKS)
    print(f"{'effect':>6}{'SD':>5}{header}{'mean pairs':>13}{'fixed-size test, 80 %':>24}")
    for effect in (5, 10, 15):
        for spread in SPREADS:
            found = power(effect, spread, max(500, runs // 2), options.seed + effect * 100 + spread)
            shares = "".join(f"{100 * found.by[look]:7.0f}" for look in LOOKS)
            print(f"{effect:6}{spread:5}{shares}{found.pairs:13.0f}{found.fixed:24}")
    tests = max(200, runs // 10)
    print(f"\nGiving up early: accepted without and with it, and mean pairs, over {tests} tests\n")
    print(f"{'effect':>6}{'SD':>5}{'accepted':>18}{'mean pairs':>18}")
    for effect, spread in ((-5, 25), (0, 15), (0, 25), (0, 43), (5, 25), (10, 25), (10, 35), (15, 43)):
        plain = power(effect or 1e-9, spread, tests, options.seed + spread)
        share, pairs = with_futility(effect, spread, tests, options.seed + spread)
        print(
            f"{effect:6}{spread:5}{100 * plain.by[CAP]:9.0f} → {100 * share:3.0f} %{plain.pairs:10.0f} → {pairs:3.0f}"
        )
    return 0 if worst <= 0.05 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
