"""Which format does a dialogue file have? The one that most of its first records look like, or the one named."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from conversation.dialogue import Dialogue
from conversation.formats import episodes, esconv, esconv_lines, failed_esconv, own, sage

LOOKED_AT = 20
"""Records looked at: the first one alone may be the bad one."""


@dataclass(frozen=True)
class Format:
    """A reader: its name, whether a record looks like it, and how one is read."""

    name: str
    recognises: Callable[[Mapping[str, object]], bool]
    read: Callable[[Mapping[str, object]], Dialogue]


FORMATS = {
    module.NAME: Format(module.NAME, module.recognises, module.read)
    for module in (esconv, failed_esconv, esconv_lines, sage, episodes, own)
}


class UnknownFormat(ValueError):
    """No reader fits, or none has the name that was given."""


def format_named(name: str) -> Format:
    """The format of that name.

    Raises:
        UnknownFormat: there is none.
    """
    try:
        return FORMATS[name]
    except KeyError:
        raise UnknownFormat(f"no dialogue format '{name}'; there are {', '.join(FORMATS)}") from None


def recognise(records: Sequence[object], file: str) -> Format:
    """The format that most of the first records look like.

    Raises:
        UnknownFormat: none of them looks like any.
    """
    seen = [record for record in records[:LOOKED_AT] if isinstance(record, Mapping)]
    counts = {name: sum(form.recognises(record) for record in seen) for name, form in FORMATS.items()}
    best = max(counts, key=lambda name: counts[name])
    if not counts[best]:
        raise UnknownFormat(
            f"{file}: no known dialogue format; name one with --format ({', '.join(FORMATS)}) or see docs/formats.md"
        )
    return FORMATS[best]
