"""How does a language model write a new seeker? In SAGE's way: person, story and first message, then checked.

Only a language model plays this role; without one, seekers are composed from authored parts (`conversation.scenarios`).
What it writes is checked like what people wrote, and held against all seekers that are there already.
"""

import hashlib
import random
from collections.abc import Iterable, Sequence

from pydantic import Field

from conversation.model import Value
from conversation.profile import Character, Intention, Persona, Profile, Split, Story
from conversation.profile_check import alike, check
from conversation.scenarios import CELLS
from conversation.seeker import Scenario
from conversation.support import SupportMove
from nodes.agent import Agent
from nodes.chat import Chat
from nodes.errors import ChatError, UnsoundScenario

TRIES = 3
"""How often one seeker is asked for, the faults of the last answer told, before it is given up."""

WORDS = (
    "a ferry", "night shifts", "a shared kitchen", "a choir", "an inheritance", "a second language", "a broken lift",
    "an allotment", "a wedding list", "old letters", "a bakery", "a parking space", "a school play", "a works council",
    "a borrowed car", "a village shop", "a video call", "a long drive", "a hospital corridor", "a football team",
    "a rented room", "a dog", "a farewell party", "a laptop", "a winter without heating", "a group photograph",
    "a garden fence", "a driving test", "a phone on silent", "a birthday", "a committee", "a move across town",
)  # fmt: skip
"""Words that send stories in different directions; two are drawn for each."""


class Like(Value):
    """A seeker to whom the new one shall be akin in kind, never in person or story."""

    occupation: str
    age: int
    scenario: Scenario
    topic: str
    background: str


class ScenarioQuestion(Value):
    """Whom to write: the cell, what about, akin to whom, what is taken, and what was wrong before."""

    intention: Intention
    character: Character
    scenario: Scenario
    words: tuple[str, ...] = Field(description="two things that shall play a part, to send the story somewhere new")
    age: int = Field(ge=18, le=99)
    like: tuple[Like, ...] = ()
    taken: tuple[str, ...] = Field(default=(), description="topics and names of seekers who are there already")
    faults: tuple[str, ...] = Field(default=(), description="what was wrong with the last answer")


class WrittenSeeker(Value):
    """The whole seeker but for id, split and cell, which are given."""

    persona: Persona
    hidden: str = Field(min_length=1, description="the intention in this story's terms; never said aloud")
    story: Story = Field(description="its id and scenario are ours to give; leave the id empty")
    opening: str = Field(min_length=1, description="one of story.openings")
    likes: tuple[SupportMove, ...] = Field(max_length=4)
    triggers: tuple[SupportMove, ...] = Field(max_length=4)


SCENARIO_WRITER = Agent(role="scenario_writer", question=ScenarioQuestion, answer=WrittenSeeker)


def write_seekers(
    chat: Chat, count: int, *, seed: int, like: Sequence[Profile] = (), known: Iterable[Profile] = ()
) -> tuple[Profile, ...]:
    """New seekers, written one after another so that each can be held against those before.

    Args:
        chat: What asks the model of the role `scenario_writer`.
        count: How many.
        seed: Draws cells, scenarios, ages and words; a hosted model does not repeat itself all the same.
        like: Seekers to be akin to: theirs are the cells and scenarios, gone through in turn.
        known: Seekers who are there already.

    Raises:
        ChatError: the model did not answer.
        UnsoundScenario: what it wrote had faults, `TRIES` times in a row.
    """
    taken = [*known, *like]
    written: list[Profile] = []
    for index in range(count):
        written.append(write_seeker(chat, seed, index, like, [*taken, *written]))
    return tuple(written)


