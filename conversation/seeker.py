"""What can be read of the seeker at one moment?

Scenario, activity, emotion, need, readiness, resistance and risk, and the `SeekerState` that holds them together.
Everything here is *read from words*. What a simulated seeker hides (intention, trust) is in `profile.py`, never here.
"""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from conversation.model import Value
from conversation.support import ResponseChange


class Scenario(StrEnum):
    """The main stressor that the seeker names."""

    JOB_LOSS = "job_loss_or_insecurity"
    WORKPLACE = "workplace_strain"
    ACADEMIC = "academic_pressure"
    MONEY = "money_or_housing"
    BREAKUP = "romantic_breakup"
    PARTNER = "partner_conflict"
    FAMILY = "family_of_origin"
    PARENTING = "parenting"
    FRIENDSHIP = "friendship_trouble"
    LONELINESS = "loneliness"
    BEREAVEMENT = "bereavement"
    HEALTH = "own_health"
    CARING = "caring_for_another"
    ABUSE = "abuse_or_bullying"
    APPEARANCE = "appearance_or_eating"
    HABITS = "sleep_substances_habits"
    LOW_MOOD = "low_mood_no_event"
    CHANGE = "change_or_identity"
    UNCLEAR = "unclear"


class Activity(StrEnum):
    """What the seeker is doing now. Explicit request outranks affect, affect outranks narrative."""

    GUARDED = "guarded_or_minimal"
    TELLING = "telling_the_story"
    VENTING = "venting"
    OVERWHELMED = "overwhelmed"
    WORRYING = "worrying_ahead"
    GRIEVING = "grieving"
    SELF_BLAMING = "self_blaming"
    HOPELESS = "hopeless"
    ALONE = "feeling_alone"
    TORN = "torn"
    SEEKING_VALIDATION = "seeking_validation"
    MAKING_SENSE = "making_sense"
    ASKING_ADVICE = "asking_what_to_do"
    PUSHING_BACK = "pushing_back"
    EASING = "easing_or_planning"
    UNCLEAR = "unclear"


class Emotion(StrEnum):
    """The main feeling in the seeker's words."""

    ANGER = "anger"
    ANXIETY = "anxiety"
    SADNESS = "sadness"
    DEPRESSION = "depression"
    FEAR = "fear"
    GUILT = "guilt"
    SHAME = "shame"
    LONELINESS = "loneliness"
    HURT = "hurt"
    DISGUST = "disgust"
    OVERWHELM = "overwhelm"
    CALM = "calm"
    HOPE = "hope"
    UNCLEAR = "unclear"


class Need(StrEnum):
    """What the seeker's words ask for. A reading, not the hidden intention of a simulated seeker."""

    LISTENING = "listening"
    EMPATHY = "empathy"
    RECOGNITION = "recognition"
    AGREEMENT = "agreement"
    ADVICE = "advice"
    WEIGHING = "weighing_sides"
    OTHERS_MOTIVES = "understanding_others"
    SELF_REFLECTION = "self_reflection"
    UNCLEAR = "unclear"


class Readiness(StrEnum):
    """What the seeker is ready for, after Hill's stages: to be heard, to understand, to act."""

    HEARD = "to_be_heard"
    UNDERSTAND = "to_understand"
    ACT = "to_act"
    UNCLEAR = "unclear"


class Resistance(StrEnum):
    """Seven patterns of resistance (PatientAct), and none."""

    NONE = "none"
    MINIMAL = "minimal_talk"
    IRRELEVANT = "irrelevant_talk"
    SUPERFICIAL = "superficial"
    INTELLECTUALISING = "intellectualising"
    HOSTILITY = "hostility"
    DEFENSIVENESS = "defensiveness"
    COMPLIANCE = "compliance_without_engagement"


class RiskTier(StrEnum):
    """Tiers after C-SSRS, on the careful side. Ordered by `level`."""

    NONE = "none"
    CONCERN = "concern"
    ELEVATED = "elevated"
    IMMINENT = "imminent"

    @property
    def level(self) -> int:
        """0 (none) to 3 (imminent)."""
        return _TIER_ORDER.index(self)


_TIER_ORDER = (RiskTier.NONE, RiskTier.CONCERN, RiskTier.ELEVATED, RiskTier.IMMINENT)


class RiskKind(StrEnum):
    """Kinds of risk that are routed. Suicide is tiered; the others carry the tier that their wording shows."""

    SUICIDE = "suicide"
    SELF_HARM = "self_harm"
    HARM_TO_OTHERS = "harm_to_others"
    ABUSE = "abuse"
    CHILD_ABUSE = "child_abuse"
    PSYCHOSIS = "psychosis_or_mania"
    EATING = "eating"
    OVERDOSE = "overdose"
    MEDICAL = "medical_emergency"


class Risk(Value):
    """The gate's verdict on one message: how grave, of what kinds, and the words that say so."""

    tier: RiskTier = RiskTier.NONE
    kinds: tuple[RiskKind, ...] = ()
    signs: tuple[str, ...] = Field(default=(), description="the phrases that raised it, as written by the seeker")


class SeekerState(Value):
    """What can be read of the seeker at one moment, from words alone."""

    activity: Activity = Activity.UNCLEAR
    second_activity: Activity | None = None
    emotion: Emotion = Emotion.UNCLEAR
    intensity: Annotated[int, Field(ge=1, le=5, description="strength of the negative emotion, ESConv's 1 to 5")] = 3
    scenario: Scenario = Scenario.UNCLEAR
    need: Need = Need.UNCLEAR
    readiness: Readiness = Readiness.UNCLEAR
    openness: Annotated[float, Field(ge=0, le=1, description="how much is disclosed, 0 (closed) to 1 (open)")] = 0.5
    resistance: Resistance = Resistance.NONE
    risk: Risk = Risk()
    change: ResponseChange | None = Field(
        default=None, description="against the seeker turn before; None at the first turn"
    )
    problem: str = Field(default="", description="the problem in a few of the seeker's own words")
    feeling: str = Field(default="", description="the feeling word the seeker used, or one that fits; may be empty")
    person: str = Field(default="", description="the other person named, such as 'your manager'; may be empty")
    effort: str = Field(default="", description="something the seeker did or tried, in words that follow 'you'")
