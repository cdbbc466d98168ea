"""What can the embedded annotator tell on real dialogues? Figures with intervals, beside trivial baselines.

    python benchmarks/validity.py PATH_TO/esconv

PATH holds ESConv.train.json and FailedESConv.json (CC BY-NC 4.0; not part of this project). Only held-out dialogues
are scored (`conversation/split.py`); rules were written on the others. Inputs are words alone: survey, feedback,
strategies, problem and emotion labels are taken out before anything is read. Intervals: 95 %, bootstrap over dialogues.
"""

import argparse
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from conversation.dialogue import Dialogue, Outcome, Speaker
from conversation.formats import read_dialogues
from conversation.split import held_out
from conversation.support import Polarity, Strategy
from nodes.annotator import question_about
from nodes.embedded import annotator
from nodes.embedded.reading.moves import primary_moves
from nodes.embedded.reading.words import words_of
from skills_bank.intervention_unit import LabelSource
from skills_bank.unit_extraction import extract_units

SIGN = {Polarity.CONSTRUCTIVE: 1.0, Polarity.NEUTRAL: 0.0, Polarity.NEGATIVE: -1.0}
STRATEGIES = [strategy.value for strategy in Strategy]
Floats = NDArray[np.float64]


class Unit(NamedTuple):
    dialogue: int
    polarity: float
    feedback: int | None
    after: str


class Read(NamedTuple):
    """A dialogue as the annotator sees it, with the outcome that it does not see."""

    dialogue: Dialogue
    units: list[Unit]
    words: int

    @property
    def polarity(self) -> float:
        return float(np.mean([unit.polarity for unit in self.units])) if self.units else 0.0

    @property
    def seeker_text(self) -> str:
        return "\n".join(turn.text for turn in self.dialogue.seeker_turns())


def masked(dialogue: Dialogue) -> Dialogue:
    """The same words, white space made even, and nothing that anybody said about them."""
    turns = tuple(
        turn.model_copy(update={"text": " ".join(turn.text.split()), "strategies": (), "feedback": None})
        for turn in dialogue.turns
    )
    hidden = {"turns": turns, "problem": "", "emotion": "", "intensity_before": None, "intensity_after": None}
    return dialogue.model_copy(update={**hidden, "ratings": {}, "outcome": Outcome.UNKNOWN})


def read(index: int, dialogue: Dialogue) -> Read:
    bare = masked(dialogue)
    annotation = annotator.play(question_about(bare), 0)
    runs = dialogue.merged()
    units = [
        Unit(index, SIGN[unit.polarity], runs[int(unit.id.rpartition("#")[2]) + 1][1].feedback, text.after)
        for unit, text in extract_units(bare, annotation, LabelSource.RULES)
    ]
    return Read(dialogue, units, sum(words_of(turn.text).length for turn in bare.turns))


def auc(positive: Sequence[bool] | NDArray[np.bool_], score: Sequence[float] | Floats) -> float:
    """Probability that a positive one scores higher than a negative one; ties count half. NaN with one class only."""
    truth, values = np.asarray(positive, dtype=bool), np.asarray(score, dtype=float)
    if truth.all() or not truth.any():
        return math.nan
    high, low = values[truth], values[~truth]
    ordered = np.sort(low)
    below = np.searchsorted(ordered, high, "left") + np.searchsorted(ordered, high, "right")
    return float(below.sum() / (2 * len(high) * len(low)))


def interval(draws: Sequence[float]) -> str:
    low, high = np.nanpercentile(draws, [2.5, 97.5])
    return f"{low:.3f} to {high:.3f}"


def compare(
    title: str,
    truth: Sequence[bool],
    scores: Mapping[str, Sequence[float]],
    cluster: Sequence[int],
    resamples: int,
    by_class: bool = False,
) -> None:
    """One table: the AUC of each score, and how far the first lies above the best of the trivial ones."""
    positive, owner = np.asarray(truth), np.asarray(cluster)
    values = {name: np.asarray(score, dtype=float) for name, score in scores.items()}
    random = np.random.default_rng(1)
    groups = {c: np.flatnonzero(owner == c) for c in np.unique(owner)}
    strata = [list(groups)]
    if by_class:
        strata = [[c for c in groups if positive[groups[c][0]]], [c for c in groups if not positive[groups[c][0]]]]
    draws: dict[str, list[float]] = {name: [] for name in values}
    for _ in range(resamples):
        picked = [groups[keys[i]] for keys in strata for i in random.integers(len(keys), size=len(keys))]
        rows = np.concatenate(picked)
        for name, score in values.items():
            draws[name].append(auc(positive[rows], score[rows]))
    print(f"\n{title}: {int(positive.sum())} against {int((~positive).sum())}, {len(groups)} dialogues")
    for name, score in values.items():
        print(f"  {name:34} AUC {auc(positive, score):.3f}   ({interval(draws[name])})")
    first, *others = [name for name in values if not name.startswith("ceiling")]
    best = max(others, key=lambda name: auc(positive, values[name]))
    gain = auc(positive, values[first]) - auc(positive, values[best])
    gains = [a - b for a, b in zip(draws[first], draws[best], strict=True)]
    print(f"  {'above ' + best:34}    {gain:+.3f}   ({interval(gains)})")


