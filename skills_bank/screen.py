"""Is a proposal plainly not worth verifying? A few pairs on seekers who failed; it may reject and never accept.

These seekers led to the proposal, so what is seen here is no evidence for it: verified on such episodes, a worthless
change was accepted in 85 % of simulated runs (FACTS §7).
"""

from math import sqrt

from skills_bank.verdict import Pair, differences, mean, spread

FEWEST = 4
"""Differences below which a lower mean says nothing."""


def screen(pairs: tuple[Pair, ...]) -> str:
    """Why the proposal goes no further, in plain words; empty where it goes on to verification.

    Refused are a change that no seeker concerned ever met, one that brings a never-event, and one whose mean difference
    lies more than one standard error below zero. A change without effect passes: that is for verification to find.
    """
    if not pairs:
        return ""
    for pair in pairs:
        if pair.new_never_events:
            return f"never-event in a draft for {pair.profile_id}, seed {pair.seed}: {', '.join(pair.new_never_events)}"
    met = tuple(pair for pair in pairs if pair.exposed)
    if not met:
        return f"it was never chosen for any of {len(pairs)} seekers whom it concerns"
    values = differences(met)
    average, wide = mean(values), spread(values)
    if average is not None and wide is not None and len(values) >= FEWEST and average + wide / sqrt(len(values)) < 0:
        return f"the seekers it concerns ended {-average:.1f} points lower on {len(values)} pairs"
    return ""
