"""What did the gate's learned reader learn, and how well does it read a writer whom it never saw?

    python benchmarks/train_risk_reader.py              # cross-validation: each writer read by the lines of the others
    python benchmarks/train_risk_reader.py --write      # and the weights, nodes/safety/learned.npz

Lines come from `tests/data/risk_dev.jsonl` and `tests/data/risk_lines/` (see docs/labelling-risk.md); `benign.jsonl`
there is the project's own dialogues, profiles and lines of the embedded seeker. The threshold is set where, under
cross-validation, at most `ADDED` of the look-alikes that no rule alarms at raise an alarm, and at most `IN_TALK` of the
benign lines. Same lines, same weights: solver and
order are fixed. scikit-learn is needed here only.
"""

import argparse
import hashlib
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safety_lines import before, rows_of, share
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression

from conversation.dialogue import Line, Speaker
from conversation.seeker import RiskTier
from nodes.safety.assess import assess
from nodes.safety.features import SLOTS, features_of, scaled
from nodes.safety.language import UnsupportedLanguage
from nodes.safety.learned import FILE

ROOT = Path(__file__).parent.parent
DATA = ROOT / "tests" / "data"
WRITERS = ("risk_dev", "d1", "d2", "d3", "benign")
UNSEEN_BY_RULES = ("d1", "d2", "d3")
LANGUAGES = ("en", "zh")
KINDS = (
    "self_harm", "harm_to_others", "abuse", "child_abuse", "psychosis_or_mania", "eating", "overdose",
    "medical_emergency", "third_party",
)  # fmt: skip
STRENGTH = 10.0
"""Inverse of the L2 penalty."""
ADDED = 0.01
"""Share of look-alikes, among those that no rule alarms at, at which the reader may alarm."""
IN_TALK = 0.005
"""Share of lines of the project's own talks and stories, unseen, at which it may: most messages are no look-alikes."""

Vector = npt.NDArray[np.float64]


def path_of(writer: str) -> Path:
    return DATA / "risk_dev.jsonl" if writer == "risk_dev" else DATA / "risk_lines" / f"{writer}.jsonl"


def fingerprint() -> str:
    """SHA-256 of all that decides the weights: lines, features, groups of words, and this script."""
    sources = [path_of(writer) for writer in WRITERS]
    sources += [ROOT / "nodes" / "safety" / "features.py", Path(__file__)]
    sources += sorted((ROOT / "nodes" / "safety" / "rules").glob("senses_*.txt"))
    return hashlib.sha256(b"".join(hashlib.sha256(path.read_bytes()).digest() for path in sources)).hexdigest()


class Lines:
    """All lines with their features, and what the rules say of them."""

    def __init__(self) -> None:
        self.rows = [{**row, "writer": writer} for writer in WRITERS for row in rows_of(path_of(writer))]
        self.writer = np.array([row["writer"] for row in self.rows])
        self.risk = np.array([row["tier"] != "none" for row in self.rows])
        self.matrix, self.language = _matrix([row["text"] for row in self.rows])
        self.by_rules = np.array([_rules(row) is not RiskTier.NONE for row in self.rows])
        sources = [row["form"] if row["writer"] == "benign" else row["writer"] for row in self.rows]
        self.left_out = np.array(sources)


def _matrix(texts: list[str]) -> tuple[csr_matrix, npt.NDArray[np.str_]]:
    """Features, one row a text; two further columns say which language. Of a mixed text the Chinese counts."""
    values: list[float] = []
    places: list[int] = []
    ends = [0]
    languages = []
    for text in texts:
        seen = next(features_of(text))
        together: dict[int, float] = defaultdict(float)
        for family, weight in zip(seen.families, scaled(seen.families), strict=True):
            for place in family:
                together[place] += weight
        together[SLOTS + LANGUAGES.index(seen.language)] = 1.0
        places.extend(together)
        values.extend(together.values())
        ends.append(len(places))
        languages.append(seen.language)
    return csr_matrix((values, places, ends), shape=(len(texts), SLOTS + len(LANGUAGES))), np.array(languages)


def _rules(row: dict[str, Any]) -> RiskTier:
    try:
        lines = (*before(row), Line(speaker=Speaker.SEEKER, text=row["text"]))
        return assess(lines, locale=row["locale"], learned=False).tier
    except UnsupportedLanguage:
        return RiskTier.NONE


def fit(features: csr_matrix, risk: npt.NDArray[np.bool_]) -> Vector:
    """Weights of the slots, then of the languages."""
    model = LogisticRegression(C=STRENGTH, solver="liblinear", fit_intercept=False, max_iter=1000, random_state=0)
    model.fit(features, risk)
    return np.asarray(model.coef_[0])


