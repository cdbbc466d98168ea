"""How does the embedded engine draw? From a seed and the things drawn for, the same on every machine."""

import hashlib
import random
from collections.abc import Sequence
from typing import TypeVar

Item = TypeVar("Item")


def stream(seed: int, *what: object) -> random.Random:
    """A random stream of its own for each (seed, what): independent of call order, process and Python's hash seed."""
    digest = hashlib.sha256("\x1f".join([str(seed), *map(str, what)]).encode()).digest()
    return random.Random(int.from_bytes(digest[:8]))


def pick(items: Sequence[Item], seed: int, *what: object) -> Item:
    """One item, drawn evenly. The items must not be empty."""
    return items[stream(seed, *what).randrange(len(items))]
