"""Is a profile fit to be used? What is wrong with it, in plain words; nothing when it is sound.

The same rules hold for authored, generated and imported seekers. They are word rules: they find what can be found in
words (a hidden intention that is said aloud, a seeker who gives advice, a text that the crisis gate would stop, lines
that repeat each other). They cannot tell whether a story is good.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from conversation.profile import Intention, Profile, Story
from conversation.support import SupportMove

NEAR_DUPLICATE = 0.6
"""Share of common words (Jaccard) from which two lines count as the same line said twice."""

_ADVICE = re.compile(
    r"\b(you should|you could try|have you tried|have you considered|why don['’]t you|i('d| would) (suggest|recommend)"
    r"|my advice|if i were you|you need to|you ought to|you['’]d better|try to remember that)\b",
    re.IGNORECASE,
)
_RISK = re.compile(
    r"\b(kill(s|ed|ing)?|suicid\w*|self[- ]harm\w*|(hurt|hurting|cut|cutting|harm) myself|end it( all)?"
    r"|want(ed)? to die|better off without|can(no|['’])t go on|no point in|overdos\w*|sleep forever|not wake up"
    r"|wish i (was|were) dead|want(ed)? to disappear|not (be|being) here any ?more|gun|knife|weapons?|pills)\b",
    re.IGNORECASE,
)
_MINOR = re.compile(
    r"\bI(?:['’]m| am) (1[0-7]|thirteen|fourteen|fifteen|sixteen|seventeen)\b(?! (months|weeks|days))", re.I
)
_SLOT = re.compile(r"[{}\[\]<>]")
_SPOKEN = {
    Intention.WEIGH_SIDES: r"\b(both sides|pros and cons|weigh (it|this|them) up)\b",
    Intention.ADVICE: r"\b(advice|advise|actionable|concrete steps)\b",
    Intention.OTHERS_MOTIVES: r"\b(motives?|motivations?|see (it|this) from (his|her|their) (side|point))\b",
    Intention.SELF_REFLECTION: r"\b(self[- ]reflect\w*|guide me|know myself)\b",
    Intention.PRAISE: r"\b(praise[ds]?|compliment\w*|(be|are you) proud of me|tell me i did)\b",
    Intention.VENTING: r"\b(just listen|to vent|venting|let me rant)\b",
    Intention.EMPATHY: r"\b(empath\w+|comfort me|feel it with me)\b",
    Intention.BLAMELESS: (
        r"\b(blameless|(not|isn['’]t|wasn['’]t) (my fault|to blame)|tell me i['’]m right"
        r"|(be|are|you['’]re) on my side)\b"
    ),
}
_ASKS_OUTRIGHT = re.compile(r"\b(what i (want|need) from you|i (want|need|['’]d like) you to)\b", re.IGNORECASE)


def check(profile: Profile) -> tuple[str, ...]:
    """Everything that is wrong with a profile, one plain sentence each; empty when it can be used."""
    return tuple(_problems(profile))


def faults(profile: Profile) -> tuple[str, ...]:
    """As `check`, for a seeker from anywhere: what only the embedded engine needs may be missing (`unplayable`)."""
    if not profile.unplayable:
        return check(profile)
    lines = tuple(dict.fromkeys((profile.opening, *(d.text for d in profile.story.disclosures))))
    found = [f"line {line!r} {what}" for line in lines for what in _found_in(line, (profile.intention,))]
    if not profile.hidden.strip():
        found.append("the hidden intention is not put in words")
    if alike(profile.opening, profile.hidden):
        found.append("the opening says the hidden intention")
    both = set(profile.likes) & set(profile.triggers)
    return tuple(found + ([f"both liked and a trigger: {', '.join(sorted(both))}"] if both else []))


def check_story(story: Story, intentions: Iterable[Intention] = tuple(Intention)) -> tuple[str, ...]:
    """Everything that is wrong with a story; by default it must betray none of the eight intentions."""
    return tuple(_story_problems(story, tuple(intentions)))


def _problems(profile: Profile) -> Iterator[str]:
    yield from _story_problems(profile.story, (profile.intention,))
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", profile.id) and profile.source == "ESC-Skills":
        yield f"id '{profile.id}' is not lowercase words joined by hyphens"
    if not profile.hidden.strip():
        yield "the hidden intention is not put in this story's terms"
    yield from _line_problems("opening", profile.opening, (profile.intention,))
    if alike(profile.opening, profile.hidden):
        yield "the opening says the hidden intention"
    both = set(profile.likes) & set(profile.triggers)
    if both:
        yield f"both liked and a trigger: {', '.join(sorted(both))}"
    if SupportMove.UNCLEAR in (*profile.likes, *profile.triggers):
        yield "likes and triggers name moves; 'unclear' is none"
    if SupportMove.DISCLOSE_SELF in profile.likes:
        yield "a seeker may not like self-disclosure: the agent has nothing to disclose"
    for field in ("name", "occupation", "background", "speech_style"):
        text = getattr(profile.persona, field)
        if not text.strip():
            yield f"persona has no {field}"
        if _SLOT.search(text):
            yield f"persona's {field} holds an unfilled slot: {text!r}"
    if profile.harmful_claim and _RISK.search(profile.harmful_claim):
        yield "the harmful claim is one that the crisis gate would stop, so that it could never be met"


def _story_problems(story: Story, intentions: tuple[Intention, ...]) -> Iterator[str]:
    missing = {1, 2, 3, 4} - {d.level for d in story.disclosures}
    if missing:
        yield f"no disclosure of level {', '.join(map(str, sorted(missing)))}"
    lines = [(f"opening {n}", text) for n, text in enumerate(story.openings, 1)]
    lines += [(f"disclosure {n}", d.text) for n, d in enumerate(story.disclosures, 1)]
    for name, text in lines:
        yield from _line_problems(name, text, intentions)
    for index, (name, text) in enumerate(lines):
        for other, said in lines[index + 1 :]:
            if alike(text, said):
                yield f"{name} and {other} say the same"
    for name, text in (("topic", story.topic), ("person", story.person), *(("effort", e) for e in story.efforts)):
        if _SLOT.search(text) or text != text.strip(" .,;!?"):
            yield f"{name} {text!r} cannot stand inside a sentence"
    if not story.topic:
        yield "no topic"
    for effort in story.efforts:
        if re.search(r"\b(you|I|me|my)\b", effort):
            yield f"effort {effort!r} must read on after 'you', with 'your' and 'yourself' only"
    for name, text in (("background", story.background), ("difficulty", story.difficulty)):
        if not text.strip() or _SLOT.search(text):
            yield f"{name} is empty or holds an unfilled slot"
    if any(_SLOT.search(event) for event in story.timeline):
        yield "the timeline holds an unfilled slot"


def _line_problems(name: str, text: str, intentions: tuple[Intention, ...]) -> Iterator[str]:
    return (f"{name} {problem}" for problem in _found_in(text, intentions))


@lru_cache(maxsize=8192)
def _found_in(text: str, intentions: tuple[Intention, ...]) -> tuple[str, ...]:
    """What is wrong with one line; kept, since fresh profiles share most of theirs."""
    return tuple(_line_faults(text, intentions))


def _line_faults(text: str, intentions: tuple[Intention, ...]) -> Iterator[str]:
    if not text.strip():
        yield "is empty"
    for what, pattern in (
        ("holds an unfilled slot", _SLOT),
        ("gives advice", _ADVICE),
        ("would be stopped by the crisis gate", _RISK),
        ("speaks as a minor", _MINOR),
        ("asks outright for what is hidden", _ASKS_OUTRIGHT),
    ):
        found = pattern.search(text)
        if found:
            yield f"{what}: {found.group(0)!r}"
    for intention in intentions:
        found = re.search(_SPOKEN[intention], text, re.IGNORECASE)
        if found:
            yield f"betrays {intention.value}: {found.group(0)!r}"


def betrays(text: str) -> tuple[str, ...]:
    """What a line of a seeker must not do, whoever the seeker is: advise, alarm, or name any hidden intention."""
    return _found_in(text, tuple(Intention))


def alike(one: str, other: str) -> bool:
    """Whether two lines share so many words that a reader would say: I have read that already."""
    a, b = _words(one), _words(other)
    return bool(a and b) and len(a & b) / len(a | b) >= NEAR_DUPLICATE


@lru_cache(maxsize=8192)
def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[^\W\d_]+", text.lower().replace("’", "'")))
