"""What is wrong with the bank, for whom? Findings of many episodes, grouped into diagnoses.

Pure functions over what the analyst was shown and what it found, so no hidden intention can come in. Seekers are
grouped by what the appraiser read of them: the need first, then, where the trouble sits in a part of them only,
resistance, activity or emotion. Every group is held against comparable episodes in which the same thing went well, so
that a rare harm is not read as a rule.
"""

import hashlib
from collections.abc import Iterable, Sequence
from statistics import fmean

from conversation.episode import Episode
from conversation.model import Value
from nodes.diagnosing.contrast import group_of, label_name
from nodes.diagnosing.move_records import move_records
from nodes.diagnosing.patterns import Case, Pattern, patterns
from nodes.failure_analyst import AnalystQuestion, AnalystTurn, DiagnosisKind
from nodes.skill_proposer import Diagnosis
from skills_bank.skill import Skill, SkillId

__all__ = ["Case", "Unused", "diagnose", "question_of", "unused"]


class Unused(Value):
    """Skills that did nothing over all the cases."""

    never_considered: tuple[SkillId, ...] = ()
    considered_never_used: tuple[SkillId, ...] = ()


def question_of(episode: Episode, episode_id: str, skills: Iterable[Skill]) -> AnalystQuestion | None:
    """What the analyst is asked about an episode; None when the episode is unscored, as nothing can be said of it.

    Args:
        episode: any simulated conversation.
        episode_id: the name under which findings refer to it.
        skills: the living skills; those that were used go with the question.
    """
    if not episode.scored:
        return None
    turns = tuple(
        AnalystTurn(
            seeker=turn.seeker,
            state=turn.state,
            reply=turn.reply,
            used=turn.used,
            considered=turn.considered,
            findings=turn.findings,
            monologue=turn.appraisal.monologue,
            feeling=turn.appraisal.feeling,
            change=turn.appraisal.change,
            emotion=turn.emotion,
        )
        for turn in episode.turns
        if turn.appraisal is not None and turn.emotion is not None
    )
    used = {turn.used.skill_id for turn in turns if turn.used}
    return AnalystQuestion(
        episode_id=episode_id, turns=turns, skills=tuple(skill for skill in skills if skill.id in used)
    )


def diagnose(cases: Sequence[Case]) -> tuple[Diagnosis, ...]:
    """Diagnoses over all cases, the costliest first (mean loss × episodes that show it).

    The same whatever the order of the cases. What only one episode shows is dropped, unless it is a safety event.
    """
    questions = {case.question.episode_id: case.question for case in cases}
    found = [_diagnosis(pattern, questions) for pattern in patterns(cases)]
    return tuple(sorted(found, key=lambda diagnosis: (-diagnosis.loss * diagnosis.shown, diagnosis.id)))


def unused(cases: Sequence[Case], living: Iterable[SkillId]) -> Unused:
    """Skills that were never among those considered, and those that were considered and never used."""
    turns = [turn for case in cases for turn in case.question.turns]
    considered = {score.skill_id for turn in turns for score in turn.considered}
    used = {turn.used.skill_id for turn in turns if turn.used}
    ids = sorted(living)
    return Unused(
        never_considered=tuple(i for i in ids if i not in considered and i not in used),
        considered_never_used=tuple(i for i in ids if i in considered and i not in used),
    )


def _diagnosis(pattern: Pattern, questions: dict[str, AnalystQuestion]) -> Diagnosis:
    concerns = group_of((*pattern.any_of, *pattern.also))
    step = "" if pattern.kind is DiagnosisKind.PROFILE_MISMATCH else pattern.step_id
    unsafe_step = step if pattern.kind is DiagnosisKind.UNSAFE_INTERVENTION else ""
    name = "\x1f".join((pattern.kind.value, pattern.skill_id, unsafe_step, str(concerns)))
    shown = sorted(pattern.findings)
    return Diagnosis(
        id=f"diagnosis-{hashlib.sha256(name.encode()).hexdigest()[:10]}",
        kind=pattern.kind,
        skill_id=pattern.skill_id,
        step_id=step,
        concerns=concerns,
        episodes=tuple(shown),
        turns=tuple(
            f"{episode}:{turn}"
            for episode in shown
            for turn in sorted({turn for finding in pattern.findings[episode] for turn in finding.turns})
        ),
        shown=len(shown),
        not_shown=pattern.not_shown,
        loss=fmean(sum(finding.loss for finding in pattern.findings[episode]) for episode in shown),
        why=_why(pattern, step),
        example=_costliest(pattern),
        moves=move_records(questions[episode] for episode in sorted({*pattern.comparable, *shown})),
    )


def _why(pattern: Pattern, step: str) -> str:
    """The diagnosis in a sentence, from what it holds."""
    skill = pattern.skill_id
    what = {
        DiagnosisKind.MISSING_SKILL: "no skill fitted and it went on badly",
        DiagnosisKind.UNSAFE_INTERVENTION: "the guard found something unsafe in drafts made "
        + (f"with '{skill}'" if skill else "without a skill"),
        DiagnosisKind.MISAPPLIED_SKILL: f"'{skill}' was used against its own conditions",
        DiagnosisKind.INEFFECTIVE_SKILL: f"'{skill}' brought nothing" + (f" in step '{step}'" if step else ""),
        DiagnosisKind.PROFILE_MISMATCH: f"'{skill}' failed these seekers",
    }[pattern.kind]
    who = " or ".join(label_name(label) for label in pattern.any_of)
    who = ", ".join((who, *(label_name(label) for label in pattern.also))) if who or pattern.also else "all seekers"
    shown = len(pattern.findings)
    helps = f" With other seekers the same skill helps ({pattern.helps} conversations)." if pattern.helps else ""
    return f"In {shown} of {shown + pattern.not_shown} conversations ({who}) {what}.{helps}"


def _costliest(pattern: Pattern) -> str:
    """What the analyst said of the costliest finding."""
    findings = [finding for own in pattern.findings.values() for finding in own]
    return max(findings, key=lambda finding: (finding.loss, finding.why)).why
