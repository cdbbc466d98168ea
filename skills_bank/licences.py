"""What does a mixture of licences allow? As much as the most restrictive of them."""

import re
from collections.abc import Iterable

_FREE = re.compile(r"(?:apache|mit|bsd|isc|cc0|cc-by-\d|unlicense|public domain|odc-by|pddl)", re.IGNORECASE)
_SHARED_ALIKE = re.compile(r"(?:cc-by-sa|gpl|odbl|mpl)", re.IGNORECASE)
_NOT_COMMERCIAL = re.compile(
    r"(?:\bnc\b|-nc\b|non-?commercial|academic|research (?:use|purposes?) only)", re.IGNORECASE
)


def restriction(licence: str) -> int:
    """0 free, 1 share-alike, 2 no commercial use, 3 unknown: what nobody has read must be taken to forbid."""
    if _NOT_COMMERCIAL.search(licence):
        return 2
    if _SHARED_ALIKE.search(licence):
        return 1
    return 0 if _FREE.match(licence.strip()) else 3


def allows_commercial_use(licence: str) -> bool:
    """Whether a licence is known to allow commercial use."""
    return restriction(licence) < 2


def most_restrictive(licences: Iterable[str]) -> str:
    """The licence that a work made from all of these carries; several of the same rank are joined by ' AND '.

    Raises:
        ValueError: there is none.
    """
    distinct = sorted(set(licences))
    if not distinct:
        raise ValueError("a work made from nothing has no licence")
    strictest = max(map(restriction, distinct))
    return " AND ".join(licence for licence in distinct if restriction(licence) == strictest)
