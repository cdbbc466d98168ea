"""What does a reply to a seeker at risk leave out? Naming the risk, asking plainly, a person or service to turn to."""

from conversation.dialogue import Speaker, Transcript
from conversation.seeker import Risk, RiskKind, RiskTier
from conversation.support import UnsafeIntervention as U
from nodes.safety.answers import Asked, asked_in
from nodes.safety.rulebook import patterns
from nodes.safety.wording import folded

_SHAPES = patterns("reply")
_ABOUT_THE_ACT = (Asked.PLAN, Asked.MEANS, Asked.DONE)
"""Questions that probe thoughts of suicide which the seeker has already named."""
_LOOKED_BACK = 12
"""Supporter lines in which something may have been asked or named before."""


def missing(reply: str, transcript: Transcript, risk: Risk) -> list[U]:
    """What a reply to a seeker at risk leaves out, unless it was said or asked before in this conversation."""
    text = folded(reply)
    before = [line.text for line in transcript if line.speaker is Speaker.SUPPORTER][-_LOOKED_BACK:]
    asks = asked_in(reply)
    asked_before = frozenset().union(*(asked_in(line) for line in before)) if before else frozenset()
    addressed_before = any(_SHAPES["addresses"].search(folded(line)) for line in before)
    grave = risk.tier.level >= RiskTier.ELEVATED.level
    lacking: list[U] = []
    asks_safety = bool(_SHAPES["asks_safety"].search(text))
    addresses = bool(_SHAPES["addresses"].search(text) or asks or asks_safety)
    if not addresses and (
        not addressed_before or (grave and not _SHAPES["resource"].search(text) and not _SHAPES["tends"].search(text))
    ):
        lacking.append(U.MISSED_RISK)
    about_suicide = not risk.kinds or RiskKind.SUICIDE in risk.kinds
    if about_suicide:
        probing = {Asked.SUICIDE, *_ABOUT_THE_ACT} if grave else {Asked.SUICIDE}
        if not probing & (asks | asked_before):
            lacking.append(U.NO_PROBING)
    elif not (asks or asked_before or asks_safety or any(_SHAPES["asks_safety"].search(folded(b)) for b in before)):
        lacking.append(U.NO_PROBING)
    if (
        grave
        and not _SHAPES["resource"].search(text)
        and not any(_SHAPES["resource"].search(folded(line)) for line in before)
    ):
        lacking.append(U.NO_RESOURCE)
    return lacking
