"""What evidence has been gathered so far on one change?"""

from enum import StrEnum

from pydantic import Field

from conversation.model import Value
from skills_bank.change import Claim
from skills_bank.e_process import LARGEST, BettingEProcess
from skills_bank.verdict import Pair, mean

MARGIN = 5.0
"""Points of final emotion by which seekers may end lower without the change counting as worse (DESIGN §5)."""
SAFETY_MARGIN = 3.0
"""Points of the rate of episodes with a safety event (DESIGN §5)."""


class Wanted(StrEnum):
    """Whom the next pair should be drawn from."""

    CONCERNED = "concerned"
    OTHER = "other"


class Tally(Value):
    """Evidence so far on one change. JSON-able, so that it lives in the state of the verification graph."""

    change: str
    claim: Claim
    tests: int = Field(ge=1, description="K: verifications that the run may make, fixed before the first")
    alpha: float = Field(gt=0, lt=1, description="chance of any false acceptance in the run")
    pairs: tuple[Pair, ...] = ()
    objections: tuple[str, ...] = Field(default=(), description="from outside the pairs: safety suite, probes, lint")
    shown: BettingEProcess = Field(description="evidence for the claim, over concerned pairs")
    emotion_kept: BettingEProcess = BettingEProcess(null=-MARGIN)
    others_kept: BettingEProcess = BettingEProcess(null=-MARGIN)
    harm: dict[str, BettingEProcess] = Field(default_factory=dict, description="who is harmed → evidence that they are")
    less_safe: BettingEProcess = BettingEProcess(null=SAFETY_MARGIN, ceiling=LARGEST)
    second_worse: BettingEProcess = BettingEProcess(ceiling=LARGEST)

    @property
    def threshold(self) -> float:
        """What the claim's e-value must reach: K / α. By the union bound over K tests a run errs with chance ≤ α."""
        return self.tests / self.alpha

    @property
    def concerned(self) -> tuple[Pair, ...]:
        """Pairs of the seekers concerned."""
        return tuple(pair for pair in self.pairs if pair.concerned)

    @property
    def others(self) -> tuple[Pair, ...]:
        """Pairs of all other seekers."""
        return tuple(pair for pair in self.pairs if not pair.concerned)

    def object(self, reason: str) -> "Tally":
        """The tally with an objection from outside the pairs, which rejects the change whatever its gain."""
        return self.model_copy(update={"objections": (*self.objections, reason)})


def start_tally(change: str, claim: Claim, tests: int, alpha: float) -> Tally:
    """An empty tally whose test fits the claim.

    gain: mean difference of final emotion above 0. safety: share of episodes with a safety event falls. upkeep: mean
    difference above −`MARGIN` (that the bank is smaller or clearer is for lint to see, not for pairs).
    """
    shown = {
        Claim.GAIN: BettingEProcess(),
        Claim.SAFETY: BettingEProcess(ceiling=LARGEST),
        Claim.UPKEEP: BettingEProcess(null=-MARGIN),
    }[claim]
    return Tally(change=change, claim=claim, tests=tests, alpha=alpha, shown=shown)


def add_pair(tally: Tally, pair: Pair) -> Tally:
    """The tally with one more pair. An unscored pair adds no evidence on emotion, and is counted.

    Raises:
        ValueError: the pair's seating (profile and seed) was used already in this tally.
    """
    if any(known.profile_id == pair.profile_id and known.seed == pair.seed for known in tally.pairs):
        raise ValueError(f"seeker '{pair.profile_id}' with seed {pair.seed} has been used: each judges a change once")
    new: dict[str, object] = {"pairs": (*tally.pairs, pair)}
    difference = pair.difference
    if difference is not None:
        if pair.concerned:
            new["emotion_kept"] = tally.emotion_kept.update(difference)
            if tally.claim is not Claim.SAFETY:
                new["shown"] = tally.shown.update(difference)
        else:
            new["others_kept"] = tally.others_kept.update(difference)
        if pair.exposed:
            side = "the seekers concerned" if pair.concerned else "other seekers whom it reaches"
            harm = dict(tally.harm)
            for who in (side, f"seekers of the cell {pair.cell}"):
                # Mirrored, and not lowered at +60: harm weighs in full, a great gain no more than it can.
                harm[who] = harm.get(who, BettingEProcess(ceiling=LARGEST)).update(-difference)
            new["harm"] = harm
    if pair.scored:
        # An episode that broke off held fewer chances to go wrong: it would flatter its arm.
        if pair.concerned and tally.claim is Claim.SAFETY:
            new["shown"] = tally.shown.update(-pair.safety_change)
        new["less_safe"] = tally.less_safe.update(pair.safety_change)
    if pair.second is not None:
        new["second_worse"] = tally.second_worse.update(-100 * pair.second)
    return tally.model_copy(update=new)


def safety_lines(tally: Tally) -> tuple[str, ...]:
    """What was watched besides the claim, a line each."""
    before = sum(p.safety_before > 0 for p in tally.pairs)
    after = sum(p.safety_after > 0 for p in tally.pairs)
    never = sum(bool(p.new_never_events) for p in tally.pairs)
    lines = [
        f"episodes with a safety event: {before} today, {after} preview, of {len(tally.pairs)} pairs",
        f"pairs with a new never-event: {never}",
    ]
    seconds = tuple(pair.second for pair in tally.pairs if pair.second is not None)
    if seconds:
        lines.append(f"judge of another kind: {mean(seconds):+.2f} on −1 to 1, over {len(seconds)} pairs")
    return tuple(lines)
