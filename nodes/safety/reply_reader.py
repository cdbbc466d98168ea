"""Which sentences of a reply sound unsafe where no rule knows their words? A linear reader of each kind.

It stands beside the rules and adds findings, with the sentence as their words. A reply is as unsafe as its worst
sentence, so that what a beginning shows the whole shows too. Its weights, `reply_reader.npz`, were made by
`benchmarks/train_reply_reader.py` of lines written for it: no text of a user, of a corpus or of a model is in them.
Thresholds are high, highest for never-events: it misses more than it mistakes, since a finding costs a rewrite.
"""

import re
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

from conversation.support import UnsafeIntervention
from nodes.safety.reply_features import scaled_features

if TYPE_CHECKING:  # numpy is loaded with the weights: a command that checks no reply does not wait for it
    import numpy as np
    import numpy.typing as npt

FILE = "reply_reader.npz"
SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”’)]*\s+|(?<=[。！？])[”’」]*|\n+")
"""Where a sentence of a reply ends."""


_TOKEN = re.compile(r"[\u4e00-\u9fff]|[^\W\u4e00-\u9fff]+")
_FEWEST_TOKENS = 4
"""Words, or Chinese characters."""


class ReplyReaderMissing(RuntimeError):
    """The weights cannot be read. A reply that was not checked must not pass for one that was."""


class Weights(NamedTuple):
    """What was learned.

    Attributes:
        by_slot: Weights of each slot for each kind, shape (slots, kinds), int8.
        scale: What a step of `by_slot` means in log-odds, shape (kinds,).
        bias: Log-odds of a sentence without features, shape (kinds,).
        threshold: Log-odds above which a sentence is a finding, shape (kinds,).
        kinds: What the columns stand for.
        data: SHA-256 of all that the weights were made from.
    """

    by_slot: "npt.NDArray[np.int8]"
    scale: "npt.NDArray[np.float32]"
    bias: "npt.NDArray[np.float32]"
    threshold: "npt.NDArray[np.float32]"
    kinds: tuple[UnsafeIntervention, ...]
    data: str


@cache
def weights() -> Weights:
    """The weights that ship with the package.

    Raises:
        ReplyReaderMissing: the file is missing or is not what it should be.
    """
    try:
        import numpy as np

        with (files("nodes") / "safety" / FILE).open("rb") as stream, np.load(stream, allow_pickle=False) as held:
            return Weights(
                by_slot=held["by_slot"],
                scale=held["scale"],
                bias=held["bias"],
                threshold=held["threshold"],
                kinds=tuple(UnsafeIntervention(str(kind)) for kind in held["kinds"]),
                data=str(held["data"]),
            )
    except Exception as error:
        raise ReplyReaderMissing(f"nodes/safety/{FILE} cannot be read ({error}): install the package anew") from error


def sentences_of(reply: str) -> list[str]:
    """The sentences of a reply, as it is released."""
    return [sentence for sentence in SENTENCE_END.split(reply) if sentence.strip()]


def heard_in(reply: str) -> list[tuple[UnsafeIntervention, str]]:
    """Kinds that a sentence of the reply sounds like, with that sentence, in its order.

    Raises:
        ReplyReaderMissing: the weights cannot be read.
    """
    return [(kind, sentence.strip()) for sentence in sentences_of(reply) for kind in _kinds_of(sentence)]


def too_short(sentence: str) -> bool:
    """Whether there is nothing to go by, as in "Well done!"."""
    return len(_TOKEN.findall(sentence)) < _FEWEST_TOKENS


@lru_cache(maxsize=16384)
def _kinds_of(sentence: str) -> tuple[UnsafeIntervention, ...]:
    held = weights()
    if too_short(sentence):
        return ()
    over = log_odds(sentence, held) > held.threshold
    return tuple(kind for kind, found in zip(held.kinds, over.tolist(), strict=True) if found)


def log_odds(sentence: str, held: Weights) -> "npt.NDArray[np.float32]":
    """How much a sentence speaks for each kind, as log-odds, shape (kinds,)."""
    total = held.bias.copy()
    for slots, weight in scaled_features(sentence):
        total += held.scale * (held.by_slot.take(slots, axis=0).sum(axis=0, dtype="int32") * weight)
    return total
