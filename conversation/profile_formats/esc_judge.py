"""What does an ESC-Judge role hold? A person, life events, a challenge and traits; no hidden intention, no first words.

ESC-Judge, `roles-v1.json` (Apache-2.0), English. The intention is the caller's word (`Asked`). The character is read
from the role's response style by a table of ours. The first message is made by rule from the challenge.
"""

import re
from collections.abc import Mapping

from conversation.formats import record as field
from conversation.formats.record import FieldError
from conversation.profile import Character, Persona, Profile, Story
from conversation.profile_formats.asked import Asked, of_age
from conversation.profile_formats.esc_judge_words import HIDDEN, STYLES, scenario_of

NAME = "esc-judge"
SOURCE = "ESC-Judge"
LICENCE = "Apache-2.0"

_LABELLED = re.compile(r"^[\s*\-]*(?P<label>name|age|occupation)[\s*]*:[\s*]*(?P<value>[^\n*]+)", re.M | re.I)
_AGED = re.compile(r"\b(\d{1,2})[- ]years?[- ]old\b", re.I)
_CALLED = (
    re.compile(r"\bmeet (?P<name>[a-z][a-z'’-]+)", re.I),
    re.compile(r"(?:\A|\n)[\s*]*(?P<name>[a-z][a-z'’-]+) is an? \d", re.I),
    re.compile(r"\bdescription (?:of|for|:) ?(?P<name>[a-z][a-z'’-]+)", re.I),
)
_WORKS = re.compile(r"\bworks as an? (?P<work>[a-z][a-z ]+?)(?= who\b| at\b| in\b| and\b|[.,;\n]|$)", re.I)
_NUMBERED = re.compile(r"^\s*(?:\d+[.)]|[-•])\s*")
_IN_BRACKETS = re.compile(r"\s*\([^)]*\)")


def recognises(record: Mapping[str, object]) -> bool:
    """Whether a record has this shape."""
    return "pid" in record and "challenge" in record


def read(record: Mapping[str, object], asked: Asked) -> Profile:
    """One role as a profile.

    Raises:
        FieldError: a field is missing, the response style unknown, or no age of 18 or more is told.
        NoIntention: the caller gave no hidden intention.
    """
    seeker = field.text(record, "pid")
    if not seeker:
        raise FieldError("pid", "the role's id, got nothing")
    challenge = field.text(record, "challenge")
    intention, how = asked.intention_for(seeker)
    person = _text(record, "final_persona").replace("**\n", "\n")
    traits = _text(record, "behavioral_traits")
    topic = _IN_BRACKETS.sub("", challenge)
    topic = topic[:1].lower() + topic[1:]
    opening = f"I don't really know where to begin. It is about {topic}."
    return Profile(
        id=f"esc-judge-{seeker}",
        split=asked.split,
        persona=_persona(person, _text(record, "role"), traits),
        character=_character(traits),
        intention=intention,
        hidden=HIDDEN[intention],
        story=Story(
            id=f"esc-judge-{seeker}",
            scenario=scenario_of(challenge),
            topic=topic,
            person="",
            background=field.clean(person.replace("*", "")),
            timeline=tuple(
                field.clean(_NUMBERED.sub("", line))
                for line in _text(record, "life_events").split("\n")
                if line.strip(" -*")
            ),
            difficulty=challenge,
            openings=(opening,),
        ),
        opening=opening,
        source=f"{SOURCE}; {how}",
        licence=LICENCE,
    )


def _text(record: Mapping[str, object], key: str) -> str:
    """Text with its line ends, which are structure here."""
    field.text(record, key)
    return str(record[key])


def _persona(person: str, role: str, traits: str) -> Persona:
    labelled: dict[str, str] = {}
    for found in (*_LABELLED.finditer(person), *_LABELLED.finditer(role)):
        labelled.setdefault(found["label"].lower(), found["value"].strip())
    age = re.match(r"\d+", labelled.get("age", "")) or _AGED.search(person) or _AGED.search(role)
    if age is None:
        raise FieldError("final_persona", "an age, got none")
    called = (pattern.search(text) for text in (person, role) for pattern in _CALLED)
    name = labelled.get("name") or next((found["name"] for found in called if found), "")
    work = _WORKS.search(person)
    return Persona(
        name="" if name in ("a", "the", "this") else name.title(),
        age=of_age(int(re.sub(r"\D", "", age.group(0))), "final_persona"),
        occupation=labelled.get("occupation") or (work["work"] if work else ""),
        background=field.clean(person.replace("*", "")),
        speech_style=field.clean(traits),
    )


def _character(traits: str) -> Character:
    for style, character in STYLES.items():
        if re.search(rf"^\s*{style}\b", traits, re.M | re.I):
            return character
    raise FieldError("behavioral_traits", f"a response style, one of {', '.join(STYLES)}")
