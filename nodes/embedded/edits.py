"""How is a skill edited, and no more than is needed? Pure functions from a skill to its next body."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from conversation.seeker import Emotion, Need
from conversation.support import SupportMove
from nodes.embedded.repertoire import ACTION, MANNER, Plan, choose_moves, step_of, ways_to_say
from nodes.skill_proposer import MoveRecord, Trouble
from skills_bank.change import Group
from skills_bank.skill import (
    Conditions,
    Evidence,
    EvidenceSource,
    Exclusions,
    Exit,
    Expected,
    Relations,
    Skill,
    Step,
)

LONGEST_ID = 64


def edited(skill: Skill, **fields: Any) -> Skill:
    """The skill with some fields changed, checked like any other; everything else stays word for word."""
    return Skill.model_validate(skill.model_dump() | fields)


def with_step(skill: Skill, step_id: str, **fields: Any) -> Skill:
    """The skill with some fields of one step changed."""
    steps = [step.model_dump() | fields if step.id == step_id else step.model_dump() for step in skill.steps]
    return edited(skill, steps=steps)


def written(
    plan: Plan,
    diagnosis: Trouble,
    taken: Iterable[str],
    need: Need,
    seed: int,
    *,
    leaning: float,
    first: int = 0,
) -> Skill:
    """A new skill from a plan, for the seekers of a diagnosis.

    Args:
        plan: what is generally advised.
        diagnosis: whom it is for, and what was seen of them.
        taken: ids that the bank has already.
        need: what the plan is for.
        seed: draws the wording.
        leaning: what the plan's usual moves are worth beside what was seen.
        first: index of the plan's step to begin with.
    """
    group = diagnosis.concerns
    steps = [step_of(step, diagnosis.moves, seed, leaning=leaning) for step in plan.steps[first:]]
    if group.resistance:
        steps[0] = _opened(steps[0], group, diagnosis.moves, seed)
    return Skill(
        id=_free_id(plan.id, taken),
        title=plan.title,
        summary=plan.summary,
        rationale=plan.rationale,
        sources=plan.sources,
        applies=Conditions(
            needs=group.needs or (() if group.activities else (need,)),
            activities=group.activities,
            emotions=group.emotions,
            resistance=group.resistance,
            words=_for_whom(plan.words, group),
        ),
        excludes=Exclusions(
            needs=tuple(n for n in plan.not_needs if n not in group.needs),
            words=f"{plan.not_words} A sign of risk belongs to the crisis path.",
        ),
        steps=tuple(steps),
        exit=Exit(done_when=plan.done, stop_when=plan.stop),
        expected=Expected(changes=plan.changes, within_turns=plan.within, allowed_dip=plan.allowed_dip),
        pitfalls=plan.pitfalls,
        examples=plan.examples,
        relations=Relations(),
        evidence=(
            Evidence(
                source=EvidenceSource.AUTHORED,
                group=str(group),
                judge="none: written from the literature for a diagnosis, not yet measured",
                references=(diagnosis.id,),
            ),
        ),
        limits="Written for one group of seekers and not tested in any other; English text only.",
    )


def without(skill: Skill, group: Group) -> Skill | None:
    """The skill, no longer for some of the group; the narrowest exclusion that the group's readings allow.

    None where nothing can be excluded, or where the skill would be left for nobody.
    """
    for name, values, narrowed in (
        ("resistance", group.resistance, skill.applies.resistance),
        ("activities", group.activities, skill.applies.activities),
        ("needs", group.needs, skill.applies.needs),
    ):
        if not values or {*values} <= {*getattr(skill.excludes, name)}:
            continue
        left = tuple(value for value in narrowed if value not in values)
        if narrowed and not left:
            continue  # an empty condition would mean any seeker
        what = " or ".join(value.value.replace("_", " ") for value in values)
        excluded = tuple(dict.fromkeys((*getattr(skill.excludes, name), *values)))
        words = f"{skill.excludes.words} Not where {_NAMES[name]} is {what}."
        excludes = skill.excludes.model_dump() | {name: excluded, "words": words.strip()}
        return edited(skill, excludes=excludes, applies=skill.applies.model_dump() | {name: left})
    return _without_emotion(skill, group.emotions)


def _without_emotion(skill: Skill, emotions: Sequence[Emotion]) -> Skill | None:
    """Emotions cannot be excluded, only left out of those that a skill is for."""
    if not emotions:
        return None
    now = skill.applies.emotions or tuple(emotion for emotion in Emotion if emotion is not Emotion.UNCLEAR)
    left = tuple(emotion for emotion in now if emotion not in emotions)
    if not left or left == now:
        return None
    what = " or ".join(emotion.value for emotion in emotions)
    words = f"{skill.applies.words} Not where the feeling is {what}."
    return edited(skill, applies=skill.applies.model_dump() | {"emotions": left, "words": words})


def reworded(skill: Skill, step_id: str, seed: int) -> Skill:
    """One step with the same moves, and with actions and wording that say how to make them."""
    step = skill.step(step_id)
    return with_step(skill, step_id, **_worded(step.moves, seed, skill.id, step_id))


def with_other_moves(
    skill: Skill, step_id: str, plan: Plan, records: Sequence[MoveRecord], seed: int, *, leaning: float
) -> Skill:
    """One step with moves that fit the need and did these seekers good, worded anew; aim and limits stay.

    A negative `leaning` prefers the plan's alternatives to its usual moves.
    """
    step = skill.step(step_id)
    place = min(skill.steps.index(step), len(plan.steps) - 1)
    planned = plan.steps[place]
    moves = choose_moves(planned.moves, (*planned.instead, *step.moves), records, leaning=leaning)
    return with_step(skill, step_id, moves=moves, **_worded(moves, seed, skill.id, step_id))


def without_step(skill: Skill, step_id: str) -> Skill | None:
    """The skill without one step; None where it is the only one."""
    left = [step for step in skill.steps if step.id != step_id]
    return edited(skill, steps=[step.model_dump() for step in left]) if left else None


def _worded(moves: Sequence[SupportMove], seed: int, *what: object) -> dict[str, Any]:
    return {"actions": tuple(ACTION[move] for move in moves), "wording": ways_to_say(moves, seed, *what)}


def _opened(step: Step, group: Group, records: Sequence[MoveRecord], seed: int) -> Step:
    """The first step, begun in the way that the resistance asks for."""
    move, avoid = MANNER[group.resistance[0]]
    others = tuple(m for m in step.moves if m is not move)
    moves = choose_moves((move, *others[:1]), others[1:], records)
    fields = _worded(moves, seed, step.id)
    return Step.model_validate(step.model_dump() | fields | {"moves": moves, "avoid": (*step.avoid, *avoid)})


def _for_whom(words: str, group: Group) -> str:
    parts = [
        f"{_NAMES[name]} is {' or '.join(value.value.replace('_', ' ') for value in values)}"
        for name, values in _readings(group).items()
        if values and name != "needs"
    ]
    return f"{words} For seekers of whom {', and '.join(parts)}." if parts else words


_NAMES = {
    "needs": "what the words ask for",
    "activities": "what the seeker is doing",
    "emotions": "the feeling",
    "resistance": "the resistance",
}


def _readings(group: Group) -> Mapping[str, Sequence[Any]]:
    return {name: getattr(group, name) for name in _NAMES}


def _free_id(wanted: str, taken: Iterable[str]) -> str:
    used = set(taken)
    number, name = 1, wanted
    while name in used:
        number += 1
        name = f"{wanted[: LONGEST_ID - 4]}-{number}"
    return name
