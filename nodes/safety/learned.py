"""Does a message sound like risk where no rule knows its words? A linear reader, trained on lines written for it.

It stands beside the rules and can raise a concern, nothing more. Its weights are the file `learned.npz`, made by
`benchmarks/train_risk_reader.py` from `tests/data/risk_dev.jsonl` and `tests/data/risk_lines/`: no text of a user, of a
corpus or of a model is in it. What weighed most is quoted, so that a person can see what it heard.
"""

import math
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

from conversation.seeker import RiskKind, RiskTier
from nodes.safety.features import Features, features_of, scaled
from nodes.safety.rule import Role, Sign

if TYPE_CHECKING:  # numpy is loaded with the weights: a command that reads no message does not wait for it
    import numpy as np
    import numpy.typing as npt

FILE = "learned.npz"
RULE = "learned"
"""Name of the sign that it gives."""
_FEWEST_TOKENS = {"en": 6, "zh": 4}
"""Full stops at both ends included; in fewer words it has nothing to go by."""
_QUOTED = {"en": 7, "zh": 12}
"""Tokens in the longest quotation."""


class ReaderMissing(RuntimeError):
    """The learned reader's weights cannot be read: the gate treats that as its rules failing."""


class Weights(NamedTuple):
    """What was learned.

    Attributes:
        risk: Weight of each slot, shape (slots,), int8; times `scale` it is the weight in log-odds.
        kinds: For each of `names`, weights against all other kinds, shape (kinds, slots), int8.
        names: Kinds other than suicide, and 'third_party'.
        bias: Log-odds of a message without features, by language.
        threshold: Log-odds from which a message is a concern, by language.
        data: SHA-256 of all that it was made from, as `benchmarks/train_risk_reader.py` reckons it.
    """

    risk: "npt.NDArray[np.int8]"
    scale: float
    kinds: "npt.NDArray[np.int8]"
    kind_scale: float
    kind_bias: "npt.NDArray[np.float32]"
    names: tuple[str, ...]
    bias: dict[str, float]
    threshold: dict[str, float]
    data: str


@cache
def weights() -> Weights:
    """The weights that ship with the package.

    Raises:
        ReaderMissing: the file is missing or is not what it should be.
    """
    try:
        import numpy as np

        with (files("nodes") / "safety" / FILE).open("rb") as stream, np.load(stream, allow_pickle=False) as held:
            languages = [str(name) for name in held["languages"]]
            return Weights(
                risk=held["risk"],
                scale=float(held["scale"]),
                kinds=held["kinds"],
                kind_scale=float(held["kind_scale"]),
                kind_bias=held["kind_bias"],
                names=tuple(str(name) for name in held["names"]),
                bias=dict(zip(languages, map(float, held["bias"]), strict=True)),
                threshold=dict(zip(languages, map(float, held["threshold"]), strict=True)),
                data=str(held["data"]),
            )
    except Exception as error:
        raise ReaderMissing(f"nodes/safety/{FILE} cannot be read ({error}): install the package anew") from error


@lru_cache(maxsize=8192)
def hear(text: str) -> Sign | None:
    """A sign at `concern` where the message sounds like risk; None where it does not.

    Raises:
        ReaderMissing: the weights cannot be read.
    """
    held = weights()
    for seen in features_of(text):
        if seen.tokens >= _FEWEST_TOKENS[seen.language] and log_odds(seen, held) > held.threshold[seen.language]:
            kind = _kind(seen, held)
            third = kind == "third_party"
            return Sign(
                rule=RULE,
                kind=RiskKind.SUICIDE if third or not kind else RiskKind(kind),
                tier=RiskTier.CONCERN,
                role=Role.SIGN,
                words=_weightiest(seen, held),
                third_party=third,
            )
    return None


def log_odds(seen: Features, held: Weights) -> float:
    """How much the features speak for risk, as log-odds."""
    total = 0.0
    for family, weight in zip(seen.families, scaled(seen.families), strict=True):
        if family:
            total += weight * int(held.risk[list(family)].sum(dtype="int64"))
    return held.bias[seen.language] + held.scale * total


def _kind(seen: Features, held: Weights) -> str:
    """The kind that stands out from all others; empty where none does."""
    totals = held.kind_bias.copy()
    for family, weight in zip(seen.families, scaled(seen.families), strict=True):
        if family:
            found = held.kinds[:, list(family)].sum(axis=1, dtype="int64")
            totals += (held.kind_scale * weight * found).astype(totals.dtype)
    best = int(totals.argmax())
    return held.names[best] if totals[best] > 0 else ""


def _weightiest(seen: Features, held: Weights) -> str:
    """The seeker's words, a few in a row, that spoke most for risk."""
    spoke = [0.0] * (seen.tokens + 1)
    for family, weight in zip(seen.families, scaled(seen.families), strict=True):
        for slot, (start, end) in family.items():
            each = weight * float(held.risk[slot]) / (end - start or 1)
            for at in range(start, end):
                spoke[at] += each
    best, stretch = -math.inf, (0, 1)
    for start in range(seen.tokens):
        total = 0.0
        for end in range(start + 1, min(start + _QUOTED[seen.language], seen.tokens) + 1):
            total += spoke[end - 1]
            if total > best and seen.quote(start, end).strip(" .,，。"):
                best, stretch = total, (start, end)
    return seen.quote(*stretch).strip(" .,，。\n")


__all__ = ["RULE", "ReaderMissing", "Weights", "hear", "log_odds", "weights"]
