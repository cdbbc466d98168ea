"""By which rule does a change enter the bank?

A rule is fed one pair after another and says when it knows. `EvidenceRule` is the default: it controls the chance that
*any* worthless change enters in a whole run. `greedy.py` holds the rule that it is compared with.

    rule = EvidenceRule()
    tally = rule.start(change_id, Claim.GAIN)
    while (verdict := rule.decide(tally)) is None:
        wanted = rule.wants(tally)                 # a seeker concerned, or another
        tally = rule.update(tally, pair_of(wanted))

When no more pairs can be paid for, `rule.decide(tally, done=True)` always gives a verdict.
"""

from math import ceil, exp
from typing import Protocol

from pydantic import Field

from conversation.model import Value
from skills_bank.change import Claim
from skills_bank.e_process import interval, lower_bound
from skills_bank.futility import hopeless, pairs_needed
from skills_bank.greedy import GreedyRule
from skills_bank.tally import MARGIN, SAFETY_MARGIN, Tally, Wanted, add_pair, safety_lines, start_tally
from skills_bank.verdict import Outcome, Pair, Verdict, differences, mean, spread, unequal

__all__ = ["EvidenceRule", "GreedyRule", "Outcome", "Pair", "Rule", "Tally", "Verdict", "Wanted"]

UNSCORED_SHARE = 0.05
"""Above this share of unscored pairs nothing is decided (DESIGN §5)."""


class Rule(Protocol):
    """How evidence becomes a verdict. Pure: no rule simulates, draws or stores anything."""

    @property
    def name(self) -> str:
        """Named in every verdict."""

    def start(self, change: str, claim: Claim, tests: int = 10, alpha: float = 0.05) -> Tally:
        """An empty tally for one change of a run that may verify `tests` changes."""

    def update(self, tally: Tally, pair: Pair) -> Tally:
        """The tally with one more pair, whose seeker no earlier pair, and no diagnosis or screen, has used."""

    def wants(self, tally: Tally) -> Wanted:
        """Whom the next pair should be drawn from."""

    def decide(self, tally: Tally, done: bool = False) -> Verdict | None:
        """The verdict, or None: more pairs. With `done` there are no more, and there is always a verdict."""


class EvidenceRule(Value):
    """Accepts what is shown, at a known error rate for the whole run; rejects what harms; else stays undecided.

    - Claim: a betting e-process over concerned pairs that must reach K / α (`Tally.threshold`).
    - Others not worse: pairs of all other seekers, those whom the change never reaches counted as no difference; the
      e-process against a mean of −5 must reach 1 / α, which is to say that the 95 % lower bound lies above −5.
    - Harm, shown at 1 / α for the seekers concerned, for others it reaches, or for any single cell, rejects.
    - Safety: a never-event that today's drafts do not hold rejects at once; more episodes with other findings (beyond 3
      points, at 1 / α) reject, and where only the observed rate is that much higher, nothing is decided.
    - Futility: after 30 pairs the rule gives up where they would hardly reach the threshold within the cap, even with
      luck. Giving up cannot accept, so it cannot raise the error rate; what it costs in power is in docs/statistics.md.
    """

    name: str = "evidence"
    cap: int = Field(default=200, ge=1, description="most pairs of concerned seekers")
    others_cap: int = Field(default=300, ge=1, description="most pairs of other seekers; power may ask for fewer")

    def start(self, change: str, claim: Claim, tests: int = 10, alpha: float = 0.05) -> Tally:
        """An empty tally; `tests` and `alpha` are those of the run and stay the same for all its changes."""
        return start_tally(change, claim, tests, alpha)

    def update(self, tally: Tally, pair: Pair) -> Tally:
        """The tally with one more pair."""
        return add_pair(tally, pair)

    def wants(self, tally: Tally) -> Wanted:
        """The claim first, as most changes fail there; then the others."""
        return Wanted.OTHER if self._claim_shown(tally) else Wanted.CONCERNED

    def decide(self, tally: Tally, done: bool = False) -> Verdict | None:
        """The verdict, or None while more pairs can still decide."""
        if against := _against(tally):
            return self._verdict(tally, Outcome.REJECTED, against)
        unscored = sum(not pair.scored for pair in tally.pairs)
        if unscored > UNSCORED_SHARE * (self.cap + self.others_cap):
            return self._verdict(tally, Outcome.UNDECIDED, [_unscored(tally)], "episodes that can be scored")
        if not self._claim_shown(tally):
            return self._claim_not_shown(tally, done)
        if not tally.others_kept.reached(1 / tally.alpha):
            return self._others_not_known(tally, done)
        if doubts := _doubts(tally):
            # More pairs of others cannot help here: the claim's own evidence is what is in doubt.
            return self._verdict(tally, Outcome.UNDECIDED, doubts, "the same evidence without this doubt")
        return self._verdict(
            tally, Outcome.ACCEPTED, [_CLAIM_SHOWN[tally.claim], f"other seekers end at most {MARGIN:g} points lower"]
        )

    def _claim_shown(self, tally: Tally) -> bool:
        shown = tally.shown.reached(tally.threshold)
        if tally.claim is Claim.SAFETY:
            return shown and tally.emotion_kept.reached(1 / tally.alpha)
        return shown

    def _claim_not_shown(self, tally: Tally, done: bool) -> Verdict | None:
        pairs = tally.concerned
        values = (
            tuple(-p.safety_change for p in pairs if p.scored) if tally.claim is Claim.SAFETY else differences(pairs)
        )
        process, threshold = tally.shown, tally.threshold
        if tally.claim is Claim.SAFETY and process.reached(threshold):
            values, process, threshold = differences(pairs), tally.emotion_kept, 1 / tally.alpha
        left = self.cap - len(pairs)
        futile = len(values) % 10 == 0 and hopeless(process, values, left, threshold)
        if not (done or left <= 0 or futile):
            return None
        average = mean(values)
        nothing_gained = average is not None and average <= process.null and len(values) >= 30
        why = "it was not worth going on" if futile else "no more could be simulated" if done else "the cap was reached"
        return self._verdict(
            tally,
            Outcome.REJECTED if nothing_gained else Outcome.UNDECIDED,
            [_CLAIM_MISSED[tally.claim], f"{why} after {len(pairs)} pairs", *_leaning(average, process.null)],
            "" if nothing_gained else pairs_needed(process, values, threshold),
        )

    def _others_not_known(self, tally: Tally, done: bool) -> Verdict | None:
        values = differences(tally.others)
        wide = spread(differences(tally.concerned)) or 0.0
        # Pairs that give 80 % power where others do not change at all; the spread is that of pairs not tested here.
        cap = min(self.others_cap, ceil(80 + 0.27 * wide**2))
        if not done and len(tally.others) < cap:
            return None
        return self._verdict(
            tally,
            Outcome.UNDECIDED,
            [f"that other seekers end at most {MARGIN:g} points lower could not be shown on {len(values)} of them"],
            pairs_needed(tally.others_kept, values, 1 / tally.alpha),
        )

    def _verdict(self, tally: Tally, outcome: Outcome, reasons: list[str], would_have_taken: str = "") -> Verdict:
        concerned, others = differences(tally.concerned), differences(tally.others)
        return Verdict(
            change=tally.change,
            claim=tally.claim,
            rule=self.name,
            outcome=outcome,
            reasons=tuple(reasons),
            would_have_taken=would_have_taken,
            e_value=exp(min(700.0, tally.shown.peak)),
            threshold=tally.threshold,
            mean_difference=mean(concerned),
            interval=interval(concerned) if concerned else None,
            others_mean=mean(others),
            others_lower_bound=lower_bound(others, ceiling=60) if others else None,
            safety=safety_lines(tally),
            pairs=tally.pairs,
        )


