"""What is an intervention unit? Seeker state → support action → seeker state after, and the change between."""

from enum import StrEnum

from pydantic import Field

from conversation.model import Value
from conversation.seeker import SeekerState
from conversation.support import Polarity, ResponseChange, SupportMove, UnsafeIntervention


class LabelSource(StrEnum):
    """Where a label came from. Human labels win over guesses."""

    HUMAN = "human"
    MODEL = "model"
    RULES = "rules"


class SupportAction(Value):
    """What the supporter did between two seeker turns."""

    moves: tuple[SupportMove, ...] = Field(description="primary first; empty when none could be told")
    source: LabelSource
    flags: tuple[UnsafeIntervention, ...] = ()


class InterventionUnit(Value):
    """One unit, with its source turns. Its text stands apart (the journal can erase it); labels and counts stay."""

    id: str = Field(description="'dialogue-id#n', n the index of the supporter run within the merged dialogue")
    dialogue_id: str
    source: str
    licence: str
    locale: str = "en"
    before: SeekerState
    action: SupportAction
    after: SeekerState
    change: ResponseChange
    change_source: LabelSource
    polarity: Polarity = Field(description="from what really changed; weak evidence is neutral")
    polarity_reason: str = Field(description="the evidence in a few words: 'feedback 5', 'names a feeling'")
    turns_before: tuple[int, ...] = Field(description="indices into the dialogue's turns")
    turns_action: tuple[int, ...]
    turns_after: tuple[int, ...]
    position: float = Field(ge=0, le=1, description="where in the dialogue: 0 start, 1 end")
    new_risk: bool = Field(default=False, description="risk appears in the turn after: a flag, never a polarity")


class UnitText(Value):
    """The words of a unit, kept apart from its labels so that one dialogue's text can be erased."""

    unit_id: str
    before: str
    action: str
    after: str
