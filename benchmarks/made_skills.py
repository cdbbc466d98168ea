"""Made-up skills and seekers for benchmarks of the bank: as long and as varied as real ones, in any number."""

import random

from conversation.seeker import Activity, Emotion, Need, Readiness, Resistance, Scenario, SeekerState
from skills_bank.change import Change, ChangeKind, Claim
from skills_bank.skill import Conditions, Example, Exclusions, Skill
from skills_bank.skill_md import starter

_WORDS = """
work boss deadline shift layoff exam thesis grade rent debt landlord breakup marriage mother father brother sister child
baby custody friend party loneliness funeral dog cat diagnosis surgery pain sleep drinking move visa church future
savings wedding neighbour roommate interview degree promotion team hospital school college
/ angry tired afraid ashamed guilty hurt numb lost empty tense helpless bitter torn jealous sad hopeful calm restless
worn anxious stuck small blamed ignored
/ listen ask wait name slow reflect notice plan weigh praise thank ground breathe write call rest sort stay settle
wonder check repair
"""
_TOPICS, _FEELINGS, _DEEDS = (part.split() for part in _WORDS.split("/"))
_LINES = (
    "I feel {f} about the {t} and I do not know what to do about my {u}.",
    "Since the {t} I have been so {f}, and nobody asks about my {u}.",
    "My {u} makes me {f}; it was the same with the {t} last year.",
    "Everyone says the {t} will pass, but I am {f} and {g} every night.",
)


def line(drawn: random.Random) -> str:
    """Something that a seeker might write."""
    t, u = drawn.sample(_TOPICS, 2)
    f, g = drawn.sample(_FEELINGS, 2)
    return drawn.choice(_LINES).format(t=t, u=u, f=f, g=g)


def skills(count: int, seed: int = 0) -> list[Skill]:
    """So many skills, all different, each made on a starter skill."""
    drawn, bodies = random.Random(seed), starter()
    return [_skill(number, drawn, bodies[number % len(bodies)]) for number in range(count)]


def _skill(number: int, drawn: random.Random, body: Skill) -> Skill:
    topics, feelings, deeds = drawn.sample(_TOPICS, 4), drawn.sample(_FEELINGS, 3), drawn.sample(_DEEDS, 3)
    conditions = Conditions(
        scenarios=_some(drawn, Scenario, 0.3),
        activities=_some(drawn, Activity, 0.8),
        emotions=_some(drawn, Emotion, 0.6),
        needs=_some(drawn, Need, 0.6),
        readiness=_some(drawn, Readiness, 0.4),
        words=f"The seeker is {feelings[0]} or {feelings[1]} about {topics[0]} or {topics[1]}.",
    )
    return body.model_copy(
        update={
            "id": f"made-{number}-{deeds[0]}-{topics[0]}",
            "title": f"{deeds[0].capitalize()} with the {feelings[0]}, about {topics[0]}",
            "summary": f"Helps to {deeds[1]} and {deeds[2]} when the {topics[2]} or the {topics[3]} hurts ({number}).",
            "applies": conditions,
            "excludes": Exclusions(
                activities=tuple(a for a in _some(drawn, Activity, 0.8) if a not in conditions.activities),
                resistance=_some(drawn, Resistance, 0.3),
                words="as listed",
            ),
            "requires": (),
            "examples": tuple(Example(before=line(drawn), reply="…", after="…", good=True) for _ in range(2)),
        }
    )


def _some(drawn: random.Random, kind: type, chance: float) -> tuple[object, ...]:
    values = [value for value in kind if value.value not in ("unclear", "none")]  # type: ignore[attr-defined]
    return tuple(drawn.sample(values, drawn.randint(1, min(4, len(values) - 1)))) if drawn.random() < chance else ()


def state(drawn: random.Random) -> SeekerState:
    """A reading of a seeker."""
    return SeekerState(
        activity=drawn.choice(list(Activity)),
        emotion=drawn.choice(list(Emotion)),
        intensity=drawn.randint(1, 5),
        scenario=drawn.choice(list(Scenario)),
        need=drawn.choice(list(Need)),
        readiness=drawn.choice(list(Readiness)),
    )


def adding(made: list[Skill]) -> list[Change]:
    """The changes that bring these skills."""
    return [
        Change(
            id=f"add-{s.id}", kind=ChangeKind.ADD, claim=Claim.UPKEEP, skills=(s,), author="benchmark", reason="made"
        )
        for s in made
    ]
