"""How often were people referred to crisis services in a year? Counts by month, kind of risk and region.

California's SB 243 asks operators of companion chatbots for the number of crisis referrals of the year before.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import TypeVar

from pydantic import Field

from conversation.model import Value
from nodes.audit.record import AuditRecord

UNKNOWN = "unknown"

Key = TypeVar("Key", int, str)


class Cell(Value):
    """The counts of one month, kind and region."""

    month: int = Field(ge=1, le=12)
    kind: str
    region: str
    referrals: int = Field(ge=0, description="crises in which a service was named: each once, when it was first named")
    notifications: int = Field(ge=0, description="replies that named a service, every one")


class Count(Value):
    """Referrals and notifications together."""

    referrals: int = 0
    notifications: int = 0


class Referrals(Value):
    """What was counted in one calendar year, in UTC."""

    year: int
    cells: tuple[Cell, ...] = ()
    turns: int = 0
    conversations: int = Field(default=0, description="threads; one that a pruning cut in two counts twice")
    loose_turns: int = Field(default=0, description="turns outside any thread, which belong to no countable one")

    @property
    def total(self) -> Count:
        """Of the whole year."""
        return self._by(lambda cell: "all").get("all", Count())

    @property
    def months(self) -> dict[int, Count]:
        """By month, 1 to 12, also those without any."""
        found = self._by(lambda cell: cell.month)
        return {month: found.get(month, Count()) for month in range(1, 13)}

    @property
    def kinds(self) -> dict[str, Count]:
        """By kind of risk; 'unknown' where the gate failed or read no risk."""
        return self._by(lambda cell: cell.kind)

    @property
    def regions(self) -> dict[str, Count]:
        """By region as it was configured; 'unknown' where none was."""
        return self._by(lambda cell: cell.region)

    def plus(self, other: "Referrals") -> "Referrals":
        """Both counts of the same year together."""
        return Referrals(
            year=self.year,
            cells=_cells((*self.cells, *other.cells)),
            turns=self.turns + other.turns,
            conversations=self.conversations + other.conversations,
            loose_turns=self.loose_turns + other.loose_turns,
        )

    def _by(self, key: Callable[[Cell], Key]) -> dict[Key, Count]:
        counts: dict[Key, Count] = {}
        for cell in self.cells:
            before = counts.get(key(cell), Count())
            counts[key(cell)] = Count(
                referrals=before.referrals + cell.referrals, notifications=before.notifications + cell.notifications
            )
        return dict(sorted(counts.items()))


def counted(records: Iterable[AuditRecord]) -> tuple[Cell, ...]:
    """The cells of records that name a service.

    A message that was answered twice (a turn that was run again from an earlier checkpoint) notified twice, and was
    referred once.
    """
    cells: list[Cell] = []
    seen: set[tuple[str, str]] = set()
    for record in records:
        message = (record.conversation, record.message_id)
        again = bool(record.conversation) and message in seen
        if record.referred:
            seen.add(message)
        cells.append(
            Cell(
                month=record.at.month,
                kind=record.kind.value if record.kind else UNKNOWN,
                region=record.region or UNKNOWN,
                referrals=int(record.referred and not again),
                notifications=int(record.named),
            )
        )
    return _cells(cells)


def _cells(cells: Iterable[Cell]) -> tuple[Cell, ...]:
    referrals: Counter[tuple[int, str, str]] = Counter()
    notifications: Counter[tuple[int, str, str]] = Counter()
    for cell in cells:
        key = (cell.month, cell.kind, cell.region)
        referrals[key] += cell.referrals
        notifications[key] += cell.notifications
    return tuple(
        Cell(month=month, kind=kind, region=region, referrals=referrals[key], notifications=notifications[key])
        for key in sorted(referrals)
        for month, kind, region in (key,)
    )
