"""Is the log as it was written? Every row's hash, its place in the chain, its columns, words and descriptions.

The chain shows what was changed, taken out or put in by somebody who did not write all later rows anew. Against one who
did, and against a cut at the end, only a hash helps that was noted elsewhere: `head`.
"""

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from nodes.audit.rows import Words, columns, sealed
from nodes.audit.schema import ERASED, PRUNED, TURN, descriptions, digest, log, words


def faults(connection: Connection, head: tuple[int, str] | None = None) -> tuple[str, ...]:
    """One line for each fault, in the order of the rows."""
    return tuple(_faults(connection, head))


def _faults(connection: Connection, head: tuple[int, str] | None) -> Iterator[str]:
    prunings = {
        row.through: json.loads(row.body).get("hash", "")
        for row in connection.execute(sa.select(log.c.through, log.c.body).where(log.c.kind == PRUNED))
        if _is_json(row.body)
    }
    erased = {
        row.conversation: row.number
        for row in connection.execute(
            sa.select(log.c.conversation, log.c.number).where(log.c.kind == ERASED).order_by(log.c.number)
        )
    }
    described = {row.hash: row.text for row in connection.execute(sa.select(descriptions))}
    kept = sa.select(log, words.c.salt, words.c.seeker, words.c.reply).select_from(
        log.outerjoin(words, words.c.number == log.c.number)
    )
    last, previous, noted = 0, "", head is None
    for row in connection.execute(kept.order_by(log.c.number).execution_options(yield_per=500)):
        if row.number != last + 1:
            if last == 0 and prunings.get(row.number - 1) == row.previous:
                previous = row.previous
            else:
                missing = f"row {last + 1} is" if row.number == last + 2 else f"rows {last + 1} to {row.number - 1} are"
                yield f"{missing} missing, and no pruning says so"
                previous = row.previous  # what follows is told on its own
        if row.previous != previous:
            yield f"row {row.number} does not follow row {last}: one of them was put in or exchanged"
        if digest(row.number, row.kind, row.previous, row.body) != row.hash:
            yield f"row {row.number} was changed: its content is not what its hash was made of"
        elif row.kind == TURN:
            yield from _faults_of_turn(row, described, erased)
        elif row.kind in (PRUNED, ERASED):
            yield from _faults_of_deletion(row)
        if head is not None and row.number == head[0]:
            noted = True
            if row.hash != head[1]:
                yield f"row {row.number} has another hash than the one that was noted"
        last, previous = row.number, row.hash
    if not noted and head is not None:
        gone = head[0] <= max(prunings, default=0)
        yield f"row {head[0]}, whose hash was noted, " + ("was pruned: note a newer one" if gone else "is missing")
    for key, text in described.items():
        if sealed(text) != key:
            yield f"description {key} was changed"
    strays = sa.select(words.c.number).where(words.c.number.not_in(sa.select(log.c.number))).order_by(words.c.number)
    for number in connection.execute(strays).scalars():
        yield f"words {number} belong to no row"


def _faults_of_turn(row: Row[Any], described: dict[str, str], erased: dict[str, int]) -> Iterator[str]:
    data = json.loads(row.body)
    for name, value in columns(data).items():
        if getattr(row, name) != value:
            yield f"row {row.number} was changed: its column '{name}' is not what its record says"
    if data["models"] not in described:
        yield f"row {row.number}: description {data['models']} is missing"
    if row.salt is None:
        if data["words"] and erased.get(row.conversation, 0) < row.number:
            yield f"row {row.number}: its words are missing, and no erasure says so"
    elif Words(row.salt, row.seeker, row.reply).seal != data["words"]:
        yield f"row {row.number}: its words were changed or put in"


def _faults_of_deletion(row: Row[Any]) -> Iterator[str]:
    data = json.loads(row.body)
    told = (row.at, row.through, row.conversation)
    if told != (data["at"], data.get("through", 0), data.get("conversation", "")):
        yield f"row {row.number} was changed: its columns are not what its record says"


def _is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except json.JSONDecodeError:
        return False