def vader() -> Callable[[str], float]:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    analyser = SentimentIntensityAnalyzer()
    return lambda text: float(analyser.polarity_scores(text)["compound"])


def supervised(texts: Sequence[str], labels: Sequence[str]) -> Callable[[Sequence[str]], tuple[list[str], Floats]]:
    """A bag-of-words model learned from the other dialogues: a ceiling, never shipped."""
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    model = make_pipeline(
        CountVectorizer(ngram_range=(1, 3), min_df=5, binary=True, token_pattern=r"\S+"),  # noqa: S106
        LogisticRegression(C=0.15, max_iter=500),
    )
    model.fit([words_of(text).line for text in texts], list(labels))

    def predict(new: Sequence[str]) -> tuple[list[str], Floats]:
        lines = [words_of(text).line for text in new]
        return list(model.predict(lines)), model.predict_proba(lines)[:, -1]

    return predict


def length_matched(failed: Sequence[Read], helped: Sequence[Read]) -> tuple[list[Read], list[Read]]:
    """Each failed dialogue with the helped one nearest in number of words, within a tenth, each used once."""
    free = sorted(helped, key=lambda one: one.words)
    left, right = [], []
    for one in sorted(failed, key=lambda read: -read.words):
        near = min(free, key=lambda other: abs(other.words - one.words), default=None)
        if near is not None and abs(near.words - one.words) <= 0.1 * one.words:
            free.remove(near)
            left.append(one)
            right.append(near)
    return left, right


def outcomes(failed: Sequence[Read], helped: Sequence[Read], resamples: int) -> None:
    """(a) mean unit polarity of a dialogue against how it ended."""
    sentiment = vader()

    def table(title: str, truth: list[bool], reads: Sequence[Read]) -> None:
        scores = {
            "mean unit polarity": [one.polarity for one in reads],
            "length (words)": [float(one.words) for one in reads],
            "VADER, mean of seeker turns": [
                float(np.mean([sentiment(turn.text) for turn in one.dialogue.seeker_turns()])) for one in reads
            ],
        }
        compare(title, truth, scores, list(range(len(reads))), resamples, by_class=True)

    def fell(one: Read) -> bool | None:
        before, after = one.dialogue.intensity_before, one.dialogue.intensity_after
        return None if before is None or after is None else after < before

    known = [one for one in failed if fell(one) is not None]
    table("(a1) FailedESConv: intensity fell or not", [bool(fell(one)) for one in known], known)
    table("(a2) helped or failed, all", [False] * len(failed) + [True] * len(helped), [*failed, *helped])
    left, right = length_matched(failed, helped)
    table("(a2) helped or failed, lengths matched", [False] * len(left) + [True] * len(right), [*left, *right])


def feedback(failed: Sequence[Read], learn: Sequence[Read], resamples: int) -> None:
    """(b) unit polarity against the feedback that follows."""

    def rated(reads: Sequence[Read]) -> list[Unit]:
        return [unit for one in reads for unit in one.units if unit.feedback is not None and unit.feedback != 3]

    units, others = rated(failed), rated(learn)
    sentiment = vader()
    predict = supervised([unit.after for unit in others], [str((unit.feedback or 0) >= 4) for unit in others])
    shorter = auc([(unit.feedback or 0) >= 4 for unit in others], [float(words_of(u.after).length) for u in others])
    sign = 1.0 if shorter >= 0.5 else -1.0
    scores = {
        "unit polarity": [unit.polarity for unit in units],
        f"{'longer' if sign > 0 else 'shorter'} seeker turn": [sign * words_of(u.after).length for u in units],
        "VADER of the seeker turn": [sentiment(unit.after) for unit in units],
        "ceiling: supervised words": list(predict([unit.after for unit in units])[1]),
    }
    truth = [(unit.feedback or 0) >= 4 for unit in units]
    compare("(b) feedback ≥ 4 or ≤ 2", truth, scores, [unit.dialogue for unit in units], resamples)


