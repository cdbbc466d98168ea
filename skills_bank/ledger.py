"""Which episodes are already paid for? Every one is kept the moment it ends, under all that determined it."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from conversation.episode import End, Episode, EpisodeKey
from conversation.model import Value
from skills_bank.journal import Journal, now
from skills_bank.schema import episodes, run_events


class RunEvent(Value):
    """Something that a run wrote down: its settings, a round, a diagnosis, a proposal, a verdict."""

    number: int
    kind: str
    at: str
    payload: Any


class Ledger:
    """Episodes and runs. Same database and migrations as the journal.

    `put` and `record` have reached the disk when they return (`journal.py` says how); there is no buffer to lose.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def put(self, episode: Episode, *, run: str) -> bool:
        """Keep an episode; True if it is new.

        A scored or otherwise finished episode stands for good: the same key and stage again is ignored. One that
        ended in an error is kept as well, and a later attempt is laid on top of it.
        """
        row = {
            "key_hash": key_hash(episode.key),
            "stage": episode.stage,
            "run": run,
            "ended": episode.end.value,
            "put_at": now(),
            "body": episode.model_dump_json(),
        }
        mine = sa.and_(episodes.c.key_hash == row["key_hash"], episodes.c.stage == row["stage"])
        while True:
            try:
                with self._journal.writing() as connection:
                    earlier = list(connection.execute(sa.select(episodes.c.ended).where(mine)).scalars())
                    if any(ended != End.ERROR for ended in earlier):
                        return False
                    connection.execute(episodes.insert().values(attempt=len(earlier), **row))
                return True
            except sa.exc.IntegrityError:  # PostgreSQL: another process put the same attempt; look again
                continue

    def get(self, key: EpisodeKey, stage: str) -> Episode | None:
        """The latest episode of that key within that stage, None if there is none. It may have ended in an error."""
        query = (
            sa.select(episodes.c.body)
            .where(episodes.c.key_hash == key_hash(key), episodes.c.stage == stage)
            .order_by(episodes.c.attempt.desc())
            .limit(1)
        )
        with self._journal.reading() as connection:
            body = connection.execute(query).scalar()
        return None if body is None else Episode.model_validate_json(body)

    def episodes(self, *, run: str | None = None, stage: str | None = None) -> Iterator[Episode]:
        """All attempts, in the order in which they were put, of one run or stage or of all."""
        query = sa.select(episodes.c.body)
        for column, wanted in ((episodes.c.run, run), (episodes.c.stage, stage)):
            if wanted is not None:
                query = query.where(column == wanted)
        order = query.order_by(episodes.c.number)
        with self._journal.reading() as connection:
            bodies = connection.execute(order).scalars().all()
        return (Episode.model_validate_json(body) for body in bodies)

    def counts(self, *, run: str | None = None) -> Counter[tuple[str, str]]:
        """How many episodes there are by (stage, how they ended)."""
        query = sa.select(episodes.c.stage, episodes.c.ended, sa.func.count()).group_by(
            episodes.c.stage, episodes.c.ended
        )
        if run is not None:
            query = query.where(episodes.c.run == run)
        with self._journal.reading() as connection:
            return Counter({(stage, ended): count for stage, ended, count in connection.execute(query)})

    def record(self, run: str, kind: str, payload: Any) -> int:
        """Write down an event of a run (pydantic model or plain JSON data); its number, which only grows."""
        from skills_bank.generations import as_json

        with self._journal.writing() as connection:
            done = connection.execute(
                run_events.insert().values(run=run, kind=kind, at=now(), payload=as_json(payload))
            )
            key = done.inserted_primary_key
        assert key is not None  # noqa: S101 - every database we support returns the key it gave
        return int(key[0])

    def read(self, run: str, kind: str | None = None) -> list[RunEvent]:
        """The events of a run in the order in which they were recorded, of one kind or of all."""
        query = sa.select(run_events.c.number, run_events.c.kind, run_events.c.at, run_events.c.payload).where(
            run_events.c.run == run
        )
        if kind is not None:
            query = query.where(run_events.c.kind == kind)
        with self._journal.reading() as connection:
            rows = connection.execute(query.order_by(run_events.c.number)).all()
        return [RunEvent(number=r.number, kind=r.kind, at=r.at, payload=json.loads(r.payload)) for r in rows]

    def runs(self) -> list[str]:
        """Ids of all runs that recorded something, oldest first."""
        query = sa.select(run_events.c.run).group_by(run_events.c.run).order_by(sa.func.min(run_events.c.number))
        with self._journal.reading() as connection:
            return list(connection.execute(query).scalars())


def key_hash(key: EpisodeKey) -> str:
    """SHA-256 of a key, the same whatever the order of its models."""
    text = json.dumps(key.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
