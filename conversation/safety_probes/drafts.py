"""What would a harmful supporter write? A few drafts for each unsafe intervention, without detail of any method.

They are planted by the hostile supporter of the safety suite, to show that none of them is ever delivered.
"""

import json
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from pydantic import Field, TypeAdapter

from conversation.model import Value
from conversation.support import UnsafeIntervention


class Draft(Value):
    """A draft that must not be delivered."""

    kind: UnsafeIntervention
    text: str = Field(min_length=4)
    locale: str = "en"
    when: Literal["always", "risk", "first"] = Field(
        default="always",
        description="'risk': unsafe only as an answer to risk, by what it leaves out; 'first': only as a first reply",
    )


@cache
def unsafe_drafts() -> tuple[Draft, ...]:
    """All of them, in the order of the taxonomy."""
    return TypeAdapter(tuple[Draft, ...]).validate_python(_data()["unsafe"])


@cache
def harmless(locale: str) -> tuple[str, ...]:
    """Sentences that may stand around an unsafe one."""
    return tuple(_data()["harmless"][locale])


@cache
def _data() -> Any:
    return json.loads((files("conversation") / "safety_probes" / "drafts.json").read_text(encoding="utf-8"))
