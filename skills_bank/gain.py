"""What gain can be expected of a skill, carefully? The bound of its effect that lies nearest to nothing.

Per entry of evidence that was seen (human or simulated), the 95 % interval of the effect: as recorded, or, where only
counts are, Wilson's interval of helped / (helped + harmed), moved from 0..1 to −1..1. An interval above zero counts its
lower end, one below zero its upper end, and one that spans zero says nothing yet and counts 0, as no evidence does: a
skill is not punished for having been looked at. Sources are never pooled; of several that say something, the least
counts. Evidence of the kind *authored* is an opinion and counts 0.
"""

from skills_bank.rates import wilson
from skills_bank.skill import Evidence, EvidenceSource, Skill


def expected_gain(skill: Skill) -> float:
    """−1 to 1; 0 when nothing is known."""
    return min((bound for entry in skill.evidence if (bound := careful_bound(entry)) != 0.0), default=0.0)


def careful_bound(entry: Evidence) -> float:
    """The end of the entry's interval that lies nearest to zero; 0 when it spans zero or was not seen."""
    interval = effect_interval(entry)
    if interval is None:
        return 0.0
    low, high = interval
    bound = low if low > 0 else high if high < 0 else 0.0
    return max(-1.0, min(1.0, bound))


def effect_interval(entry: Evidence) -> tuple[float, float] | None:
    """95 % interval of the effect, −1 to 1; None when nothing was seen."""
    if entry.source is EvidenceSource.AUTHORED:
        return None
    if entry.interval is not None:
        return entry.interval
    if entry.helped + entry.harmed == 0:
        return None
    low, high = wilson(entry.helped, entry.helped + entry.harmed)
    return 2 * low - 1, 2 * high - 1


def gain_reasons(skill: Skill) -> list[str]:
    """The evidence in plain words, one line a source."""
    reasons = []
    for entry in skill.evidence:
        interval = effect_interval(entry)
        if interval is None:
            continue
        counts = f"{entry.source.value} evidence: helped {entry.helped}, harmed {entry.harmed}"
        bound = careful_bound(entry)
        if bound > 0:
            reasons.append(f"{counts}; the gain is at least {bound:+.2f}")
        elif bound < 0:
            reasons.append(f"{counts}; the gain is at most {bound:+.2f}")
        else:
            reasons.append(f"{counts}; whether it helps cannot be told yet")
    return reasons or ["nothing was seen of it yet: evidence counts 0"]