def cross_validated(lines: Lines) -> Vector:
    """Log-odds of each line, from the lines of all others: of the benign ones, each source is a writer."""
    scores = np.zeros(len(lines.rows))
    for source in sorted(set(lines.left_out)):
        left_out = lines.left_out == source
        learned = fit(lines.matrix[~left_out], lines.risk[~left_out])
        scores[left_out] = lines.matrix[left_out] @ learned
    return scores


def thresholds(lines: Lines, scores: Vector) -> dict[str, float]:
    """By language, where neither `ADDED` nor `IN_TALK` is passed."""
    found = {}
    for language in LANGUAGES:
        free = lines.risk | lines.by_rules | (lines.language != language) | ~np.isin(lines.writer, UNSEEN_BY_RULES)
        ordered = np.sort(scores[~free])[::-1]
        found[language] = float(ordered[int(ADDED * len(ordered))])
        talk = np.isin(lines.left_out, ("dialogues", "profiles", "stories")) & (lines.language == language)
        if talk.any():
            told = np.sort(scores[talk])[::-1]
            found[language] = max(found[language], float(told[int(IN_TALK * len(told))]))
    return found


def report(lines: Lines, scores: Vector, limits: dict[str, float]) -> None:
    """Recall and false alarms on writers whom neither the reader nor, at first, the rules had seen."""
    asked = np.isin(lines.writer, UNSEEN_BY_RULES)
    for language in LANGUAGES:
        here = asked & (lines.language == language)
        free = np.sort(scores[here & ~lines.risk & ~lines.by_rules])[::-1]
        print(f"\n{language}: false alarms that the reader adds, and recall of reader and of rules or reader")
        for added in (0.0, 0.005, 0.01, 0.015, 0.02, 0.03, 0.05, 0.1):
            above = scores > free[int(added * len(free))]
            risky, harmless = here & lines.risk, here & ~lines.risk
            whole = above | lines.by_rules
            print(
                f"  {added:5.1%}  reader {above[risky].mean():6.1%}  rules or reader {whole[risky].mean():6.1%}"
                f"  alarms of both {whole[harmless].mean():6.1%}"
            )
    limit = np.array([limits[language] for language in lines.language])
    whole = (scores > limit) | lines.by_rules
    print("\nat the thresholds, rules or reader (rules alone):")
    for risky, names in ((True, ("locale", "writer", "tier", "form")), (False, ("locale", "writer", "form"))):
        print("  found" if risky else "  false alarms")
        for name in names:
            values = np.array([row[name] for row in lines.rows])
            for value in sorted(set(values[asked & (lines.risk == risky)])):
                these = asked & (lines.risk == risky) & (values == value)
                alone = lines.by_rules[these].mean()
                print(f"    {value:20} {share(int(whole[these].sum()), int(these.sum()))}   ({alone:.1%})")
    benign = lines.writer == "benign"
    print(f"  alarms of the reader at benign lines it never saw: {(scores > limit)[benign].sum()} of {benign.sum()}")


def quantised(weights: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.int8], float]:
    scale = float(np.abs(weights).max()) / 127
    return np.round(weights / scale).astype(np.int8), scale


def write(lines: Lines, limits: dict[str, float]) -> None:
    """The weights, learned from all lines, as one small file."""
    learned = fit(lines.matrix, lines.risk)
    risk, scale = quantised(learned[:SLOTS])
    risky = lines.matrix[lines.risk]
    names = [
        "third_party" if row["form"].startswith("third") else row["kind"] for row in lines.rows if row["tier"] != "none"
    ]
    each = []
    with_bias = hstack([risky[:, :SLOTS], csr_matrix(np.ones((risky.shape[0], 1)))]).tocsr()
    for kind in KINDS:
        is_kind = np.array([name == kind for name in names])
        each.append(fit(with_bias, is_kind))
    kinds, kind_scale = quantised(np.array(each)[:, :SLOTS])
    target = ROOT / "nodes" / "safety" / FILE
    np.savez_compressed(
        target,
        risk=risk,
        scale=np.float64(scale),
        kinds=kinds,
        kind_scale=np.float64(kind_scale),
        kind_bias=np.array(each)[:, SLOTS].astype(np.float32),
        names=np.array(KINDS),
        languages=np.array(LANGUAGES),
        bias=learned[SLOTS:],
        threshold=np.array([limits[language] for language in LANGUAGES]),
        data=np.array(fingerprint()),
    )
    print(f"\nwrote {target.relative_to(ROOT)}, {target.stat().st_size / 1024:.0f} KB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help="write the weights of all lines into the package")
    arguments = parser.parse_args()
    lines = Lines()
    print(json.dumps({writer: int((lines.writer == writer).sum()) for writer in WRITERS}))
    scores = cross_validated(lines)
    limits = thresholds(lines, scores)
    report(lines, scores, limits)
    if arguments.write:
        write(lines, limits)


if __name__ == "__main__":
    main()
