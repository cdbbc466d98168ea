"""Pooling: luck is not taken for help, real differences are found, and claims hold on dialogues that had no say."""

import random

import pytest

from conversation.seeker import Activity
from conversation.support import SupportMove
from skills_bank.pooling import FOLDS, counted, fold_of, honest_effects, pooled_effects
from skills_bank.prototype import Prototype
from skills_bank.rates import effect_against_the_rest, wilson

MOVES = [
    SupportMove.ASK_OPENLY,
    SupportMove.RESTATE,
    SupportMove.REFLECT_FEELING,
    SupportMove.VALIDATE,
    SupportMove.INFORM,
    SupportMove.SUGGEST,
]


def prototype(moment: str, move: SupportMove, helped: int, harmed: int) -> Prototype:
    return Prototype(
        id=f"{moment}/{move}",
        moment=moment,
        activity=Activity.TELLING,
        moves=(move,),
        units=tuple(f"{moment}-{move}-{number}#1" for number in range(helped + harmed)),
        helped=helped,
        harmed=harmed,
        interval=wilson(helped, helped + harmed),
        effect=0.0,
    )


def world(seed: int, lift: float, units: int = 25, moments: int = 40) -> tuple[list[Prototype], set[str]]:
    """Prototypes in which 80 % of units help, and reflecting a feeling `lift` more; and the units that helped."""
    draw = random.Random(seed)
    prototypes, good = [], set()
    for moment in range(moments):
        for move in MOVES:
            names = [f"d{moment}-{move}-{number}#1" for number in range(units)]
            chance = 0.8 + (lift if move is SupportMove.REFLECT_FEELING else 0)
            helped = {name for name in names if draw.random() < chance}
            good |= helped
            made = prototype(f"m{moment}", move, len(helped), units - len(helped))
            prototypes.append(made.model_copy(update={"units": tuple(names)}))
    return prototypes, good


def mean_effect(prototypes: list[Prototype], good: set[str]) -> float:
    effects = honest_effects(prototypes, {p.id for p in prototypes}, good)
    return sum(effect.effect for effect in effects.values()) / len(effects)


def test_where_no_move_is_better_than_another_nothing_is_claimed() -> None:
    means = [mean_effect(*world(seed, 0.0)) for seed in range(8)]
    assert abs(sum(means) / len(means)) < 0.005


def test_counting_again_on_the_same_dialogues_would_have_claimed_something() -> None:
    prototypes, _ = world(0, 0.0)
    effects = []
    for moment in {p.moment for p in prototypes}:
        members = [p for p in prototypes if p.moment == moment]
        usual = sum(p.helped for p in members) / sum(len(p.units) for p in members)
        lucky = [p for p in members if p.helped / len(p.units) >= usual]
        effects.append(sum(p.helped for p in lucky) / sum(len(p.units) for p in lucky) - usual)
    assert sum(effects) / len(effects) > 0.04


def test_a_real_difference_is_found_and_its_size_is_right() -> None:
    prototypes, good = world(1, 0.15)
    pooled = pooled_effects(prototypes, counted(prototypes))
    reflecting = [pooled[p.id] for p in prototypes if p.moves[0] is SupportMove.REFLECT_FEELING]
    others = [pooled[p.id] for p in prototypes if p.moves[0] is not SupportMove.REFLECT_FEELING]
    assert min(reflecting) > 0
    assert sum(reflecting) / len(reflecting) == pytest.approx(0.15 * 5 / 6, abs=0.02)
    assert abs(sum(others) / len(others) + 0.15 / 6) < 0.01
    assert mean_effect(prototypes, good) > 0.03


def test_few_units_borrow_from_the_move_elsewhere_and_many_speak_for_themselves() -> None:
    prototypes = [
        prototype("a", SupportMove.SUGGEST, 40, 60),
        prototype("a", SupportMove.RESTATE, 90, 10),
        prototype("b", SupportMove.SUGGEST, 3, 0),
        prototype("b", SupportMove.RESTATE, 60, 40),
        prototype("c", SupportMove.SUGGEST, 290, 10),
        prototype("c", SupportMove.RESTATE, 60, 40),
    ]
    pooled = pooled_effects(prototypes[:4], counted(prototypes[:4]))
    assert pooled["b/suggest_an_option"] < 0, "three lucky units do not outweigh a hundred elsewhere"
    pooled = pooled_effects(prototypes, counted(prototypes))
    assert pooled["c/suggest_an_option"] > 0, "three hundred units of its own do"


def test_only_what_a_skill_may_be_built_on_is_counted_but_all_is_usual() -> None:
    prototypes = [prototype("a", SupportMove.DISCLOSE_SELF, 90, 10), prototype("a", SupportMove.SUGGEST, 50, 50)]
    good = {unit for p in prototypes for unit in p.units[: p.helped]}
    assert honest_effects(prototypes, set(), good)["a"] == (0.0, None, 0)
    only = honest_effects(prototypes, {"a/suggest_an_option"}, good)["a"]
    assert only.effect <= 0


def test_a_dialogue_lies_in_one_fold_and_folds_are_of_like_size() -> None:
    sizes = [0] * FOLDS
    for number in range(5000):
        sizes[fold_of(f"dialogue-{number}")] += 1
    assert min(sizes) > 900
    assert fold_of("dialogue-1") == fold_of("dialogue-1")


def test_intervals_hold_what_they_promise() -> None:
    """Of 95 % intervals of a group's distance from the whole, about 95 % hold the true one."""
    draw = random.Random(5)
    held = 0
    for _ in range(400):
        group = sum(draw.random() < 0.8 for _ in range(40))
        rest = sum(draw.random() < 0.7 for _ in range(120))
        _, interval = effect_against_the_rest(group, 40, group + rest, 160)
        assert interval is not None
        held += interval[0] <= 0.1 * 120 / 160 <= interval[1]
    assert held / 400 > 0.92
