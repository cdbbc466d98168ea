"""Which support moves does a reply make?"""

from functools import lru_cache

from conversation.support import SupportMove
from nodes.embedded.reading.cues import Cues
from nodes.embedded.reading.lexicon import phrases, word_classes, word_set
from nodes.embedded.reading.words import Words, words_of
from nodes.embedded.reading.words import split_sentences as _sentences

_CUES = Cues(phrases("moves", SupportMove), word_classes("moves"))
_ORDER = {move: place for place, move in enumerate(SupportMove)}
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
def _scores(sentence: str) -> dict[SupportMove, int]:
    text = words_of(sentence)
    scores = _CUES.find(text)
    _shape(text, scores)
    return scores


@lru_cache(maxsize=32768)
def read_sentence(sentence: str, *, seeker_before: str = "") -> SupportMove:
    """The one move that a sentence makes; `UNCLEAR` when its words do not tell.

    Args:
        sentence: one sentence of a supporter.
        seeker_before: what the seeker wrote before it, which tells saying back from telling something new.
    """
    scores = _scores(sentence)
    best = max(scores, key=lambda move: (scores[move], -_ORDER[move]), default=SupportMove.UNCLEAR)
    return best if scores.get(best, 0) >= 2 else SupportMove.UNCLEAR


@lru_cache(maxsize=16384)
def read_moves(reply: str, *, seeker_before: str = "") -> tuple[SupportMove, ...]:
    """The move of each sentence, in order; sentences whose words do not tell are left out."""
    moves = (read_sentence(sentence, seeker_before=seeker_before) for sentence in _sentences(reply))
    return tuple(move for move in moves if move is not SupportMove.UNCLEAR)


@lru_cache(maxsize=16384)
def primary_moves(reply: str, *, seeker_before: str = "") -> tuple[SupportMove, ...]:
    """At most two moves that characterise a whole reply, the primary first; empty when its words do not tell."""
    totals: dict[SupportMove, int] = {}
    for sentence in _sentences(reply):
        move = read_sentence(sentence, seeker_before=seeker_before)
        if move is not SupportMove.UNCLEAR:
            totals[move] = totals.get(move, 0) + _scores(sentence)[move]
    ranked = sorted(totals, key=lambda move: (-totals[move], _ORDER[move]))
    return tuple(ranked[:2])
