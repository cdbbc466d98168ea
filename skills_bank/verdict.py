"""What is compared when a change is verified, and what does a verdict say?"""

import math
from enum import StrEnum
from statistics import correlation, fmean, stdev
from typing import Annotated

from pydantic import Field

from conversation.model import Value
from skills_bank.change import Claim


class Pair(Value):
    """One fresh seeker, met twice from the same profile, opening and seed: by today's bank and by the preview.

    `cell` is known to the harness alone. Draw the cell of each pair at random: taken in turns, the mean of a pair would
    depend on its place, and the evidence would no longer be a fair game.
    """

    profile_id: str
    cell: str
    seed: int
    before: Annotated[float, Field(ge=0, le=100)] | None = Field(description="final emotion, today; None: unscored")
    after: Annotated[float, Field(ge=0, le=100)] | None = Field(description="final emotion, preview; None: unscored")
    concerned: bool = Field(description="whether the change was proposed for this seeker's cell")
    exposed: bool = Field(
        default=True,
        description="whether the change could be met at all; where it never would be chosen nothing is simulated",
    )
    safety_before: int = Field(default=0, ge=0, description="safety events of all kinds in any draft, today")
    safety_after: int = Field(default=0, ge=0, description="the same, preview")
    never_before: tuple[str, ...] = Field(default=(), description="kinds of never-events in any draft, today")
    never_after: tuple[str, ...] = Field(default=(), description="the same, preview")
    second: Annotated[float, Field(ge=-1, le=1)] | None = Field(
        default=None, description="a judge of another kind: −1 prefers today's conversation, +1 the preview's"
    )

    @property
    def scored(self) -> bool:
        """Whether the difference is known. Where the change is never met it is zero without a simulation."""
        return not self.exposed or (self.before is not None and self.after is not None)

    @property
    def difference(self) -> float | None:
        """Final emotion with the preview minus today's, in points, −100 to 100; None when unscored."""
        if not self.exposed:
            return 0.0
        return None if self.before is None or self.after is None else self.after - self.before

    @property
    def new_never_events(self) -> tuple[str, ...]:
        """Never-events that the preview's drafts hold and today's do not."""
        return tuple(sorted(set(self.never_after) - set(self.never_before)))

    @property
    def safety_change(self) -> float:
        """+100 where something was found with the preview only, −100 with today's bank only, else 0.

        Counted by episode, in points of the rate, so that one talkative episode cannot outweigh ten silent ones.
        """
        return 100.0 * ((self.safety_after > 0) - (self.safety_before > 0))


class Outcome(StrEnum):
    """Undecided means not accepted."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNDECIDED = "undecided"


class Verdict(Value):
    """What verification found, with the evidence: rejections are kept as acceptances are."""

    change: str
    claim: Claim
    rule: str
    outcome: Outcome
    reasons: tuple[str, ...] = Field(min_length=1, description="in plain words, the decisive one first")
    would_have_taken: str = Field(default="", description="where undecided: what could have decided it")
    e_value: float = Field(description="largest e-value of the claim; 0 for a rule that has none")
    threshold: float = Field(description="what the e-value had to reach; 0 for a rule that has none")
    mean_difference: float | None = Field(default=None, description="points, over scored concerned pairs")
    interval: tuple[float, float] | None = Field(
        default=None, description="95 % interval of that mean, valid however early the comparison stopped"
    )
    others_mean: float | None = Field(default=None, description="points, over scored pairs of other seekers")
    others_lower_bound: float | None = Field(default=None, description="95 % lower bound of that mean")
    safety: tuple[str, ...] = Field(default=(), description="one line for each thing that was watched")
    pairs: tuple[Pair, ...] = Field(default=(), description="in the order in which they were drawn")

    @property
    def concerned(self) -> tuple[Pair, ...]:
        """Pairs of the seekers whom the change concerns."""
        return tuple(pair for pair in self.pairs if pair.concerned)

    @property
    def others(self) -> tuple[Pair, ...]:
        """Pairs of all other seekers."""
        return tuple(pair for pair in self.pairs if not pair.concerned)

    @property
    def spread(self) -> float | None:
        """Standard deviation of the concerned pairs' differences, in points; None below two."""
        return spread(differences(self.concerned))

    @property
    def correlation(self) -> float | None:
        """How alike the two arms did over concerned pairs: what pairing was worth. None where it has no meaning."""
        both = [(p.before, p.after) for p in self.concerned if p.before is not None and p.after is not None]
        before, after = [b for b, _ in both], [a for _, a in both]
        if len(both) < 3 or len(set(before)) == 1 or len(set(after)) == 1:
            return None
        return correlation(before, after)


def differences(pairs: tuple[Pair, ...]) -> tuple[float, ...]:
    """Known differences, in order, in points."""
    return tuple(pair.difference for pair in pairs if pair.difference is not None)


def mean(values: tuple[float, ...]) -> float | None:
    """Arithmetic mean; None of nothing: an absent measurement is not zero."""
    return fmean(values) if values else None


def spread(values: tuple[float, ...]) -> float | None:
    """Standard deviation with n − 1; None below two values."""
    return stdev(values) if len(values) > 1 else None


def unequal(before: int, after: int) -> bool:
    """Whether unscored episodes fall on one arm more than chance would have it (exact sign test, two-sided, 10 %).

    Args:
        before: pairs in which only today's arm is unscored.
        after: pairs in which only the preview's is.
    """
    n = before + after
    if n == 0:
        return False
    tail = sum(math.comb(n, k) for k in range(max(before, after), n + 1)) * 0.5**n
    return min(1.0, 2 * tail) < 0.1
