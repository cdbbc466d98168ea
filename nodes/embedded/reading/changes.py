"""What changed in the seeker from one turn to the next, after a reply?

Read from words alone. Explicit words outrank what is merely new; a named feeling after a reflection is progress, not
harm; thanks alone is politeness. Where the evidence is weak the answer is neutral: an effect is never invented.
"""

import re
from functools import lru_cache

from conversation.support import ResponseChange as R
from conversation.support import SupportMove
from nodes.embedded.reading.moves import read_moves
from nodes.embedded.reading.signs import signs_of
from nodes.embedded.reading.specificity import content_stems

_ADVISING = frozenset({SupportMove.SUGGEST, SupportMove.PLAN, SupportMove.COACH, SupportMove.REFER})
_REFLECTING = frozenset(
    {SupportMove.REFLECT_FEELING, SupportMove.REFLECT_MEANING, SupportMove.RESTATE, SupportMove.VALIDATE}
)
_EXPLICIT = (R.TURNS_ON_SUPPORTER, R.CORRECTS, R.REJECTS, R.COMMITS, R.EASES, R.SEES_DIFFERENTLY, R.VOICES_HOPE,
             R.CONFIRMS_UNDERSTOOD, R.ESCALATES, R.WITHDRAWS)  # fmt: skip
_RANK = {change: place for place, change in enumerate(_EXPLICIT)}
_NEGATIVE = frozenset({R.TURNS_ON_SUPPORTER, R.CORRECTS, R.REJECTS, R.ESCALATES, R.WITHDRAWS})
_RISK = re.compile(
    r"\b(?:kill(?:ing)?\s+my\s?self|suicid\w*|end(?:ing)?\s+(?:it\s+all|my\s+life)|(?:want|wish|ready)\s+(?:to\s+die|i\s+was\s+dead)|"
    r"(?:better\s+off|world)\s+without\s+me|(?:hurt|cut|harm)(?:ting|ing)?\s+my\s?self|(?:don'?t|do\s+not)\s+want\s+to\s+"
    r"(?:live|be\s+here|be\s+alive|wake\s+up)|no\s+reason\s+to\s+live|not\s+be(?:ing)?\s+(?:here|alive)\s+any\s?more|"
    r"take\s+my\s+(?:own\s+)?life|overdos\w*|self[\s-]harm\w*)",
    re.IGNORECASE,
)


def new_risk(before: str, after: str) -> bool:
    """Whether plain words of suicide or self-harm stand in the turn after and not in the one before.

    A flag for discovery, never a polarity, and no replacement for the crisis gate (`nodes/crisis_gate.py`).
    """
    return bool(_RISK.search(after)) and not _RISK.search(before)


def _novelty(before: frozenset[str], reply: str, after: frozenset[str]) -> int:
    return len(after - before - content_stems(reply))


@lru_cache(maxsize=16384)
def read_change(before: str, reply: str, after: str) -> R:
    """The change from the seeker's turn `before` to the turn `after`, with the supporter's `reply` between.

    Args:
        before: the seeker's turn before the reply.
        reply: what the supporter said.
        after: the seeker's next turn.
    """
    then, now = signs_of(before), signs_of(after)
    moves = set(read_moves(reply, seeker_before=before))
    scores = {change: weight for change, weight in now.changes.items() if change in _RANK}
    if R.REJECTS in scores and not moves & _ADVISING:
        scores[R.REJECTS] -= 2
    fresh = _novelty(then.content, reply, now.content)
    if R.WITHDRAWS in scores and (fresh >= 3 or now.length > 14):
        scores[R.WITHDRAWS] -= 3
    if R.CONFIRMS_UNDERSTOOD in scores and not moves & _REFLECTING:
        scores[R.CONFIRMS_UNDERSTOOD] -= 1
    if R.ESCALATES in scores and fresh >= 5:
        scores[R.ESCALATES] -= 2
    best = max(scores, key=lambda change: (scores[change], -_RANK[change]), default=R.CONTINUES)
    if scores.get(best, 0) >= 4:
        return best
    return _quiet_change(before, reply, after)


def _quiet_change(before: str, reply: str, after: str) -> R:
    """What a turn shows that says nothing explicit about the reply: what is new in it."""
    then, now = signs_of(before), signs_of(after)
    fresh = _novelty(then.content, reply, now.content)
    known = {feeling.adjective for feeling in then.painful}
    if any(feeling.adjective not in known and (feeling.own or now.length <= 8) for feeling in now.painful):
        return R.NAMES_FEELING
    if fresh >= 6 and now.first_person and now.length >= 12:
        return R.DISCLOSES_MORE
    if now.changes.get(R.ACKNOWLEDGES, 0) >= 3 and now.length <= 12:
        return R.ACKNOWLEDGES
    if "?" in reply and now.length <= 3 and fresh == 0 and then.length >= 10:
        return R.WITHDRAWS
    return R.CONTINUES
