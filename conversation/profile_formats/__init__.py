"""How is a file of profiles read? Its format is recognised or named; each record becomes a `Profile` or is refused.

What a source does not give stays empty: such seekers are for language models (`Profile.unplayable` says why).
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from conversation.formats.lines import records_of
from conversation.formats.record import BadDialogue, BadRecord, FieldError, described
from conversation.model import Value
from conversation.profile import Profile
from conversation.profile_formats import esc_judge, own, sage
from conversation.profile_formats.asked import Asked

__all__ = ["FORMATS", "Asked", "ProfileReading", "UnknownProfileFormat", "read_profiles"]

FORMATS = {module.NAME: module for module in (own, sage, esc_judge)}
_LOOKED_AT = 20


class UnknownProfileFormat(ValueError):
    """No reader fits, or none has the name that was given."""


class ProfileReading(Value):
    """What a file held."""

    format: str
    profiles: tuple[Profile, ...]
    refused: tuple[BadRecord, ...] = ()


def read_profiles(
    path: Path, *, format: str | None = None, skip_bad: bool = False, asked: Asked | None = None
) -> ProfileReading:
    """Every profile of a file: a JSON list, or JSON lines.

    Args:
        path: The file, UTF-8.
        format: One of `FORMATS`; recognised when None.
        skip_bad: Go on after a bad record and count it, instead of raising.
        asked: What the caller decides where the source is silent: the split, the hidden intention.

    Raises:
        OSError: the file cannot be opened.
        UnknownProfileFormat: the format is not recognised, or the name is not known.
        NoIntention: the format has no hidden intentions, and the caller gave none.
        BadDialogue: a record is not what it should be (only without `skip_bad`), or the file is no JSON at all.
    """
    if format is not None and format not in FORMATS:
        raise UnknownProfileFormat(f"no profile format '{format}'; there are {', '.join(FORMATS)}")
    records = records_of(path)
    chosen = FORMATS[format or _recognised(records, path)]
    profiles: dict[str, Profile] = {}
    refused: list[BadRecord] = []
    for number, record in enumerate(records, 1):
        try:
            if isinstance(record, BadRecord):
                raise BadDialogue(record)
            if not isinstance(record, Mapping):
                raise FieldError("record", "an object")
            profile = chosen.read(record, asked or Asked())
            if profile.id in profiles:
                raise FieldError("id", f"an id of its own, got '{profile.id}' again")
            profiles[profile.id] = profile
        except FieldError as error:
            refused.append(described(path, number, error))
        except BadDialogue as error:
            refused.append(error.bad)
        if refused and not skip_bad:
            raise BadDialogue(refused[0])
    return ProfileReading(format=chosen.NAME, profiles=tuple(profiles.values()), refused=tuple(refused))


def _recognised(records: Sequence[object], path: Path) -> str:
    seen = [record for record in records[:_LOOKED_AT] if isinstance(record, Mapping)]
    counts: dict[str, int] = {name: sum(map(form.recognises, seen)) for name, form in FORMATS.items()}
    best = max(counts, key=lambda name: counts[name])
    if not counts[best]:
        raise UnknownProfileFormat(
            f"{path}: no known profile format; name one with --format ({', '.join(FORMATS)}) or see docs/profiles.md"
        )
    return best
