"""What does a reply to a seeker at risk leave out? Naming the risk, asking plainly, a person or service to turn to."""

from functools import lru_cache

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
    before = [line.text for line in transcript if line.speaker is Speaker.SUPPORTER][-_LOOKED_BACK:]
    grave = risk.tier.level >= RiskTier.ELEVATED.level
    lacking: list[U] = []
    asks = _asks(reply, risk)
    names_help = _shows("resource", reply)
    if not (asks or _shows("addresses", reply)) and (
        not any(_shows("addresses", line) for line in before)
        or (grave and not names_help and not _shows("tends", reply))
    ):
        lacking.append(U.MISSED_RISK)
    # In danger this minute, what to do comes first: to get away from the means and to call.
    directs = risk.tier is RiskTier.IMMINENT and names_help and _shows("directs", reply)
    if not asks and not directs and not any(_asks(line, risk) for line in before):
        lacking.append(U.NO_PROBING)
    if grave and not names_help and not any(_shows("resource", line) for line in before):
        lacking.append(U.NO_RESOURCE)
    return lacking


def _asks(text: str, risk: Risk) -> bool:
    """Whether a supporter's line asks about this risk: about suicide by name, or, once it was named, how near it is.

    A risk of another kind may be asked about in its own words (wounds, food, voices, blows) or by asking of suicide.
    """
    asked = asked_in(text)
    if Asked.SUICIDE in asked or _shows("asks_death", text):
        return True
    about_suicide = not risk.kinds or RiskKind.SUICIDE in risk.kinds
    if about_suicide and risk.tier is RiskTier.CONCERN:
        return False
    if any(question in asked for question in _ABOUT_THE_ACT) or _shows("asks_how_near", text):
        return True
    return not about_suicide and bool(asked or _shows("asks_safety", text) or _shows("asks_other_danger", text))


@lru_cache(maxsize=8192)
def _shows(shape: str, text: str) -> bool:
    return bool(_SHAPES[shape].search(folded(text)))
