"""How does a record become a row, and a row a record? As JSON under a hash, with words and descriptions set apart."""

import hashlib
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from nodes.audit.record import AuditRecord
from nodes.audit.schema import TURN

_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
_APART = {"seeker", "reply", "models"}


@dataclass(frozen=True)
class Words:
    """What was written in a turn, where it may be kept."""

    salt: str
    seeker: str
    reply: str

    @property
    def seal(self) -> str:
        """What the record holds of the words: a hash that says nothing once the salt is erased with them."""
        return hashlib.sha256(json.dumps([self.salt, self.seeker, self.reply]).encode()).hexdigest()


@dataclass(frozen=True)
class Entry:
    """A record, as it is stored."""

    columns: dict[str, Any]
    words: Words | None
    models: str
    description: str


def entry(record: AuditRecord) -> Entry:
    """The record as it is stored."""
    words = None
    if record.seeker is not None or record.reply is not None:
        words = Words(secrets.token_hex(16), record.seeker or "", record.reply or "")
    models, description = _described(tuple(sorted(record.models.items())))
    data = record.model_dump(mode="json", exclude=_APART)
    data |= {"at": stamp(record.at), "models": models, "words": words.seal if words else ""}
    return Entry({**columns(data), "through": 0, "body": as_json(data)}, words, models, description)


def columns(data: Mapping[str, Any]) -> dict[str, Any]:
    """What of a record's data stands in columns of its own."""
    return {
        "kind": TURN,
        "at": data["at"],
        "conversation": data["conversation"],
        "message_id": data["message_id"],
        "run": data["run"],
        "tier": data["gate"]["tier"],
        "named": int(data["named"]),
    }


def record_in(
    body: str, describe: Callable[[str], str], seeker: str | None = None, reply: str | None = None
) -> AuditRecord:
    """The record of a row; `describe` gives the description of a hash."""
    data = json.loads(body)
    del data["words"]
    models = json.loads(describe(data["models"]))
    return AuditRecord.model_validate({**data, "models": models, "seeker": seeker, "reply": reply})


def stamp(moment: datetime) -> str:
    """A moment as text that sorts: UTC, with microseconds."""
    return moment.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


@lru_cache(maxsize=64)
def _described(models: tuple[tuple[str, str], ...]) -> tuple[str, str]:
    """Hash and text of a description: the same ones come with every turn."""
    text = as_json(dict(models))
    return sealed(text), text


def sealed(text: str) -> str:
    """SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def as_json(data: object) -> str:
    """JSON that is the same for the same data."""
    return _ENCODER.encode(data)