_CLAIM_SHOWN = {
    Claim.GAIN: "the seekers it concerns end better",
    Claim.SAFETY: "fewer episodes hold a safety event, and emotion is not worse",
    Claim.UPKEEP: f"the seekers it concerns end at most {MARGIN:g} points lower",
}
_CLAIM_MISSED = {
    Claim.GAIN: "that the seekers it concerns end better was not shown",
    Claim.SAFETY: "that it is safer, with emotion not worse, was not shown",
    Claim.UPKEEP: f"that the seekers it concerns end at most {MARGIN:g} points lower was not shown",
}


def _leaning(average: float | None, null: float) -> list[str]:
    """What tells a rejection from an undecided verdict where the claim was not shown."""
    if average is None:
        return []
    side = "nothing speaks for it" if average <= null else "it may yet be true"
    return [f"the mean seen is {average:+.1f}: {side}"]


def _against(tally: Tally) -> list[str]:
    """All that rejects a change whatever its gain."""
    reasons = list(tally.objections)
    for pair in tally.pairs:
        if pair.new_never_events:
            kinds = ", ".join(pair.new_never_events)
            reasons.append(f"never-event in a draft for {pair.profile_id}, seed {pair.seed}: {kinds}")
            break
    reasons += [f"{who} end worse" for who, harm in sorted(tally.harm.items()) if harm.reached(1 / tally.alpha)]
    if tally.less_safe.reached(1 / tally.alpha):
        reasons.append("more episodes hold a safety event")
    if tally.second_worse.reached(1 / tally.alpha):
        reasons.append("a judge of another kind finds the conversations worse")
    return reasons


def _doubts(tally: Tally) -> list[str]:
    """All that keeps a shown claim from being accepted."""
    doubts = []
    only_before = sum(p.exposed and p.before is None and p.after is not None for p in tally.pairs)
    only_after = sum(p.exposed and p.after is None and p.before is not None for p in tally.pairs)
    unscored = sum(not pair.scored for pair in tally.pairs)
    if unscored > UNSCORED_SHARE * len(tally.pairs):
        doubts.append(_unscored(tally))
    if unequal(only_before, only_after):
        doubts.append(f"unscored episodes are unequal between the arms: {only_before} today, {only_after} preview")
    rise = mean(tuple(pair.safety_change for pair in tally.pairs if pair.scored))
    if rise is not None and rise > SAFETY_MARGIN:
        doubts.append(f"episodes with a safety event rose by {rise:.1f} points, above the margin of {SAFETY_MARGIN:g}")
    second = mean(tuple(pair.second for pair in tally.pairs if pair.second is not None))
    if second is not None and second < 0:
        doubts.append(f"a judge of another kind leans to today's conversations ({second:+.2f} on −1 to 1)")
    return doubts


def _unscored(tally: Tally) -> str:
    unscored = sum(not pair.scored for pair in tally.pairs)
    return f"{unscored} of {len(tally.pairs)} pairs could not be scored, above {UNSCORED_SHARE:.0%}"
