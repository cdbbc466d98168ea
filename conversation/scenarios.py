"""Where do unseen seekers come from? They are composed from authored parts, the same ones for the same seed and index.

A fresh profile is a story part that suits the intention × a persona whom it could befall × character × opening × the
disclosures that this seeker has (at least six, all four levels) × the details that the story leaves open (how many
weeks, which place) × likes and triggers. `space_size()` counts the possibilities; `fresh(seed, index)` draws one.
Story, persona and opening are dealt without repeats (`deck.py`): no two of `BLOCK` seekers in a row share all three.

Draws come from `random.Random` seeded with a SHA-256 of seed and index, never from `hash()`, so that they are the same
in every process and on every machine. Ids hold seed and index: profiles of different seeds never share an id.
"""

import hashlib
import json
import random
import re
from functools import cache, lru_cache
from importlib.resources import files
from itertools import product
from math import comb, prod

from pydantic import Field, TypeAdapter

from conversation.deck import Deal, deal
from conversation.profile import FEWEST_DISCLOSURES, Character, Disclosure, Intention, Persona, Profile, Split, Story
from conversation.profile_check import check
from conversation.support import SupportMove as Move

CELLS = tuple(f"{i.value}/{c.value}" for i, c in product(Intention, Character))
"""The 24 cells, intention × character, in a fixed order that fresh ids refer to by number."""


BLOCK = 504
"""Seekers among whom story, persona and opening come together only once: 21 rounds through all cells."""
GENERATOR = 2
"""Version of the drawing. 1 drew each part freely: a tenth of 500 seekers shared story, persona and opening."""
_FRESH_ID = re.compile(rf"(?P<split>{'|'.join(Split)})-(?P<seed>m?\d+)-(?P<index>\d+)-(?P<cell>\d\d)")


class StoryPart(Story):
    """A story with details left open, and whom it could befall.

    `slots` maps a mark such as `[weeks]`, as it stands in the texts, to what may stand there.
    """

    slots: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    ages: tuple[int, int] = Field(default=(18, 99), description="youngest and oldest whom it could befall")
    life: frozenset[str] = Field(default=frozenset(), description="what the persona's life must leave room for")
    unfit: frozenset[Intention] = Field(default=frozenset(), description="intentions that make no sense with it")


class PersonaPart(Persona):
    """A persona and what its life leaves room for, such as 'job', 'study', 'partner', 'children', 'parents'."""

    life: frozenset[str]


_LIKES: dict[Intention, tuple[Move, ...]] = {
    Intention.WEIGH_SIDES: (Move.REFLECT_MEANING, Move.RESTATE, Move.OFFER_VIEW, Move.ASK_OPENLY),
    Intention.ADVICE: (Move.SUGGEST, Move.PLAN, Move.INFORM, Move.ASK_TO_CLARIFY),
    Intention.OTHERS_MOTIVES: (Move.OFFER_VIEW, Move.ASK_OPENLY, Move.ASK_TO_CLARIFY, Move.REFLECT_MEANING),
    Intention.SELF_REFLECTION: (Move.REFLECT_MEANING, Move.ASK_OPENLY, Move.OFFER_VIEW, Move.RESTATE),
    Intention.PRAISE: (Move.AFFIRM, Move.VALIDATE, Move.RESTATE, Move.ASK_OPENLY),
    Intention.VENTING: (Move.ASK_OPENLY, Move.RESTATE, Move.REFLECT_FEELING, Move.VALIDATE),
    Intention.EMPATHY: (Move.REFLECT_FEELING, Move.REFLECT_MEANING, Move.VALIDATE, Move.ASK_OPENLY),
    Intention.BLAMELESS: (Move.VALIDATE, Move.REFLECT_FEELING, Move.RESTATE, Move.AFFIRM),
}
"""Moves that can meet the intention, the one that meets it most directly first: everyone with it likes that one."""
_TRIGGERS: dict[Intention, tuple[Move, ...]] = {
    Intention.WEIGH_SIDES: (Move.SUGGEST, Move.REASSURE, Move.COACH),
    Intention.ADVICE: (Move.REASSURE, Move.COACH, Move.RAPPORT),
    Intention.OTHERS_MOTIVES: (Move.SUGGEST, Move.REASSURE, Move.COACH),
    Intention.SELF_REFLECTION: (Move.SUGGEST, Move.INFORM, Move.REASSURE),
    Intention.PRAISE: (Move.OFFER_VIEW, Move.SUGGEST, Move.REASSURE, Move.INFORM),
    Intention.VENTING: (Move.SUGGEST, Move.INFORM, Move.PLAN, Move.OFFER_VIEW),
    Intention.EMPATHY: (Move.REASSURE, Move.SUGGEST, Move.INFORM, Move.COACH),
    Intention.BLAMELESS: (Move.OFFER_VIEW, Move.SUGGEST, Move.INFORM),
}
"""Moves that miss the intention. A seeker takes one or two of them badly, and one more that the character minds."""
_MINDS: dict[Character, tuple[Move, ...]] = {
    Character.NEGATIVE: (Move.REASSURE, Move.RAPPORT, Move.COACH),
    Character.PASSIVE: (Move.PLAN, Move.COACH, Move.OFFER_VIEW),
    Character.AVOIDANT: (Move.ASK_TO_CLARIFY, Move.REFLECT_MEANING, Move.REFER),
}
_HIDDEN: dict[Intention, tuple[str, ...]] = {
    Intention.WEIGH_SIDES: (
        "I want someone to look at both sides of {topic} with me, and not to decide it for me.",
        "I am of two minds about {topic}, and I want both of them taken seriously.",
    ),
    Intention.ADVICE: (
        "I want to leave this talk with one or two things that I can do about {topic}.",
        "I want practical steps for {topic}, made for my situation and not for everybody's.",
    ),
    Intention.OTHERS_MOTIVES: (
        "I want to understand what went on in the other people when it comes to {topic}.",
        "I want help to read why they acted as they did about {topic}, so that I can stop guessing.",
    ),
    Intention.SELF_REFLECTION: (
        "I want good questions that let me find out for myself what {topic} says about me.",
        "I want to be led, by questions and not by answers, to see my own part in {topic}.",
    ),
    Intention.PRAISE: (
        "I want somebody to notice, and mean it, that I {effort}.",
        "I want to hear that it counted for something that I {effort}.",
    ),
    Intention.VENTING: (
        "I want to get all that about {topic} off my chest, to somebody who stays and does not mend it.",
        "I want somebody to hear me out about {topic}, all of it, without cutting in with solutions.",
    ),
    Intention.EMPATHY: (
        "I want somebody to feel how deep it goes when I talk about {topic}, and not to cheer me up.",
        "I want it understood how heavy it is to live with {topic}; 'it will be fine' never does that.",
    ),
    Intention.BLAMELESS: (
        "I want to hear that I did nothing wrong when it comes to {topic}.",
        "I want somebody to say plainly that I am not the guilty one when it comes to {topic}.",
    ),
}


