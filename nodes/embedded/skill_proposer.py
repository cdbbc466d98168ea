"""Which edit does the embedded proposer make for a diagnosis? The smallest that could mend it and was not refused.

For each kind of trouble there is a short list of edits, from the smallest to the largest. The first that changes
something, keeps the skill lawful (lint) and was not refused before is proposed. What it knows of people is the field's
general advice (`repertoire.py`) and how replies were followed in the seekers concerned; no thought, score or intention.
"""

from collections.abc import Callable, Iterator

from conversation.support import SupportMove
from nodes.embedded.edits import reworded, with_other_moves, without, without_step, written
from nodes.embedded.reading.moves import read_moves
from nodes.embedded.repertoire import LISTED, Plan, harmful, need_of, plan_for, spoken, worth
from nodes.embedded.unsafe_words import cleaned
from nodes.failure_analyst import DiagnosisKind
from nodes.remembered import NothingToPropose, in_words
from nodes.skill_proposer import ChangeDraft, ProposerQuestion, Trouble
from skills_bank.change import ChangeKind, Claim
from skills_bank.lint import lint
from skills_bank.skill import Skill

_CONTACT = frozenset({SupportMove.RAPPORT, SupportMove.UNCLEAR})
"""A step that makes no other move keeps company and does nothing."""

OTHERWISE = -LISTED
"""Leaning that prefers a plan's alternatives to its usual moves: the second idea, where the first was refused."""


def play(question: ProposerQuestion, seed: int) -> ChangeDraft:
    """One edit for the diagnosis. `seed` draws the wording.

    Raises:
        NothingToPropose: every edit that could mend it was refused before, or the skill is not among those given.
    """
    refused = {*question.refused}
    for draft in _EDITS[question.diagnosis.kind](question, seed):
        if in_words(draft) not in refused and not _worse_for_lint(draft, question.skills):
            return draft
    what = f"{question.diagnosis.kind.value} of '{question.diagnosis.skill_id or question.diagnosis.concerns}'"
    raise NothingToPropose(f"no edit is left for {what}: {len(refused)} were refused before", role="skill_proposer")


def _missing(question: ProposerQuestion, seed: int) -> Iterator[ChangeDraft]:
    diagnosis = question.diagnosis
    need = need_of(diagnosis.concerns)
    plan = plan_for(need)
    taken = [skill.id for skill in question.skills]
    for leaning, first in ((LISTED, 0), (OTHERWISE, 0), (LISTED, 1), (OTHERWISE, 1)):
        skill = written(plan, diagnosis, taken, need, seed, leaning=leaning, first=first)
        yield _draft(
            diagnosis,
            ChangeKind.ADD,
            Claim.GAIN,
            skills=(skill,),
            edit=f"a skill for them is added: {_moves(skill)}",
            effect=_effect(plan),
        )


def _mismatch(question: ProposerQuestion, seed: int) -> Iterator[ChangeDraft]:
    """These seekers leave the skill, or get a variant of their own."""
    skill = _target(question)
    if skill is None:
        return
    restricted = list(_restrict(question, skill))
    split = list(_split(question, skill, seed))
    # Without another skill for these seekers, to take this one away would leave them with none.
    cared_for = any(_is_for(other, question.diagnosis) for other in question.skills if other.id != skill.id)
    yield from (*restricted, *split) if cared_for else (*split, *restricted)
    yield from _other_moves(question, skill, seed)


def _misapplied(question: ProposerQuestion, seed: int) -> Iterator[ChangeDraft]:
    skill = _target(question)
    if skill is None:
        return
    yield from _restrict(question, skill)
    yield from _split(question, skill, seed)


def _ineffective(question: ProposerQuestion, seed: int) -> Iterator[ChangeDraft]:
    """The step is worded, then made, in another way; then the skill goes."""
    skill = _target(question)
    if skill is None:
        return
    filled = _filled(question, skill, seed)
    if filled is not None:
        yield _revised(question, filled, "the steps that said nothing say how to do what they are for")
    yield from _other_moves(question, skill, seed)
    yield _draft(
        question.diagnosis,
        ChangeKind.RETIRE,
        Claim.UPKEEP,
        targets=(skill.id,),
        edit="nothing that was tried in its place helped, and the bank is smaller without it",
        effect="These seekers end no lower without it.",
    )


