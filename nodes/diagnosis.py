"""What is wrong with the bank, for whom? Findings of many episodes, grouped into diagnoses.

Pure functions over what the analyst was shown and what it found, so no hidden intention can come in. Seekers are
grouped by what the appraiser read of them: the need first, then, where the trouble sits in a part of them only,
resistance, activity or emotion. Every group is held against comparable episodes in which the same thing went well, so
that a rare harm is not read as a rule.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import fmean

from conversation.episode import Episode
from conversation.model import Value
from conversation.seeker import Activity, Emotion, Need, Resistance, SeekerState
from nodes.contrast import Label, group_of, label_name, labels_of, refine
from nodes.failure_analyst import Analysis, AnalystFinding, AnalystQuestion, AnalystTurn, DiagnosisKind
from nodes.move_records import move_records
from nodes.skill_proposer import Diagnosis
from skills_bank.skill import Skill, SkillId

FEWEST = 2
"""Episodes that must show a pattern before it is one; a safety event counts from the first."""
SMALLEST_SHARE = 1 / 3
"""Share of the comparable episodes that must show it."""
GOOD_ELSEWHERE = 2.0
"""Mean points a turn from which a skill counts as doing well with other seekers."""
POOR_HERE = 1.0
"""Mean points a turn up to which it counts as failing these."""


class Case(Value):
    """One episode as the analyst saw it, and what the analyst found."""

    question: AnalystQuestion
    analysis: Analysis


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

    The same whatever the order of the cases. A finding without a counterpart in another episode is dropped, unless it
    is a safety event.
    """
    ordered = sorted(cases, key=lambda case: case.question.episode_id)
    patterns: dict[tuple[DiagnosisKind, str, Label], _Pattern] = defaultdict(_Pattern)
    for case in ordered:
        for finding in case.analysis.findings:
            state = _state_at(case.question.turns, finding.turns)
            if finding.kind is DiagnosisKind.MISSING_SKILL and state is None:
                continue  # nothing was read of this seeker: no skill could be written for such a group
            key = (finding.kind, finding.skill_id, _first_label(state))
            patterns[key].add(case.question.episode_id, finding)
    found = [
        diagnosis
        for (kind, skill_id, label), pattern in patterns.items()
        if (diagnosis := _diagnosis(kind, skill_id, label, pattern, ordered)) is not None
    ]
    return tuple(sorted(_merged(found), key=lambda d: (-d.loss * d.shown, d.id)))


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


@dataclass
class _Pattern:
    """Findings of one kind, skill and first label, by episode."""

    findings: dict[str, list[AnalystFinding]] = field(default_factory=dict)

    def add(self, episode_id: str, finding: AnalystFinding) -> None:
        self.findings.setdefault(episode_id, []).append(finding)

    @property
    def step(self) -> str:
        """The step in which most of the loss lies; empty when it is spread, or no step is named."""
        losses: Counter[str] = Counter()
        for findings in self.findings.values():
            for finding in findings:
                losses[finding.step_id] += max(1, finding.loss)
        step, most = losses.most_common(1)[0]
        return step if most > 0.5 * losses.total() else ""


def _diagnosis(
    kind: DiagnosisKind, skill_id: str, label: Label, pattern: _Pattern, cases: Sequence[Case]
) -> Diagnosis | None:
    comparable: dict[str, SeekerState | None] = {}
    for case in cases:
        state = _met(case.question.turns, skill_id)
        if state is not None and _first_label(state) == label:
            comparable[case.question.episode_id] = state
    for episode_id in pattern.findings:
        comparable.setdefault(episode_id, _found_state(cases, episode_id, pattern.findings[episode_id]))
    shown = set(pattern.findings)
    unsafe = kind is DiagnosisKind.UNSAFE_INTERVENTION
    labels: tuple[Label, ...] = () if label[1] == "unclear" else (label,)
    if not unsafe:
        labels = refine(labels, shown, {i: labels_of(s) for i, s in comparable.items() if s is not None})
    group_cases = {i for i, s in comparable.items() if s is not None and {*labels} <= labels_of(s)}
    shown = (shown & group_cases) or shown
    if not unsafe and (len(shown) < FEWEST or len(shown) < SMALLEST_SHARE * len(group_cases)):
        return None
    findings = [finding for i in sorted(shown) for finding in pattern.findings[i]]
    step = pattern.step
    why = _why(kind, skill_id, step, labels, len(shown), len(group_cases - shown), findings)
    if kind in (DiagnosisKind.INEFFECTIVE_SKILL, DiagnosisKind.MISAPPLIED_SKILL):
        here, elsewhere = _effect(cases, skill_id, {*labels})
        if here and len(elsewhere) >= FEWEST and fmean(here) <= POOR_HERE and fmean(elsewhere) >= GOOD_ELSEWHERE:
            if kind is DiagnosisKind.INEFFECTIVE_SKILL:
                kind, step = DiagnosisKind.PROFILE_MISMATCH, ""
            why += f" With other seekers the same skill helps ({len(elsewhere)} conversations)."
    group = group_of(labels)
    name = "\x1f".join((kind.value, skill_id, str(group)))
    return Diagnosis(
        id=f"diagnosis-{hashlib.sha256(name.encode()).hexdigest()[:10]}",
        kind=kind,
        skill_id=skill_id,
        step_id=step,
        concerns=group,
        episodes=tuple(sorted(shown)),
        turns=tuple(f"{i}:{t}" for i in sorted(shown) for t in _turns(pattern.findings[i])),
        shown=len(shown),
        not_shown=len(group_cases - shown),
        loss=fmean(sum(f.loss for f in pattern.findings[i]) for i in shown),
        why=why,
        moves=move_records([c.question for c in cases if c.question.episode_id in group_cases | shown]),
    )


