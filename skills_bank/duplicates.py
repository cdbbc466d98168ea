"""Which skills say the same? Those whose texts are near each other, or with the same trigger and the same steps."""

from collections.abc import Sequence

from skills_bank.embedding import HashingEmbedder
from skills_bank.skill import Skill
from skills_bank.view import similarity_text

NEAR = 0.9
"""Cosine above which two skills' texts count as the same."""


def without_duplicates(skills: Sequence[Skill]) -> tuple[tuple[Skill, ...], tuple[str, ...]]:
    """The skills that remain when of near-duplicates the one with more evidence is kept, and a line for each that goes.

    Nearness is always measured by the hashing embedder, so that the same skills are kept whatever the bank embeds with.

    Args:
        skills: Any order; the result is sorted by id.
    """
    ordered = sorted(skills, key=lambda skill: (-_weight(skill), skill.id))
    if not ordered:
        return (), ()
    vectors = HashingEmbedder().embed([similarity_text(skill) for skill in ordered])
    kept: list[int] = []
    lines = []
    for number, skill in enumerate(ordered):
        for other in kept:
            cosine = float(vectors[number] @ vectors[other])
            if cosine > NEAR or _pattern(skill) == _pattern(ordered[other]):
                why = f"cosine {cosine:.2f}" if cosine > NEAR else "same trigger and steps"
                lines.append(
                    f"skill {skill.id}: near-duplicate of {ordered[other].id} ({why}), which has more evidence"
                )
                break
        else:
            kept.append(number)
    return tuple(sorted((ordered[number] for number in kept), key=lambda skill: skill.id)), tuple(lines)


def _weight(skill: Skill) -> int:
    return sum(evidence.helped + evidence.harmed for evidence in skill.evidence)


def _pattern(skill: Skill) -> tuple[object, ...]:
    trigger = skill.applies.model_copy(update={"words": ""})
    return trigger, tuple(step.moves for step in skill.steps)