def _unsafe(question: ProposerQuestion, seed: int) -> Iterator[ChangeDraft]:
    """What is unsafe goes out of the wording; then the step is made anew; then it goes; then the skill."""
    skill = _target(question)
    if skill is None:
        return
    diagnosis = question.diagnosis
    effect = "No draft made with this skill holds what the guard found; the seekers end no lower."

    def revise(body: Skill | None, edit: str) -> Iterator[ChangeDraft]:
        if body is not None and body.content_hash != skill.content_hash:
            yield _draft(
                diagnosis,
                ChangeKind.REVISE,
                Claim.SAFETY,
                targets=(skill.id,),
                skills=(body,),
                edit=edit,
                effect=effect,
            )

    yield from revise(cleaned(skill, seed), "what is unsafe in its actions and wording is taken out")
    steps = [diagnosis.step_id] if diagnosis.step_id in {step.id for step in skill.steps} else []
    plan = plan_for(need_of(diagnosis.concerns, skill))
    for step_id in steps:
        body = with_other_moves(skill, step_id, plan, diagnosis.moves, seed, leaning=LISTED)
        yield from revise(body, f"step '{step_id}' is made and worded anew")
        yield from revise(without_step(skill, step_id), f"step '{step_id}' goes")
    yield _draft(
        diagnosis,
        ChangeKind.RETIRE,
        Claim.SAFETY,
        targets=(skill.id,),
        edit="no smaller edit made it safe",
        effect=effect,
    )


_EDITS: dict[DiagnosisKind, Callable[[ProposerQuestion, int], Iterator[ChangeDraft]]] = {
    DiagnosisKind.MISSING_SKILL: _missing,
    DiagnosisKind.PROFILE_MISMATCH: _mismatch,
    DiagnosisKind.MISAPPLIED_SKILL: _misapplied,
    DiagnosisKind.INEFFECTIVE_SKILL: _ineffective,
    DiagnosisKind.UNSAFE_INTERVENTION: _unsafe,
}


def _restrict(question: ProposerQuestion, skill: Skill) -> Iterator[ChangeDraft]:
    """Exclusions from the narrowest reading to the widest."""
    group = question.diagnosis.concerns
    for part in (
        group,
        group.model_copy(update={"resistance": ()}),
        group.model_copy(update={"resistance": (), "activities": ()}),
        group.model_copy(update={"resistance": (), "activities": (), "needs": ()}),
    ):
        body = without(skill, part)
        if body is not None:
            yield _draft(
                question.diagnosis,
                ChangeKind.RESTRICT,
                Claim.GAIN,
                targets=(skill.id,),
                skills=(body,),
                edit="they no longer get it",
                effect="These seekers withdraw and correct less often; for all others nothing changes.",
            )


def _split(question: ProposerQuestion, skill: Skill, seed: int) -> Iterator[ChangeDraft]:
    """The skill without these seekers, and a skill of their own."""
    diagnosis = question.diagnosis
    rest = without(skill, diagnosis.concerns)
    if rest is None:
        return
    need = need_of(diagnosis.concerns, skill)
    plan = plan_for(need)
    taken = [other.id for other in question.skills]
    for leaning in (LISTED, OTHERWISE):
        own = written(plan, diagnosis, taken, need, seed, leaning=leaning)
        yield _draft(
            diagnosis,
            ChangeKind.SPLIT,
            Claim.GAIN,
            targets=(skill.id,),
            skills=(rest, own),
            edit=f"they get a skill of their own: {_moves(own)}",
            effect=_effect(plan),
        )