def fresh(seed: int, index: int, *, cell: str | None = None, split: Split = Split.FRESH) -> Profile:
    """The unseen seeker number `index` of the stream `seed`.

    Without a cell, 24 consecutive indices starting at a multiple of 24 hold every cell once, in an order of their own.

    Raises:
        ValueError: the cell is none of `CELLS`, or the index is negative.
    """
    if index < 0:
        raise ValueError(f"index {index} is negative: fresh seekers are numbered from 0")
    if cell is not None and cell not in CELLS:
        raise ValueError(f"no cell '{cell}': a cell is intention/character, such as '{CELLS[0]}'")
    cell = cell or _cell(seed, index)
    profile = _compose(seed, index, cell, split)
    problems = check(profile)
    if problems:
        raise ValueError(f"fresh profile {profile.id} from part '{profile.story.id}' is unsound: {'; '.join(problems)}")
    return profile


def fresh_named(profile_id: str) -> Profile:
    """The fresh seeker of that id, drawn again.

    Raises:
        KeyError: it is no id of a fresh seeker.
    """
    found = _FRESH_ID.fullmatch(profile_id)
    if found is None or int(found["cell"]) >= len(CELLS):
        raise KeyError(f"no fresh seeker has the id '{profile_id}'")
    seed = int(found["seed"].replace("m", "-"))
    return fresh(seed, int(found["index"]), cell=CELLS[int(found["cell"])], split=Split(found["split"]))


def fresh_profiles(seed: int, count: int, cells: tuple[str, ...] | None = None) -> tuple[Profile, ...]:
    """`count` unseen seekers, those numbered 0 to count - 1; with `cells`, these are gone through in turn."""
    return tuple(fresh(seed, i, cell=cells[i % len(cells)] if cells else None) for i in range(count))


def space_size() -> int:
    """How many different profiles can be drawn: a count over all parts, not an estimate (about 2 × 10⁹ as written)."""
    return sum(
        _variants(story) * len(suited(story)) * sum(_tastes(intention, character) for character in Character)
        for intention in Intention
        for story in _told_with(intention)
    )


@cache
def story_parts() -> tuple[StoryPart, ...]:
    """The generator's stories, as written."""
    return TypeAdapter(tuple[StoryPart, ...]).validate_python(_read("stories"))


@cache
def persona_parts() -> tuple[PersonaPart, ...]:
    """The generator's personas, as written."""
    return TypeAdapter(tuple[PersonaPart, ...]).validate_python(_read("personas"))


def suited(story: StoryPart) -> tuple[PersonaPart, ...]:
    """The personas whom this story could befall: of a fitting age, with room for it in their lives."""
    youngest, oldest = story.ages
    return tuple(p for p in persona_parts() if youngest <= p.age <= oldest and story.life <= p.life)


@cache
def _told_with(intention: Intention) -> tuple[StoryPart, ...]:
    return tuple(story for story in story_parts() if intention not in story.unfit)