def confusion(truth: Sequence[str], told: Sequence[str]) -> NDArray[np.int64]:
    """8 × 9 counts; the last column is 'cannot be told'."""
    counts = np.zeros((len(STRATEGIES), len(STRATEGIES) + 1), dtype=np.int64)
    for real, guess in zip(truth, told, strict=True):
        counts[STRATEGIES.index(real), STRATEGIES.index(guess) if guess in STRATEGIES else -1] += 1
    return counts


def accuracy_and_f1(counts: NDArray[np.int64]) -> tuple[float, float]:
    square = counts[:, : len(STRATEGIES)]
    right = np.diag(square).astype(float)
    support, told = counts.sum(axis=1), square.sum(axis=0)
    f1 = np.divide(2 * right, support + told, out=np.zeros_like(right), where=(support + told) > 0)
    return float(right.sum() / counts.sum()), float(f1.mean())


def strategies(dialogues: Sequence[Dialogue], learn: Sequence[Dialogue], resamples: int) -> None:
    """(c) moves folded to ESConv's eight strategies against human labels, message by message."""

    def labelled(one: Dialogue) -> list[tuple[str, str, str]]:
        found, before = [], ""
        for turn in one.turns:
            if turn.speaker is Speaker.SEEKER:
                before = turn.text
            elif turn.strategies:
                found.append((turn.text, before, turn.strategies[0]))
        return found

    def fold(text: str, before: str) -> str:
        moves = primary_moves(text, seeker_before=before)
        strategy = moves[0].strategy if moves else None
        return strategy.value if strategy else ""

    told = [labelled(one) for one in dialogues]
    taught = [row for one in learn for row in labelled(one)]
    names = [real for _, _, real in taught]
    usual = max(STRATEGIES, key=names.count)
    model = supervised([text for text, _, _ in taught], names)
    guesses: dict[str, list[list[str]]] = {
        "embedded annotator": [[fold(text, before) for text, before, _ in rows] for rows in told],
        f"always {usual}": [[usual] * len(rows) for rows in told],
        "ceiling: supervised words": [model([text for text, _, _ in rows])[0] if rows else [] for rows in told],
    }
    total = sum(map(len, told))
    print(
        f"\n(c) eight strategies: {total} messages, {len(told)} dialogues   (quick rules of the literature: .40 / .36)"
    )
    random = np.random.default_rng(1)
    picks = [random.integers(len(told), size=len(told)) for _ in range(resamples)]
    truth = [[real for _, _, real in rows] for rows in told]
    for name, guess in guesses.items():
        each = np.stack([confusion(real, said) for real, said in zip(truth, guess, strict=True)])
        accuracy, f1 = accuracy_and_f1(each.sum(axis=0))
        draws = [accuracy_and_f1(each[pick].sum(axis=0)) for pick in picks]
        spread = [interval([draw[i] for draw in draws]) for i in (0, 1)]
        print(f"  {name:34} accuracy {accuracy:.3f} ({spread[0]})   macro-F1 {f1:.3f} ({spread[1]})")
        if name == "embedded annotator":
            whole = each.sum(axis=0)
            for row, strategy in enumerate(STRATEGIES):
                right, said = int(whole[row, row]), int(whole[:, row].sum())
                recall = right / max(1, int(whole[row].sum()))
                print(f"      {strategy:32} precision {right / max(1, said):.2f}   recall {recall:.2f}")
            print(f"      cannot be told: {whole[:, -1].sum() / total:.1%}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", type=Path, help="folder with ESConv.train.json and FailedESConv.json")
    parser.add_argument("--resamples", type=int, default=2000)
    parser.add_argument("--on", choices=("held-out", "written-on"), default="held-out", help="which part is scored")
    args = parser.parse_args()
    parts: dict[str, tuple[list[Dialogue], list[Dialogue]]] = {}
    for name in ("ESConv.train.json", "FailedESConv.json"):
        dialogues = read_dialogues(args.path / name).dialogues
        away = [one for one in dialogues if held_out(one.situation)]
        rest = [one for one in dialogues if not held_out(one.situation)]
        parts[name] = (away, rest) if args.on == "held-out" else (rest, away)
    (helped, helped_rest), (failed, failed_rest) = parts.values()
    print(f"{args.on}: {len(helped)} helped and {len(failed)} failed dialogues; {args.resamples} resamples by dialogue")
    failed_read = [read(index, one) for index, one in enumerate(failed)]
    outcomes(failed_read, [read(index, one) for index, one in enumerate(helped)], args.resamples)
    feedback(failed_read, [read(index, one) for index, one in enumerate(failed_rest)], args.resamples)
    strategies(helped, helped_rest, args.resamples)


if __name__ == "__main__":
    main()
