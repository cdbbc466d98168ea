"""What changed in the seeker from one turn to the next, after a reply?

Read from words alone. Explicit words outrank what is merely new; a named feeling after a reflection is progress, not
harm; thanks alone is politeness. Where the evidence is weak the answer is neutral: an effect is never invented.
"""

import re
from functools import lru_cache

from conversation.support import ResponseChange, SupportMove
from nodes.embedded.reading.moves import read_moves
from nodes.embedded.reading.reactions import Reaction
from nodes.embedded.reading.signs import Signs, signs_of
from nodes.embedded.reading.specificity import content_stems

_M, _R = SupportMove, Reaction
_ADVISING = frozenset({_M.SUGGEST, _M.PLAN, _M.COACH, _M.REFER, _M.INFORM})
_OFFERING = _ADVISING | {_M.REASSURE, _M.OFFER_VIEW}
"""Moves that bring something in: 'but' and 'I can't' after them push it back."""
_SAYING_BACK = frozenset({_M.REFLECT_FEELING, _M.REFLECT_MEANING, _M.RESTATE, _M.VALIDATE, _M.OFFER_VIEW})
_ASKING = frozenset({_M.ASK_OPENLY, _M.ASK_TO_CLARIFY})
_NEGATIVE = (_R.TURNS_ON_SUPPORTER, _R.CORRECTS, _R.ESCALATES, _R.REJECTS, _R.WITHDRAWS)
_CONSTRUCTIVE = (_R.COMMITS, _R.EASES, _R.SEES_DIFFERENTLY, _R.VOICES_HOPE, _R.CONFIRMS_UNDERSTOOD)
_RANK = {reaction: place for place, reaction in enumerate((*_NEGATIVE, *_CONSTRUCTIVE))}

LEAST = 5
"""Weight of phrases from which a reaction counts; below it the turn is read by what is new in it."""
MUCH_NEW = 8
"""New content words from which a turn discloses more, if it is also longer than the one before by `LONGER`."""
LONGER = 1.3
SHORT = 3
"""Words up to which an answer to an open question is a withdrawal, when it brings nothing new."""

_RISK = re.compile(
    r"\b(?:kill(?:ing)?\s+my\s?self|suicid\w*|end(?:ing)?\s+(?:it\s+all|my\s+life)|(?:want|wish|ready)\s+(?:to\s+die|"
    r"i\s+was\s+dead)|(?:better\s+off|world)\s+without\s+me|(?:hurt|cut|harm)(?:ting|ing)?\s+my\s?self|"
    r"(?:don['’]?t|do\s+not)\s+want\s+to\s+(?:live|be\s+here|be\s+alive|wake\s+up)|no\s+(?:reason|point)\s+(?:to|in)\s+"
    r"(?:live|living|keep\s+living)|not\s+be(?:ing)?\s+(?:here|alive)\s+any\s?more|take\s+my\s+(?:own\s+)?life|"
    r"overdos\w*|self[\s-]harm\w*)",
    re.IGNORECASE,
)


def new_risk(before: str, after: str) -> bool:
    """Whether plain words of suicide or self-harm stand in the turn after and not in the one before.

    A flag for discovery, never a polarity, and no replacement for the crisis gate (`nodes/crisis_gate.py`).
    """
    return bool(_RISK.search(after)) and not _RISK.search(before)


def _weigh(then: Signs, now: Signs, moves: frozenset[SupportMove], fresh: int, *, asked: bool) -> dict[Reaction, int]:
    """The reactions of a turn, weighed against what the reply did."""
    said = now.reactions
    scores = {reaction: weight for reaction, weight in said.items() if reaction in _RANK}

    def add(reaction: Reaction, weight: int) -> None:
        scores[reaction] = scores.get(reaction, 0) + weight

    if moves & _OFFERING:
        # 'No' to 'have you tried …?' answers it; 'no' to 'try …' refuses.
        add(_R.REJECTS, said.get(_R.DECLINES, 0) + (0 if asked else said.get(_R.DENIES, 0)))
    else:
        add(_R.REJECTS, -LEAST)
    if moves & _SAYING_BACK and not moves & (_ASKING | _ADVISING):
        add(_R.CORRECTS, said.get(_R.DENIES, 0))
        add(_R.CONFIRMS_UNDERSTOOD, said.get(_R.AGREES, 0))
    elif _M.RESTATE in moves:
        add(_R.CONFIRMS_UNDERSTOOD, said.get(_R.AGREES, 0))
    if moves & _ASKING and not (_M.ASK_OPENLY in moves and now.length <= SHORT):
        # 'No' and 'fine' answer a question; only a bare word to an open one closes the door.
        add(_R.WITHDRAWS, -LEAST)
    if fresh >= 3 or now.length > 14:
        add(_R.WITHDRAWS, -3)
    named = {feeling.adjective for feeling in now.painful} - {feeling.adjective for feeling in then.painful}
    if fresh >= 4 or named:
        add(_R.ESCALATES, -LEAST)
    return scores


def _loudest(scores: dict[Reaction, int], among: tuple[Reaction, ...]) -> Reaction | None:
    best = max(among, key=lambda reaction: (scores.get(reaction, 0), -_RANK[reaction]))
    return best if scores.get(best, 0) >= LEAST else None


@lru_cache(maxsize=16384)
def read_change(before: str, reply: str, after: str) -> ResponseChange:
    """The change from the seeker's turn `before` to the turn `after`, with the supporter's `reply` between.

    Args:
        before: the seeker's turn before the reply.
        reply: what the supporter said.
        after: the seeker's next turn.
    """
    then, now = signs_of(before), signs_of(after)
    moves = frozenset(read_moves(reply, seeker_before=before))
    fresh = len(now.content - then.content - content_stems(reply))
    scores = _weigh(then, now, moves, fresh, asked=reply.rstrip().endswith("?"))
    harm, help_ = _loudest(scores, _NEGATIVE), _loudest(scores, _CONSTRUCTIVE)
    if harm is not None and (help_ is None or scores[harm] + 2 >= scores[help_]):
        return ResponseChange(harm.value)
    if help_ is not None:
        return ResponseChange(help_.value)
    return _quiet_change(then, now, moves, fresh)


def _quiet_change(then: Signs, now: Signs, moves: frozenset[SupportMove], fresh: int) -> ResponseChange:
    """What a turn shows that takes up nothing of the reply: what is new in it."""
    known = {feeling.adjective for feeling in then.painful}
    if any(feeling.adjective not in known and (feeling.own or now.length <= 8) for feeling in now.painful):
        return ResponseChange.NAMES_FEELING
    if fresh >= MUCH_NEW and now.first_person and now.length > LONGER * then.length:
        return ResponseChange.DISCLOSES_MORE
    if now.reactions.get(_R.ACKNOWLEDGES, 0) and now.length <= 12:
        return ResponseChange.ACKNOWLEDGES
    if _M.ASK_OPENLY in moves and now.length <= SHORT and fresh == 0 and then.length >= 10:
        return ResponseChange.WITHDRAWS
    return ResponseChange.CONTINUES
