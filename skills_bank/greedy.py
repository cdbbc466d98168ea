"""What if a change enters because it looked better on a few episodes? A rule to compare with, never to use."""

from pydantic import Field

from conversation.model import Value
from skills_bank.change import Claim
from skills_bank.tally import Tally, Wanted, add_pair, safety_lines, start_tally
from skills_bank.verdict import Outcome, Pair, Verdict, differences, mean


class GreedyRule(Value):
    """For comparison only: accepts whatever looks better on a few pairs. A worthless change enters half the time."""

    name: str = "greedy"
    looks: int = Field(default=3, ge=1, description="pairs that it waits for")

    def start(self, change: str, claim: Claim, tests: int = 10, alpha: float = 0.05) -> Tally:
        """An empty tally; `tests` and `alpha` do not matter to this rule."""
        return start_tally(change, claim, tests, alpha)

    def update(self, tally: Tally, pair: Pair) -> Tally:
        """The tally with one more pair."""
        return add_pair(tally, pair)

    def wants(self, tally: Tally) -> Wanted:
        """Others are never looked at."""
        return Wanted.CONCERNED

    def decide(self, tally: Tally, done: bool = False) -> Verdict | None:
        """Accepted where the mean difference of the first few pairs is above zero."""
        values = differences(tally.concerned)
        if len(tally.concerned) < self.looks and not done:
            return None
        average = mean(values)
        better = average is not None and average > 0
        return Verdict(
            change=tally.change,
            claim=tally.claim,
            rule=self.name,
            outcome=Outcome.ACCEPTED if better else Outcome.REJECTED,
            reasons=(f"mean difference {average:+.1f} on {len(values)} pairs" if values else "nothing was scored",),
            e_value=0.0,
            threshold=0.0,
            mean_difference=average,
            safety=safety_lines(tally),
            pairs=tally.pairs,
        )
