"""Which support moves does a reply make?"""

import re
from collections.abc import Mapping
from functools import lru_cache

from conversation.support import Strategy, SupportMove
from nodes.embedded.reading.cues import Cues
from nodes.embedded.reading.lexicon import phrases, word_classes, word_set
from nodes.embedded.reading.specificity import content_stems
from nodes.embedded.reading.words import Words, words_of
from nodes.embedded.reading.words import split_sentences as _sentences

_CUES = Cues(phrases("moves", SupportMove), word_classes("moves"))
_ORDER = {move: place for place, move in enumerate(SupportMove)}
_QUOTED = re.compile(r"[“\"][^”\"]{2,160}[”\"]")
_LEAST = 2
"""Weight of phrases below which a move is not told from the text."""
_MOST = 12
"""Weight beyond which more phrases of one move in a sentence say nothing more."""
_SAID_BACK = 3
"""Content words of a sentence from which half of them being the seeker's own tells saying back; also its weight."""
_FILLER = 4
"""A whole reply of so few words, none of them telling, keeps contact and does no more: 'right', 'quite so'."""
_SAY = {
    SupportMove.ASK_OPENLY: 2.0,
    SupportMove.RESTATE: 1.5,
    SupportMove.REFLECT_FEELING: 1.5,
    SupportMove.DISCLOSE_SELF: 1.5,
    SupportMove.REFER: 1.5,
    SupportMove.COACH: 1.5,
    SupportMove.REFLECT_MEANING: 0.5,
}
"""What a move counts for in a whole reply: tentative words are said beside other moves; an open question, a reflection,
a told experience is what the turn is for."""
_ASKING = (SupportMove.ASK_OPENLY, SupportMove.ASK_TO_CLARIFY)
_OPEN = word_set("words", "open_questions")
_FIRST = word_set("words", "first_person")
_SECOND = word_set("words", "second_person")


def split_sentences(text: str) -> list[str]:
    """The sentences of a text, in order."""
    return list(_sentences(text))


def _shape(text: Words, scores: dict[SupportMove, int]) -> None:
    """What the form of a sentence adds to what its phrases say: a question mark, and who it speaks of."""
    first = sum(word in _FIRST for word in text.words)
    second = sum(word in _SECOND for word in text.words)
    if "?" in text.known:
        asked = SupportMove.ASK_OPENLY if _OPEN & text.known else SupportMove.ASK_TO_CLARIFY
        scores[asked] = scores.get(asked, 0) + 4
    else:
        for move in _ASKING:
            if move in scores:
                scores[move] -= 2
    if first >= 2 and first > 2 * second:
        scores[SupportMove.DISCLOSE_SELF] = scores.get(SupportMove.DISCLOSE_SELF, 0) + 2


@lru_cache(maxsize=32768)
def _scores(sentence: str, seeker_before: str) -> dict[SupportMove, int]:
    text = words_of(_QUOTED.sub(" quotation ", sentence))
    scores = _CUES.find(text)
    _shape(text, scores)
    if seeker_before and not _SECOND.isdisjoint(text.known):
        own = content_stems(sentence)
        if len(own) >= _SAID_BACK and 2 * len(own & content_stems(seeker_before)) >= len(own):
            scores[SupportMove.RESTATE] = scores.get(SupportMove.RESTATE, 0) + _SAID_BACK
    return scores


def _winner(scores: Mapping[SupportMove, float]) -> SupportMove:
    """The best move of the best strategy: a strategy's moves share their evidence before they compete."""
    strategies: dict[Strategy, float] = {}
    for move, score in scores.items():
        if move.strategy is not None:
            strategies[move.strategy] = strategies.get(move.strategy, 0.0) + max(score, 0.0)
    best = max(strategies, key=lambda strategy: (strategies[strategy], strategy.value), default=None)
    ranked = [move for move in scores if move.strategy is best]
    return max(ranked, key=lambda move: (scores[move], -_ORDER[move]), default=SupportMove.UNCLEAR)


@lru_cache(maxsize=32768)
def read_sentence(sentence: str, *, seeker_before: str = "") -> SupportMove:
    """The one move that a sentence makes; `UNCLEAR` when its words do not tell.

    Args:
        sentence: one sentence of a supporter.
        seeker_before: what the seeker wrote before it, which tells saying back from telling something new.
    """
    scores = _scores(sentence, seeker_before)
    best = max(scores, key=lambda move: (scores[move], -_ORDER[move]), default=SupportMove.UNCLEAR)
    return best if scores.get(best, 0) >= _LEAST else SupportMove.UNCLEAR


@lru_cache(maxsize=16384)
def read_moves(reply: str, *, seeker_before: str = "") -> tuple[SupportMove, ...]:
    """The move of each sentence, in order; sentences whose words do not tell are left out."""
    moves = (read_sentence(sentence, seeker_before=seeker_before) for sentence in _sentences(reply))
    return tuple(move for move in moves if move is not SupportMove.UNCLEAR)


@lru_cache(maxsize=16384)
def primary_moves(reply: str, *, seeker_before: str = "") -> tuple[SupportMove, ...]:
    """At most two moves that characterise a whole reply, the primary first; empty when its words do not tell.

    All sentences add up, each move with its say (`_SAY`): a question at the end governs a reply that began in sympathy.
    """
    totals: dict[SupportMove, float] = {}
    for sentence in _sentences(reply):
        for move, score in _scores(sentence, seeker_before).items():
            totals[move] = totals.get(move, 0.0) + _SAY.get(move, 1.0) * min(score, _MOST)
    first = _winner(totals)
    if totals.get(first, 0.0) < _LEAST:
        return (SupportMove.RAPPORT,) if words_of(reply).length <= _FILLER else ()
    others = [move for move in read_moves(reply, seeker_before=seeker_before) if move is not first]
    second = max(others, key=lambda move: (totals[move], -_ORDER[move]), default=None)
    return (first,) if second is None else (first, second)
