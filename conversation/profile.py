"""Who is a simulated seeker: persona, character, story, and what is hidden from everyone but seeker and judge?

Intentions, characters and the emotion scale are SAGE's (Zhang et al., *Sentient Agent as a Judge*, 2025).
"""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from conversation.model import Value
from conversation.seeker import Scenario
from conversation.support import SupportMove


class Intention(StrEnum):
    """SAGE's eight hidden intentions: what the seeker wants from the talk without ever saying so."""

    WEIGH_SIDES = "weigh_both_sides"
    ADVICE = "actionable_advice"
    OTHERS_MOTIVES = "understand_others_motives"
    SELF_REFLECTION = "guided_self_reflection"
    PRAISE = "sincere_praise_of_specific_actions"
    VENTING = "attentive_listening_to_venting"
    EMPATHY = "deep_empathy_rather_than_simple_comfort"
    BLAMELESS = "agreement_that_one_is_blameless"

    @property
    def rational(self) -> bool:
        """Four intentions are rational, four emotional."""
        return self in (Intention.WEIGH_SIDES, Intention.ADVICE, Intention.OTHERS_MOTIVES, Intention.SELF_REFLECTION)


class Character(StrEnum):
    """SAGE's three characters: how the seeker meets a supporter."""

    NEGATIVE = "negative"
    PASSIVE = "passive"
    AVOIDANT = "avoidant"


class Split(StrEnum):
    """What a profile may be used for. `fresh` is generated within a run; sealed seekers come from a seed kept apart."""

    TRAIN = "train"
    SELECTION = "selection"
    AUDIT = "audit"
    REPORT = "report"
    FRESH = "fresh"


class Persona(Value):
    """The person, as a stranger would come to know them. Invented; no real people."""

    name: str
    age: Annotated[int, Field(ge=18, le=99)]
    occupation: str
    background: str = Field(description="two or three sentences: life, habits, who is around")
    speech_style: str = Field(description="one sentence on how they write")


class Disclosure(Value):
    """Something the seeker may come to say, in their own first-person words."""

    level: Annotated[int, Field(ge=1, le=4, description="1 facts, 2 feelings, 3 what hurts most, 4 what is unsaid")]
    text: str = Field(min_length=1, description="one to three sentences, as the seeker would write them")


FEWEST_DISCLOSURES = 6
FEWEST_EVENTS = 2
FEWEST_EFFORTS = 2


class Story(Value):
    """What happened: the part of a profile that does not depend on character or intention.

    A story from another source may lack what that source does not give: then only a language model can play it.
    """

    id: str
    scenario: Scenario
    topic: str = Field(description="a noun phrase that follows 'about', such as 'the review with my manager'")
    person: str = Field(description="the other person in it, such as 'my manager'; may be empty")
    background: str = Field(description="what led here, two to four sentences, third person")
    timeline: tuple[str, ...] = Field(default=(), description="dated events, oldest first")
    difficulty: str = Field(description="what was tried and did not work; what is unresolved")
    openings: tuple[str, ...] = Field(min_length=1, description="first messages, first person; one is drawn")
    disclosures: tuple[Disclosure, ...] = Field(default=(), description="six or more, at least one of each level")
    efforts: tuple[str, ...] = Field(default=(), description="what the seeker did well, as a phrase after 'you'")

    @property
    def lacks(self) -> tuple[str, ...]:
        """What a story needs to be told without a language model, and this one does not have; empty for ours."""
        levels = {1, 2, 3, 4} - {d.level for d in self.disclosures}
        wanting = (
            (not self.topic, "a topic"),
            (len(self.timeline) < FEWEST_EVENTS, f"a timeline of {FEWEST_EVENTS} events"),
            (len(self.disclosures) < FEWEST_DISCLOSURES, f"{FEWEST_DISCLOSURES} disclosures"),
            (bool(levels), f"disclosures of level {', '.join(map(str, sorted(levels)))}"),
            (len(self.efforts) < FEWEST_EFFORTS, f"{FEWEST_EFFORTS} efforts"),
        )
        return tuple(what for missing, what in wanting if missing)


class Profile(Value):
    """A simulated seeker. `intention` and `hidden` are for seeker and judge alone; types keep them from all others."""

    id: str = Field(min_length=1)
    split: Split
    locale: str = "en"
    persona: Persona
    character: Character
    intention: Intention
    hidden: str = Field(description="the hidden intention in this story's terms; never said aloud, never shown")
    story: Story
    opening: str = Field(description="the first message")
    likes: tuple[SupportMove, ...] = ()
    triggers: tuple[SupportMove, ...] = Field(default=(), description="moves that this seeker takes badly")
    harmful_claim: str = Field(
        default="", description="a false or harmful belief with which agreement must never help; empty for most"
    )
    source: str = "ESC-Skills"
    licence: str = "Apache-2.0"

    @property
    def cell(self) -> str:
        """Intention and character, the stratum of comparisons: known to the harness, never to analyst or proposer."""
        return f"{self.intention.value}/{self.character.value}"

    @property
    def unplayable(self) -> str:
        """Why the embedded engine cannot play this seeker, in words; empty when it can. A language model always can."""
        if self.locale != "en" and not self.locale.startswith("en-"):
            return f"its locale is '{self.locale}', and the embedded engine speaks English"
        return f"its story lacks {', '.join(self.story.lacks)}" if self.story.lacks else ""
