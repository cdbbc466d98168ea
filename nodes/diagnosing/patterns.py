"""Which findings of several episodes show the same trouble, in which seekers, and how often did it not show?"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean

from conversation.model import Value
from conversation.seeker import Activity, Emotion, Need, Resistance, SeekerState
from nodes.diagnosing.contrast import Label, labels_of, refine
from nodes.failure_analyst import Analysis, AnalystFinding, AnalystQuestion, AnalystTurn, DiagnosisKind

FEWEST = 2
"""Episodes that must show a pattern before it is one; a safety event counts from the first."""
SMALLEST_SHARE = 1 / 3
"""Share of the comparable episodes that must show it."""
GOOD_ELSEWHERE = 2.0
"""Mean points a turn from which a skill counts as doing well with other seekers."""
POOR_HERE = 1.0
"""Mean points a turn up to which it counts as failing these."""

FEWEST_TURNS = 10
"""Turns of the same seekers without the skill, below which it is not known what is usual for them."""
CLEARLY_LESS = 0.5
"""Points a turn by which a skill must stay below what is usual for these seekers."""

_ABOUT_EFFECT = (DiagnosisKind.INEFFECTIVE_SKILL, DiagnosisKind.PROFILE_MISMATCH)

Findings = dict[str, list[AnalystFinding]]
"""Episode → what was found in it."""


class Case(Value):
    """One episode as the analyst saw it, and what the analyst found."""

    question: AnalystQuestion
    analysis: Analysis


@dataclass(frozen=True)
class Pattern:
    """One trouble. Seekers are concerned who have any of `any_of` and all of `also`; no labels mean all seekers."""

    kind: DiagnosisKind
    skill_id: str
    any_of: tuple[Label, ...]
    also: tuple[Label, ...]
    findings: Mapping[str, Sequence[AnalystFinding]]
    comparable: frozenset[str]
    helps: int = 0
    """Conversations with other seekers in which the same skill helped, where that is why the pattern is a mismatch."""

    @property
    def step_id(self) -> str:
        """The step in which most of the loss lies; empty when it is spread, or no step is named."""
        losses: Counter[str] = Counter()
        for findings in self.findings.values():
            for finding in findings:
                losses[finding.step_id] += max(1, finding.loss)
        step, most = losses.most_common(1)[0]
        return step if most > 0.5 * losses.total() else ""

    @property
    def not_shown(self) -> int:
        """Comparable episodes without it."""
        return len(self.comparable - set(self.findings))


def patterns(cases: Sequence[Case]) -> list[Pattern]:
    """All patterns over the cases; the order of the cases does not matter."""
    ordered = sorted(cases, key=lambda case: case.question.episode_id)
    seen: dict[tuple[DiagnosisKind, str, str], dict[Label, Findings]] = defaultdict(lambda: defaultdict(dict))
    for case in ordered:
        for finding in case.analysis.findings:
            state = _state_at(case.question.turns, finding.turns)
            if finding.kind is DiagnosisKind.MISSING_SKILL and state is None:
                continue  # nothing was read of this seeker: no skill could be written for such a group
            # An unsafe step is unsafe for everyone, so there the place counts and not the seeker.
            step = finding.step_id if finding.kind is DiagnosisKind.UNSAFE_INTERVENTION else ""
            # Whether a skill is wrong for these seekers or for all is told from all that is found of it together.
            kind = DiagnosisKind.INEFFECTIVE_SKILL if finding.kind in _ABOUT_EFFECT else finding.kind
            by_label = seen[kind, finding.skill_id, step]
            by_label[first_label(state)].setdefault(case.question.episode_id, []).append(finding)
    found: list[Pattern] = []
    for (kind, skill_id, _), by_label in seen.items():
        if kind is DiagnosisKind.UNSAFE_INTERVENTION:
            found.append(_unsafe(skill_id, by_label, ordered))
        else:
            found.extend(_local(kind, skill_id, by_label, ordered))
    return list(_joined(found))


def typical(states: Iterable[SeekerState | None]) -> SeekerState | None:
    """One state for several: of each reading the most frequent clear one, the earlier on a tie. None of nothing."""
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


def first_label(state: SeekerState | None) -> Label:
    """By what seekers are grouped first: what their words ask for, or else what they are doing."""
    if state is None:
        return ("needs", "unclear")
    if state.need is not Need.UNCLEAR:
        return ("needs", state.need.value)
    return ("activities", state.activity.value)


def _unsafe(skill_id: str, by_label: Mapping[Label, Findings], cases: Sequence[Case]) -> Pattern:
    findings: Findings = {}
    for found in by_label.values():
        for episode, own in found.items():
            findings.setdefault(episode, []).extend(own)
    used = {case.question.episode_id for case in cases if _met(case.question.turns, skill_id) is not None}
    return Pattern(
        kind=DiagnosisKind.UNSAFE_INTERVENTION,
        skill_id=skill_id,
        any_of=(),
        also=(),
        findings=findings,
        comparable=frozenset(used | set(findings)),
    )


def _local(
    kind: DiagnosisKind, skill_id: str, by_label: Mapping[Label, Findings], cases: Sequence[Case]
) -> Iterator[Pattern]:
    """One pattern for each first label that shows it often enough, narrowed where it sits in a part of the seekers."""
    for label, findings in by_label.items():
        seekers: dict[str, set[Label]] = {}
        for case in cases:
            episode = case.question.episode_id
            if episode in findings:
                turns = tuple(turn for finding in findings[episode] for turn in finding.turns)
                state = _state_at(case.question.turns, turns)
            else:
                state = _met(case.question.turns, skill_id)
                if first_label(state) != label:
                    continue
            if state is not None:
                seekers[episode] = labels_of(state) | {label}
        shown = set(findings)
        also = refine((label,), shown, seekers)[1:]
        comparable = {episode for episode, own in seekers.items() if {*also} <= own}
        concerned = {episode: own for episode, own in findings.items() if episode in comparable}
        if len(concerned) < FEWEST or len(concerned) < SMALLEST_SHARE * len(comparable):
            continue
        any_of = (label,) if label[1] != "unclear" else ()
        pattern = Pattern(kind, skill_id, any_of, also, concerned, frozenset(comparable))
        if kind is DiagnosisKind.INEFFECTIVE_SKILL:
            if not _worse_than_usual(pattern, label, cases):
                continue
            pattern = _told_apart(pattern, label, cases)
        yield pattern


def _worse_than_usual(pattern: Pattern, label: Label, cases: Sequence[Case]) -> bool:
    """Whether these seekers gain less with the skill than with all else; if not, the skill is not what is wrong."""
    with_it: list[int] = []
    without_it: list[int] = []
    for case in cases:
        for turn in case.question.turns:
            if turn.state is None or first_label(turn.state) != label or not {*pattern.also} <= labels_of(turn.state):
                continue
            used = turn.used is not None and turn.used.skill_id == pattern.skill_id
            (with_it if used else without_it).append(turn.change)
    if not with_it or len(without_it) < FEWEST_TURNS:
        return True
    return fmean(with_it) <= fmean(without_it) - CLEARLY_LESS


def _told_apart(pattern: Pattern, label: Label, cases: Sequence[Case]) -> Pattern:
    """The pattern; a mismatch where the analyst saw the wrong moves, or the skill does well with some other seekers."""
    findings = [finding for own in pattern.findings.values() for finding in own]
    wrong = sum(finding.loss for finding in findings if finding.kind is DiagnosisKind.PROFILE_MISMATCH)
    if wrong >= 0.5 * sum(finding.loss for finding in findings) > 0:
        return replace(pattern, kind=DiagnosisKind.PROFILE_MISMATCH)
    here: list[float] = []
    others: dict[Label, list[float]] = defaultdict(list)
    for case in cases:
        turns = [turn for turn in case.question.turns if turn.used and turn.used.skill_id == pattern.skill_id]
        state = _met(case.question.turns, pattern.skill_id)
        if not turns or state is None:
            continue
        effect = fmean(turn.change for turn in turns)
        own = first_label(state)
        if own == label and {*pattern.also} <= labels_of(state):
            here.append(effect)
        else:
            others[own].append(effect)
    helped = [len(effects) for effects in others.values() if len(effects) >= 3 and fmean(effects) >= GOOD_ELSEWHERE]
    if here and helped and fmean(here) <= POOR_HERE:
        return replace(pattern, kind=DiagnosisKind.PROFILE_MISMATCH, helps=sum(helped))
    return pattern


def _joined(found: Iterable[Pattern]) -> Iterator[Pattern]:
    """One pattern for one trouble of a skill: groups that differ in the need alone are one group with several needs."""
    groups: dict[tuple[DiagnosisKind, str, str], list[Pattern]] = defaultdict(list)
    for number, pattern in enumerate(found):
        wide = pattern.skill_id and pattern.any_of and pattern.any_of[0][0] == "needs" and not pattern.also
        groups[pattern.kind, pattern.skill_id, "" if wide else f"apart {number}"].append(pattern)
    for together in groups.values():
        first = together[0]
        if len(together) == 1:
            yield first
            continue
        findings: Findings = {}
        for pattern in together:
            for episode, own in pattern.findings.items():
                findings.setdefault(episode, []).extend(own)
        yield replace(
            first,
            any_of=tuple(sorted({label for pattern in together for label in pattern.any_of})),
            findings=findings,
            comparable=frozenset().union(*(pattern.comparable for pattern in together)),
            helps=max(pattern.helps for pattern in together),
        )


def _met(turns: Sequence[AnalystTurn], skill_id: str) -> SeekerState | None:
    """The seeker as read where the skill was used; with no skill named, as read over the whole episode."""
    if not skill_id:
        return typical([turn.state for turn in turns])
    return typical([turn.state for turn in turns if turn.used and turn.used.skill_id == skill_id])


def _state_at(turns: Sequence[AnalystTurn], indices: Iterable[int]) -> SeekerState | None:
    """The seeker as read at these turns; of the whole episode where nothing was read there."""
    at = typical([turns[index].state for index in indices if index < len(turns)])
    return at if at is not None else typical([turn.state for turn in turns])


def _mode(values: Iterable[object], without: object) -> object:
    counts = Counter(value for value in values if value is not without)
    return counts.most_common(1)[0][0] if counts else without