def _merged(found: Iterable[Diagnosis]) -> list[Diagnosis]:
    """One diagnosis for one trouble: of those with the same id (kind, skill, group) the costlier stays."""
    kept: dict[str, Diagnosis] = {}
    for diagnosis in sorted(found, key=lambda d: (-d.loss * d.shown, d.why)):
        kept.setdefault(diagnosis.id, diagnosis)
    return list(kept.values())


def _effect(cases: Sequence[Case], skill_id: str, labels: set[Label]) -> tuple[list[float], list[float]]:
    """Mean change a turn with this skill, by episode: for seekers with all the labels, and for the others."""
    here: list[float] = []
    elsewhere: list[float] = []
    for case in cases:
        turns = [turn for turn in case.question.turns if turn.used and turn.used.skill_id == skill_id]
        state = _met(case.question.turns, skill_id)
        if turns and state is not None:
            (here if labels <= labels_of(state) else elsewhere).append(fmean(turn.change for turn in turns))
    return here, elsewhere


def _met(turns: Sequence[AnalystTurn], skill_id: str) -> SeekerState | None:
    """The seeker as read where the skill was used; with no skill named, as read over the whole episode."""
    if not skill_id:
        return _typical([turn.state for turn in turns])
    return _typical([turn.state for turn in turns if turn.used and turn.used.skill_id == skill_id])


def _state_at(turns: Sequence[AnalystTurn], indices: Iterable[int]) -> SeekerState | None:
    """The seeker as read at these turns; of the whole episode where nothing was read there."""
    at = _typical([turns[index].state for index in indices if index < len(turns)])
    return at if at is not None else _typical([turn.state for turn in turns])


def _found_state(cases: Sequence[Case], episode_id: str, findings: Sequence[AnalystFinding]) -> SeekerState | None:
    turns = next(case.question.turns for case in cases if case.question.episode_id == episode_id)
    return _state_at(turns, _turns(findings))


def _typical(states: Iterable[SeekerState | None]) -> SeekerState | None:
    """One state for several: of each reading the most frequent clear one, the earlier on a tie."""
    read = [state for state in states if state is not None]
    if not read:
        return None
    return read[0].model_copy(
        update={
            "need": _mode((s.need for s in read), Need.UNCLEAR),
            "activity": _mode((s.activity for s in read), Activity.UNCLEAR),
            "emotion": _mode((s.emotion for s in read), Emotion.UNCLEAR),
            "resistance": _mode((s.resistance for s in read), Resistance.NONE),
        }
    )


def _mode(values: Iterable[object], without: object) -> object:
    counts = Counter(value for value in values if value is not without)
    return counts.most_common(1)[0][0] if counts else without


def _first_label(state: SeekerState | None) -> Label:
    """By what seekers are grouped first: what their words ask for, or else what they are doing."""
    if state is None:
        return ("needs", "unclear")
    if state.need is not Need.UNCLEAR:
        return ("needs", state.need.value)
    return ("activities", state.activity.value)


def _turns(findings: Iterable[AnalystFinding]) -> tuple[int, ...]:
    return tuple(sorted({turn for finding in findings for turn in finding.turns}))


def _why(
    kind: DiagnosisKind,
    skill_id: str,
    step: str,
    labels: Iterable[Label],
    shown: int,
    not_shown: int,
    findings: Sequence[AnalystFinding],
) -> str:
    """The diagnosis in a sentence, and the costliest finding as the example."""
    what = {
        DiagnosisKind.MISSING_SKILL: "no skill fitted and it went on badly",
        DiagnosisKind.UNSAFE_INTERVENTION: f"the guard found something unsafe in drafts made with '{skill_id}'"
        if skill_id
        else "the guard found something unsafe in drafts made without a skill",
        DiagnosisKind.MISAPPLIED_SKILL: f"'{skill_id}' was used against its own conditions",
        DiagnosisKind.INEFFECTIVE_SKILL: f"'{skill_id}' brought nothing" + (f" in step '{step}'" if step else ""),
        DiagnosisKind.PROFILE_MISMATCH: f"'{skill_id}' fails these seekers",
    }[kind]
    who = ", ".join(label_name(label) for label in labels) or "seekers of whom little could be read"
    worst = max(findings, key=lambda finding: (finding.loss, finding.why))
    return f"In {shown} of {shown + not_shown} conversations ({who}) {what}. The costliest: {worst.why}"