def _other_moves(question: ProposerQuestion, skill: Skill, seed: int) -> Iterator[ChangeDraft]:
    plan = plan_for(need_of(question.diagnosis.concerns, skill))
    for leaning in (LISTED, OTHERWISE):
        for step_id in _weak_steps(skill, question.diagnosis):
            body = with_other_moves(skill, step_id, plan, question.diagnosis.moves, seed, leaning=leaning)
            if body.step(step_id).moves != skill.step(step_id).moves:
                yield _revised(question, body, f"step '{step_id}' is made otherwise: {_moves(body, step_id)}")


def _revised(question: ProposerQuestion, body: Skill, edit: str) -> ChangeDraft:
    plan = plan_for(need_of(question.diagnosis.concerns, body))
    return _draft(
        question.diagnosis,
        ChangeKind.REVISE,
        Claim.GAIN,
        targets=(body.id,),
        skills=(body,),
        edit=edit,
        effect=_effect(plan),
    )


def _weak_steps(skill: Skill, diagnosis: Trouble) -> list[str]:
    """The step that the diagnosis names; else all, the one whose moves did least for these seekers first."""
    if diagnosis.step_id in {step.id for step in skill.steps}:
        return [diagnosis.step_id]
    ranked = sorted(
        skill.steps,
        key=lambda step: sum(worth(move, diagnosis.moves, 0.0) for move in step.moves) / len(step.moves),
    )
    return [step.id for step in ranked]


def _filled(question: ProposerQuestion, skill: Skill, seed: int) -> Skill | None:
    """The skill with every step that says nothing filled; None where none is empty, or the trouble lies in another."""
    plan = plan_for(need_of(question.diagnosis.concerns, skill))
    body = skill
    for step in skill.steps:
        if {*step.moves} <= _CONTACT:
            body = with_other_moves(body, step.id, plan, question.diagnosis.moves, seed, leaning=LISTED)
        elif not {*step.moves} & {move for way in step.wording for move in read_moves(spoken(way))}:
            body = reworded(body, step.id, seed)
    named = question.diagnosis.step_id
    in_it = any(one != other for one, other in zip(body.steps, skill.steps, strict=True) if named in ("", one.id))
    return body if in_it else None


def _is_for(skill: Skill, diagnosis: Trouble) -> bool:
    """Whether a skill could serve the seekers of a diagnosis."""
    group = diagnosis.concerns
    named = not skill.applies.needs or bool({*skill.applies.needs} & {*group.needs})
    barred = {*skill.excludes.needs} & {*group.needs} or {*skill.excludes.resistance} & {*group.resistance}
    return named and not barred


def _target(question: ProposerQuestion) -> Skill | None:
    return next((skill for skill in question.skills if skill.id == question.diagnosis.skill_id), None)


def _worse_for_lint(draft: ChangeDraft, skills: tuple[Skill, ...]) -> bool:
    """Whether lint has anything to say of a body that it did not say of the skill before."""
    known = {skill.id: {*lint(skill)} for skill in skills if skill.id in draft.targets}
    return any({*lint(body)} - known.get(body.id, set()) for body in draft.skills)


def _draft(
    diagnosis: Trouble,
    kind: ChangeKind,
    claim: Claim,
    *,
    targets: tuple[str, ...] = (),
    skills: tuple[Skill, ...] = (),
    edit: str,
    effect: str,
) -> ChangeDraft:
    bad = [record.move.value.replace("_", " ") for record in diagnosis.moves if harmful(record)]
    seen = f" Replies with these moves went badly more often than well: {', '.join(bad)}." if bad else ""
    return ChangeDraft(
        kind=kind,
        claim=claim,
        targets=targets,
        skills=skills,
        reason=f"{diagnosis.why}{seen} So {edit}.",
        concerns=diagnosis.concerns,
        expected_effect=effect,
    )


def _effect(plan: Plan) -> str:
    changes = " or ".join(change.value.replace("_", " ") for change in plan.changes)
    return f"Within {plan.within} turns more of these seekers' answers show one of: {changes}."


def _moves(skill: Skill, step_id: str = "") -> str:
    steps = [skill.step(step_id)] if step_id else skill.steps
    return " → ".join(" + ".join(move.value.replace("_", " ") for move in step.moves) for step in steps)