def _drawn_parts(seed: int, index: int, intention: Intention) -> tuple[StoryPart, PersonaPart, int]:
    """Story, person and place of the opening: shared by no other of the same block of `BLOCK` indices."""
    block, place = divmod(index, BLOCK)
    dealt = _dealt(seed, block)[place]
    card = dealt.other if intention in story_parts()[dealt.first.story].unfit else dealt.first
    part = story_parts()[card.story]
    return part, suited(part)[card.persona], card.opening


@lru_cache(maxsize=64)
def _dealt(seed: int, block: int) -> tuple[Deal, ...]:
    parts = story_parts()
    kinds = [(len(part.openings), len(suited(part))) for part in parts]
    return deal(_random(seed, block, "deal"), BLOCK, kinds, [not part.unfit for part in parts])


def _compose(seed: int, index: int, cell: str, split: Split) -> Profile:
    rng = _random(seed, index, cell)
    profile_id = f"{split.value}-{_signed(seed)}-{index}-{CELLS.index(cell):02d}"
    wanted, met_as = cell.split("/")
    intention, character = Intention(wanted), Character(met_as)
    part, persona, opening = _drawn_parts(seed, index, intention)
    story = _told(rng, part)
    likes, triggers = _taste(rng, intention, character)
    hidden = rng.choice(_HIDDEN[intention])
    return Profile(
        id=profile_id,
        split=split,
        persona=Persona(**persona.model_dump(exclude={"life"})),
        character=character,
        intention=intention,
        hidden=hidden.format(topic=story.topic, effort=_first_person(rng.choice(story.efforts))),
        story=story,
        opening=story.openings[opening],
        likes=likes,
        triggers=triggers,
    )


def _told(rng: random.Random, part: StoryPart) -> Story:
    """The story as this seeker has it: slots filled, some disclosures left out, order drawn within each level."""
    text = part.model_dump_json(exclude={"slots", "ages", "life", "unfit"})
    for mark, fillings in part.slots.items():
        text = text.replace(mark, json.dumps(rng.choice(fillings), ensure_ascii=False)[1:-1])
    story = Story.model_validate_json(text)
    return story.model_copy(update={"disclosures": _drawn(rng, story.disclosures)})


def _drawn(rng: random.Random, disclosures: tuple[Disclosure, ...]) -> tuple[Disclosure, ...]:
    shuffled = rng.sample(disclosures, len(disclosures))
    first = {d.level: d for d in shuffled}
    kept = [*first.values()]
    rest = [d for d in shuffled if d not in kept]
    kept += rest[: rng.randint(max(0, FEWEST_DISCLOSURES - len(kept)), len(rest))]
    return tuple(sorted(kept, key=lambda d: d.level))


def _taste(rng: random.Random, intention: Intention, character: Character) -> tuple[tuple[Move, ...], tuple[Move, ...]]:
    best, *others = _LIKES[intention]
    likes = (best, *rng.sample(others, rng.randint(1, 2)))
    missing = rng.sample(_TRIGGERS[intention], rng.randint(1, 2))
    minded = rng.choice(_MINDS[character])
    triggers = dict.fromkeys((*missing, minded))
    return likes, tuple(t for t in triggers if t not in likes)


def _first_person(effort: str) -> str:
    words = {"your": "my", "yours": "mine", "yourself": "myself"}
    return " ".join(words.get(word, word) for word in effort.split(" "))


def _cell(seed: int, index: int) -> str:
    block, place = divmod(index, len(CELLS))
    return _random(seed, block, "cells").sample(CELLS, len(CELLS))[place]


def _random(seed: int, index: int, purpose: str) -> random.Random:
    digest = hashlib.sha256(f"{seed}/{index}/{purpose}".encode()).digest()
    return random.Random(int.from_bytes(digest, "big"))


def _signed(seed: int) -> str:
    return f"m{-seed}" if seed < 0 else str(seed)


def _variants(story: StoryPart) -> int:
    """Openings × fillings × sets of disclosures that hold all levels and at least six (order not counted)."""
    per_level = [sum(d.level == level for d in story.disclosures) for level in (1, 2, 3, 4)]
    sets = sum(
        prod(comb(n, k) for n, k in zip(per_level, kept, strict=True))
        for kept in product(*(range(1, n + 1) for n in per_level))
        if sum(kept) >= FEWEST_DISCLOSURES
    )
    return len(story.openings) * prod(len(set(f)) for f in story.slots.values()) * sets


def _tastes(intention: Intention, character: Character) -> int:
    """Different pairs of likes and triggers that one cell can have."""
    best, *others = _LIKES[intention]
    ways = set()
    for likes in _subsets(tuple(others)):
        for missing, minded in product(_subsets(_TRIGGERS[intention]), _MINDS[character]):
            ways.add((frozenset(likes), frozenset({*missing, minded} - {best, *likes})))
    return len(ways)


def _subsets(moves: tuple[Move, ...]) -> list[tuple[Move, ...]]:
    return [(m,) for m in moves] + [(a, b) for i, a in enumerate(moves) for b in moves[i + 1 :]]


def _read(name: str) -> object:
    text = (files("conversation") / "authored" / f"{name}.json").read_text(encoding="utf-8")
    return json.loads(text)
