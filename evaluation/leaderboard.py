"""How did several supporters do with SAGE's seekers? Score, success, failure, by intention and character, and paired.

SAGE's figures (Zhang et al., 2025): score is the mean final emotion, success the share that ended at 100 or more,
failure the share below 10. Conversations of one seeker are alike, so where two files share seekers their difference is
told seeker by seeker, and is much surer than two scores side by side.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from itertools import combinations
from statistics import StatisticsError, correlation, fmean, stdev

from pydantic import Field

from conversation.episode import FAILURE_BELOW, SUCCESS_AT
from conversation.formats.sage_talk import SageTalk
from conversation.model import Value
from evaluation.comparison import bootstrap
from skills_bank.rates import wilson

Interval = tuple[float, float]


class Standing(Value):
    """The figures of one supporter over some conversations."""

    conversations: int
    score: float = Field(description="mean final emotion")
    error: float | None = Field(description="standard error of the score; None below two conversations")
    interval: Interval | None = Field(description="95 % interval of the score (Student's t)")
    success: float = Field(description="share that ended at 100 or more")
    success_interval: Interval = Field(description="95 % Wilson interval")
    failure: float = Field(description="share that ended below 10")
    failure_interval: Interval
    turns: float = Field(description="mean number of replies")
    seekers: int = Field(description="different seekers")


class Supporter(Value):
    """One file: its figures over all conversations, and over those with one intention or character."""

    name: str
    overall: Standing
    by_intention: dict[str, Standing]
    by_character: dict[str, Standing]


class Paired(Value):
    """Two files over the seekers that both met; positive where the second ended better."""

    first: str
    second: str
    seekers: int
    mean: float
    interval: Interval | None = Field(description="95 % bootstrap interval over seekers; None below two")
    deviation: float | None = Field(description="standard deviation of the difference")
    correlation: float | None = Field(description="of the two final emotions; None where one of them never varies")


def supporter(name: str, talks: Sequence[SageTalk]) -> Supporter:
    """The figures of one file.

    Raises:
        ValueError: it holds no conversation.
    """
    return Supporter(
        name=name,
        overall=standing(talks),
        by_intention=_grouped(talks, lambda talk: talk.intention.value),
        by_character=_grouped(talks, lambda talk: talk.character.value),
    )


def standing(talks: Sequence[SageTalk]) -> Standing:
    """The figures of some conversations.

    Raises:
        ValueError: there is none.
    """
    if not talks:
        raise ValueError("there is no conversation to make figures of")
    finals = [float(talk.final) for talk in talks]
    successes = sum(final >= SUCCESS_AT for final in finals)
    failures = sum(final < FAILURE_BELOW for final in finals)
    error = stdev(finals) / math.sqrt(len(finals)) if len(finals) > 1 else None
    score = fmean(finals)
    return Standing(
        conversations=len(talks),
        score=score,
        error=error,
        interval=None if error is None else _student(score, error, len(finals)),
        success=successes / len(talks),
        success_interval=wilson(successes, len(talks)),
        failure=failures / len(talks),
        failure_interval=wilson(failures, len(talks)),
        turns=fmean(len(talk.exchanges) for talk in talks),
        seekers=len({talk.seeker_id for talk in talks}),
    )


def paired(files: Sequence[tuple[str, Sequence[SageTalk]]]) -> tuple[Paired, ...]:
    """Every two files that share seekers; several conversations with one seeker count as their mean."""
    found = (_pair(first, second) for first, second in combinations(files, 2))
    return tuple(pair for pair in found if pair is not None)


def _pair(first: tuple[str, Sequence[SageTalk]], second: tuple[str, Sequence[SageTalk]]) -> Paired | None:
    one, other = _by_seeker(first[1]), _by_seeker(second[1])
    shared = [seeker for seeker in one if seeker in other]
    if not shared:
        return None
    differences = [other[seeker] - one[seeker] for seeker in shared]
    return Paired(
        first=first[0],
        second=second[0],
        seekers=len(shared),
        mean=fmean(differences),
        interval=bootstrap(differences, 0) if len(shared) > 1 else None,
        deviation=stdev(differences) if len(shared) > 1 else None,
        correlation=_correlation([one[s] for s in shared], [other[s] for s in shared]),
    )


def _by_seeker(talks: Iterable[SageTalk]) -> dict[str, float]:
    finals: dict[str, list[int]] = {}
    for talk in talks:
        finals.setdefault(talk.seeker_id, []).append(talk.final)
    return {seeker: fmean(values) for seeker, values in finals.items()}


def _correlation(one: Sequence[float], other: Sequence[float]) -> float | None:
    try:
        return correlation(one, other)
    except StatisticsError:  # fewer than two, or one that never varies
        return None


def _grouped(talks: Sequence[SageTalk], key: Callable[[SageTalk], str]) -> dict[str, Standing]:
    groups: dict[str, list[SageTalk]] = {}
    for talk in talks:
        groups.setdefault(key(talk), []).append(talk)
    return {name: standing(groups[name]) for name in sorted(groups)}


def _student(mean: float, error: float, count: int) -> Interval:
    from scipy.stats import t

    half = float(t.ppf(0.975, count - 1)) * error
    return mean - half, mean + half
