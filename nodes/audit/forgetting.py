"""How does something leave a log that only grows? Under a row that says so, and that carries the counts over."""

import json
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from nodes.audit.referrals import Referrals, counted
from nodes.audit.rows import as_json, record_in
from nodes.audit.schema import ERASED, PRUNED, TURN, in_year, log, words


@dataclass(frozen=True)
class Pruning:
    """The row of a pruning, and how many turns go."""

    columns: dict[str, Any]
    turns: int


def counts_of(connection: Connection, within: sa.ColumnElement[bool], year: int) -> Referrals:
    """The counts of a year over some rows."""
    turns = sa.select(
        sa.func.count(),
        sa.func.count(sa.distinct(sa.case((log.c.conversation != "", log.c.conversation)))),
        sa.func.count(sa.case((log.c.conversation == "", 1))),
    ).where(log.c.kind == TURN, within)
    all_turns, conversations, loose = connection.execute(turns).one()
    bodies = sa.select(log.c.body).where(log.c.kind == TURN, log.c.named == 1, within).order_by(log.c.number)
    rows = connection.execute(bodies.execution_options(yield_per=500)).scalars()
    return Referrals(
        year=year,
        cells=counted(record_in(body, lambda _: "{}") for body in rows),
        turns=all_turns,
        conversations=conversations,
        loose_turns=loose,
    )


def carried(connection: Connection, year: int, through: int | None = None) -> Referrals:
    """The counts of a year that prunings have carried over; with `through`, of those in rows up to it."""
    prunings = sa.select(log.c.body).where(log.c.kind == PRUNED)
    if through is not None:
        prunings = prunings.where(log.c.number <= through)
    total = Referrals(year=year)
    for body in connection.execute(prunings).scalars():
        for counts in json.loads(body)["counts"]:
            if counts["year"] == year:
                total = total.plus(Referrals.model_validate(counts))
    return total


def pruning(connection: Connection, before: str, at: str) -> Pruning | None:
    """The row of a pruning of the turns before a moment; None when there are none."""
    turns = log.c.kind == TURN
    stays = connection.execute(sa.select(sa.func.min(log.c.number)).where(turns, log.c.at >= before)).scalar()
    last = connection.execute(sa.select(sa.func.max(log.c.number))).scalar() or 0
    through = last if stays is None else stays - 1
    goes = sa.and_(turns, log.c.number <= through)
    gone = connection.execute(sa.select(sa.func.count()).where(goes)).scalar_one()
    if not gone:
        return None
    head = connection.execute(sa.select(log.c.hash).where(log.c.number == through)).scalar_one()
    until = connection.execute(sa.select(sa.func.max(log.c.at)).where(goes)).scalar_one()
    begun = sa.select(sa.func.substr(log.c.at, 1, 4)).where(goes).distinct()
    years = {int(year) for year in connection.execute(begun).scalars()}
    earlier = sa.select(log.c.body).where(log.c.kind == PRUNED, log.c.number <= through)
    for body in connection.execute(earlier).scalars():
        years |= {counts["year"] for counts in json.loads(body)["counts"]}
    counts = []
    for year in sorted(years):
        within = sa.and_(log.c.number <= through, in_year(year))
        both = counts_of(connection, within, year).plus(carried(connection, year, through))
        counts.append(both.model_dump(mode="json"))
    body = {"at": at, "through": through, "hash": head, "turns": gone, "until": until, "counts": counts}
    return Pruning(_row(PRUNED, at, "", through, body), gone)


def erasure(conversation: str, turns: int, at: str) -> dict[str, Any]:
    """The row of an erasure of the words of a conversation."""
    return _row(ERASED, at, conversation, 0, {"at": at, "conversation": conversation, "turns": turns})


def words_of(connection: Connection, conversation: str) -> int:
    """Of how many turns of a conversation the words are kept."""
    return connection.execute(
        sa.select(sa.func.count()).select_from(words).where(words.c.conversation == conversation)
    ).scalar_one()


def drop_words(connection: Connection, conversation: str) -> None:
    """Delete the words of a conversation; its erasure has been added."""
    connection.execute(words.delete().where(words.c.conversation == conversation))


def drop_through(connection: Connection, through: int) -> None:
    """Delete everything up to a row; the pruning has been added."""
    connection.execute(words.delete().where(words.c.number <= through))
    connection.execute(log.delete().where(log.c.number <= through))


def _row(kind: str, at: str, conversation: str, through: int, body: dict[str, Any]) -> dict[str, Any]:
    return {
        "kind": kind,
        "at": at,
        "conversation": conversation,
        "message_id": "",
        "run": "",
        "tier": "",
        "named": 0,
        "through": through,
        "body": as_json(body),
    }
