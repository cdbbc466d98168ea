"""Which seeds belong to which purpose? Streams that never meet: what led to a proposal never judges it."""

import hashlib
from enum import StrEnum


class Stream(StrEnum):
    """Purposes that draw seekers and seeds of their own."""

    DIAGNOSIS = "diagnosis"
    SCREEN = "screen"
    VERIFICATION = "verification"
    AUDIT = "audit"
    REPORT = "report"
    SIMULATE = "simulate"
    JUDGE = "judge"


def derived_seed(seed: int, stream: Stream, *what: object) -> int:
    """A seed of 48 bits for one purpose: from the run's seed, the stream and whatever else tells draws apart."""
    text = "\x1f".join([str(seed), stream.value, *map(str, what)])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6])
