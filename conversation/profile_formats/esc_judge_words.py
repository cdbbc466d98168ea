"""How are ESC-Judge's words read in ours? Challenge → scenario, response style → character, intention → what is hidden.

ESC-Judge's roles name neither a scenario of ours, nor a character, nor a hidden intention. The tables are authored.
"""

from conversation.profile import Character, Intention
from conversation.seeker import Scenario

STYLES = {
    "resistant and defensive": Character.NEGATIVE,
    "emotionally reactive": Character.NEGATIVE,
    "easily reassured": Character.PASSIVE,
    "needs logical explanation": Character.AVOIDANT,
}
"""Response style towards the therapist → SAGE's character. A reading of ours: the two schemes were made apart."""

HIDDEN = {
    Intention.WEIGH_SIDES: "I want someone to look at both sides of it with me, and not to decide it for me.",
    Intention.ADVICE: "I want to leave this talk with one or two things that I can do, made for my situation.",
    Intention.OTHERS_MOTIVES: "I want to understand what went on in the other people, so that I can stop guessing.",
    Intention.SELF_REFLECTION: "I want good questions that let me find out for myself what this says about me.",
    Intention.PRAISE: "I want somebody to notice, and mean it, what I did well in the middle of this.",
    Intention.VENTING: "I want to get all of it off my chest, to somebody who stays and does not mend it.",
    Intention.EMPATHY: "I want it understood how deep this goes, and not to be cheered up.",
    Intention.BLAMELESS: "I want to hear plainly that I did nothing wrong.",
}
"""The intention in the seeker's words; the role's story is in the rest of the profile."""

_WORDS = (
    (Scenario.APPEARANCE, ("eating disorder", "body image")),
    (Scenario.HABITS, ("addiction", "substance")),
    (Scenario.ABUSE, ("discrimination", "harassment", "crime", "abuse", "bully")),
    (Scenario.BEREAVEMENT, ("death of", "bereave")),
    (Scenario.PARENTING, ("new parent", "pregnancy", "miscarriage", "infertility")),
    (Scenario.CARING, ("caring for", "ill family member")),
    (Scenario.BREAKUP, ("divorce", "breakup")),
    (Scenario.FAMILY, ("estrangement", "acceptance from family", "away from family")),
    (Scenario.MONEY, ("bankrupt", "financ", "debt", "rent or mortgage", "expenses", "lawsuit", "legal")),
    (Scenario.JOB_LOSS, ("job loss", "unemploy", "automation", "career")),
    (Scenario.WORKPLACE, ("workplace", "promotion", "burnout", "overwork")),
    (Scenario.ACADEMIC, ("academic", "school", "courses")),
    (Scenario.HEALTH, ("surgery", "illness", "side effects", "injury")),
    (Scenario.LONELINESS, ("isolation", "close friends")),
    (Scenario.LOW_MOOD, ("mental health",)),
    (Scenario.CHANGE, ("moving", "relocation", "identity", "lifestyle", "political", "disaster", "scandal")),
)
"""The first line one of whose words stands in the challenge decides."""


def scenario_of(challenge: str) -> Scenario:
    """The scenario that a challenge belongs to; `UNCLEAR` where none does."""
    said = challenge.casefold()
    return next((scenario for scenario, words in _WORDS if any(word in said for word in words)), Scenario.UNCLEAR)
