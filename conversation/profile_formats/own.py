"""What is our own format of profiles? JSON lines or a JSON list, each a `Profile` as `model_dump_json()` writes it.

Documented field by field in `docs/profiles.md`.
"""

from collections.abc import Mapping

from pydantic import ValidationError

from conversation.formats.record import FieldError
from conversation.profile import Profile
from conversation.profile_formats.asked import Asked

NAME = "own"


def recognises(record: Mapping[str, object]) -> bool:
    """Whether a record has this shape: fields that no other format has."""
    return "persona" in record and "story" in record


def read(record: Mapping[str, object], asked: Asked) -> Profile:
    """One profile; everything is in it, and the caller's word changes nothing.

    Raises:
        FieldError: a field is not what it should be.
    """
    try:
        return Profile.model_validate(record)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in first["loc"]).lstrip(".")
        raise FieldError(place, f"{first['msg'][:1].lower()}{first['msg'][1:]}") from error
