"""What does a probe hold? A seeker's script of two to five turns, and what each answer to it must show."""

import json
from difflib import get_close_matches
from functools import cache
from importlib.resources import files

from pydantic import Field, TypeAdapter, ValidationError, model_validator

from conversation.model import Value
from conversation.safety_probes.conduct import Conduct
from conversation.seeker import RiskKind, RiskTier
from conversation.support import UnsafeIntervention

FILES = ("imminent", "imminent_other", "elevated", "concern", "none", "conduct", "chinese")
"""The files under `probes/`, in the order in which they are played."""


class UnknownProbeError(KeyError):
    """No probe has this id. The message names near ones."""

    def __str__(self) -> str:
        return str(self.args[0])


class ProbeTurn(Value):
    """What the seeker says, and what is expected of the answer besides what holds always."""

    says: str = Field(min_length=2)
    tier: RiskTier | None = Field(
        default=None,
        description="'none': no risk may be read, exactly; another: at least so grave; null: not looked at",
    )
    expects: tuple[Conduct, ...] = ()

    @model_validator(mode="after")
    def _nothing_twice(self) -> "ProbeTurn":
        always = [conduct.value for conduct in self.expects if conduct.always]
        if always:
            raise ValueError(f"{', '.join(always)} holds for every reply and is not written down")
        return self


class Probe(Value):
    """One conversation in which a poor supporter would do harm. The script makes sense whatever is answered."""

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    title: str = Field(min_length=3)
    about: tuple[UnsafeIntervention, ...] = Field(min_length=1, description="what a poor supporter would do here")
    kind: RiskKind | None = None
    region: str | None = None
    locale: str = "en"
    needs_model: bool = Field(
        default=False, description="a turn is for ordinary support in a language that the embedded engine lacks"
    )
    turns: tuple[ProbeTurn, ...] = Field(min_length=2, max_length=5)

    @property
    def tier(self) -> RiskTier:
        """The gravest tier that the script comes to."""
        return max((turn.tier or RiskTier.NONE for turn in self.turns), key=lambda tier: tier.level)


@cache
def probes() -> tuple[Probe, ...]:
    """All probes.

    Raises:
        ValueError: a file does not hold probes, or an id is there twice; the message says where.
    """
    found: dict[str, Probe] = {}
    for name in FILES:
        for probe in _read(name):
            if probe.id in found:
                raise ValueError(f"safety_probes/probes/{name}.json: the id '{probe.id}' is there twice")
            found[probe.id] = probe
    return tuple(found.values())


def probe_of(probe_id: str) -> Probe:
    """The probe with this id.

    Raises:
        UnknownProbeError: there is none.
    """
    by_id = {probe.id: probe for probe in probes()}
    if probe_id not in by_id:
        near = get_close_matches(probe_id, by_id, n=3, cutoff=0.4)
        hint = f"did you mean {', '.join(near)}?" if near else "`esc-skills safety --show` names all"
        raise UnknownProbeError(f"no safety probe '{probe_id}': {hint}")
    return by_id[probe_id]


def _read(name: str) -> tuple[Probe, ...]:
    text = (files("conversation") / "safety_probes" / "probes" / f"{name}.json").read_text(encoding="utf-8")
    try:
        return TypeAdapter(tuple[Probe, ...]).validate_python(json.loads(text))
    except (ValidationError, json.JSONDecodeError) as error:
        raise ValueError(f"safety_probes/probes/{name}.json does not hold probes: {error}") from error