def write_seeker(chat: Chat, seed: int, index: int, like: Sequence[Profile], taken: Sequence[Profile]) -> Profile:
    """The seeker number `index` of a stream.

    Raises:
        ChatError: the model did not answer, or, as `UnsoundScenario`, wrote nothing sound.
    """
    faults: tuple[str, ...] = ()
    for attempt in range(TRIES):
        question = question_for(seed, index, like, taken, faults)
        answer = chat.ask(SCENARIO_WRITER, question, seed=_stream(seed, index, attempt).randrange(2**31))
        model = chat.models.of(SCENARIO_WRITER.role).model
        profile = profile_of(answer, question, seed, index, model)
        faults = faults_of(profile, answer, taken)
        if not faults:
            return profile
    raise UnsoundScenario(
        f"seeker {index} was unsound {TRIES} times; the last time: {'; '.join(faults[:3])}", role=SCENARIO_WRITER.role
    )


def question_for(
    seed: int, index: int, like: Sequence[Profile], taken: Sequence[Profile], faults: tuple[str, ...] = ()
) -> ScenarioQuestion:
    """What the model is asked; the same for the same arguments."""
    rng = _stream(seed, index, "question")
    model = like[index % len(like)] if like else None
    cell = model.cell if model else _stream(seed, index // len(CELLS), "cells").sample(CELLS, len(CELLS))[index % 24]
    scenarios = [scenario for scenario in Scenario if scenario is not Scenario.UNCLEAR]
    return ScenarioQuestion(
        intention=Intention(cell.split("/")[0]),
        character=Character(cell.split("/")[1]),
        scenario=model.story.scenario if model and model.story.scenario in scenarios else rng.choice(scenarios),
        words=tuple(rng.sample(WORDS, 2)),
        age=rng.randint(19, 78),
        like=() if model is None else (_likeness(model),),
        taken=tuple(dict.fromkeys(f"{p.persona.name}: {p.story.topic}" for p in taken[-60:])),
        faults=faults,
    )


def _likeness(profile: Profile) -> Like:
    return Like(
        occupation=profile.persona.occupation,
        age=profile.persona.age,
        scenario=profile.story.scenario,
        topic=profile.story.topic,
        background=profile.story.background,
    )


def profile_of(answer: WrittenSeeker, question: ScenarioQuestion, seed: int, index: int, model: str) -> Profile:
    """The answer as a profile: what was given stands as it was given, whatever the model made of it."""
    name = f"written-{'m' if seed < 0 else ''}{abs(seed)}-{index}"
    return Profile(
        id=name,
        split=Split.FRESH,
        persona=answer.persona,
        character=question.character,
        intention=question.intention,
        hidden=answer.hidden,
        story=answer.story.model_copy(update={"id": name, "scenario": question.scenario}),
        opening=answer.opening,
        likes=answer.likes,
        triggers=answer.triggers,
        source=f"written by {model}",
        licence=f"as the terms of {model} allow",
    )


def faults_of(profile: Profile, answer: WrittenSeeker, taken: Iterable[Profile]) -> tuple[str, ...]:
    """Everything that speaks against a written seeker, in plain sentences; empty when it can be used."""
    faults = [*check(profile)]
    if lacks := profile.story.lacks:
        faults.append(f"the story lacks {', '.join(lacks)}")
    if answer.opening not in answer.story.openings:
        faults.append("the opening is none of the story's openings")
    for other in taken:
        if why := repeats(profile, other):
            faults.append(f"it repeats seeker '{other.id}': {why}")
    return tuple(dict.fromkeys(faults))


def repeats(one: Profile, other: Profile) -> str:
    """In what a seeker repeats another; empty when they are two people with two stories."""
    if one.persona.name.casefold() == other.persona.name.casefold():
        return "the same name"
    if alike(one.opening, other.opening):
        return "the opening says the same"
    if alike(one.story.background, other.story.background):
        return "the same story"
    said = sum(
        any(alike(mine.text, theirs.text) for theirs in other.story.disclosures) for mine in one.story.disclosures
    )
    return "half of what it discloses" if said * 2 >= max(1, len(one.story.disclosures)) else ""


def _stream(*what: object) -> random.Random:
    return random.Random(hashlib.sha256("/".join(map(str, what)).encode()).digest())


__all__ = ["SCENARIO_WRITER", "ChatError", "ScenarioQuestion", "UnsoundScenario", "WrittenSeeker", "write_seekers"]
