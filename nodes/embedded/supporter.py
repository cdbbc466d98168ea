"""How does the embedded supporter write a reply? From the step's moves and wording, and the seeker's own words.

It knows what a supporter may know (the question type has nothing else), and nothing of how it will be judged.
"""

import re
from collections.abc import Iterable

from conversation.dialogue import Speaker
from conversation.seeker import Activity, Need, SeekerState
from conversation.support import SupportMove
from nodes.embedded.draw import pick
from nodes.embedded.reading.moves import read_moves, split_sentences
from nodes.embedded.wording import templates
from nodes.supporter import SupporterQuestion
from skills_bank.skill import Step

LONGEST_REPLY = 3
"""Moves a reply makes at most: a chat message that does four things does none of them."""

PLAIN_TURNS: tuple[tuple[SupportMove, ...], ...] = (
    (SupportMove.RESTATE, SupportMove.ASK_OPENLY),
    (SupportMove.REFLECT_FEELING, SupportMove.ASK_OPENLY),
    (SupportMove.VALIDATE, SupportMove.ASK_TO_CLARIFY),
    (SupportMove.RESTATE, SupportMove.REASSURE),
)
"""What it does turn by turn without a skill: a polite listener who explores, with no idea where to go."""

_SLOT = re.compile(r"\{(\w+)\}")
_CLAUSE = re.compile(r"[.!?;\n]+|,\s+(?:and|but|because|so)\s+|\s+[–—-]\s+")


def play(question: SupporterQuestion, seed: int) -> str:
    """The reply: one sentence or two for each move of the step, in its order, none said before while there are any."""
    # After some thirty turns all has been said; then it repeats itself, which is poor, and better than silence.
    return _reply(question, seed, _said_before(question)) or _reply(question, seed, set())


def _reply(question: SupporterQuestion, seed: int, said: set[str]) -> str:
    slots = _slots(question)
    turn = sum(line.speaker is Speaker.SUPPORTER for line in question.transcript)
    step = question.skill.step(question.step_id) if question.skill else None
    moves = _moves(question, step, turn)
    parts: list[str] = []
    open_moves = list(moves)
    if step is not None and not question.findings:  # what was refused stood most likely in the step's own wording
        parts, open_moves = _own_wording(step, open_moves, slots, said, seed + turn)
    for move in open_moves:
        sentence = _generic(move, slots, said | set(parts), seed + turn)
        if sentence:
            parts = _insert(parts, sentence, move, moves)
    return " ".join(parts)


def _moves(question: SupporterQuestion, step: Step | None, turn: int) -> tuple[SupportMove, ...]:
    if step is None:
        if question.state.need is Need.ADVICE or question.state.activity is Activity.ASKING_ADVICE:
            return (SupportMove.VALIDATE, SupportMove.SUGGEST)
        return PLAIN_TURNS[turn % len(PLAIN_TURNS)]
    if question.how == "repair":
        return (SupportMove.REPAIR, *step.moves)[:LONGEST_REPLY]
    return step.moves[:LONGEST_REPLY]


def _own_wording(
    step: Step,
    moves: list[SupportMove],
    slots: dict[str, str],
    said: set[str],
    seed: int,
) -> tuple[list[str], list[SupportMove]]:
    """The skill's own wording for as many of the moves as it covers, and the moves that are left."""
    ways = _usable(step.wording, slots, said)
    covered = [(way, read_moves(way)) for way in ways]
    parts: list[str] = []
    left = list(moves)
    while left:
        best = max((sum(m in left for m in made) for _, made in covered), default=0)
        if best == 0:
            break
        way = pick([w for w, made in covered if sum(m in left for m in made) == best], seed, step.id, len(parts))
        made = dict(covered)[way]
        covered = [(w, m) for w, m in covered if w != way]
        parts.append(way)
        left = [move for move in left if move not in made]
    if not parts and ways and SupportMove.REPAIR not in moves:
        # Wording whose move cannot be told is still what the skill asks to be said.
        parts, left = [pick(ways, seed, step.id)], left[1:]
    return parts, left


def _insert(parts: list[str], sentence: str, move: SupportMove, order: tuple[SupportMove, ...]) -> list[str]:
    """The sentence at its move's place: a question goes last, what answers the seeker's words goes first."""
    if order.index(move) == 0:
        return [sentence, *parts]
    if parts and parts[-1].rstrip().endswith("?") and not sentence.rstrip().endswith("?"):
        return [*parts[:-1], sentence, parts[-1]]
    return [*parts, sentence]


def _generic(move: SupportMove, slots: dict[str, str], said: set[str], seed: int) -> str:
    """A sentence for the move from the common stock; one with the seeker's own words where there are any."""
    ways = _usable(templates(move), slots, said)
    if not ways:
        return ""
    own = [way for way in ways if any(value and value in way for value in slots.values())]
    return pick(own or ways, seed, move.value)


def _usable(ways: Iterable[str], slots: dict[str, str], said: set[str]) -> list[str]:
    """The ways whose slots can be filled and which were neither said before nor found unsafe."""
    filled = []
    for way in ways:
        names = _SLOT.findall(way)
        if any(not slots.get(name) for name in names):
            continue
        text = way.format_map(slots)
        text = text[:1].upper() + text[1:]
        if not any(sentence in said for sentence in split_sentences(text)):
            filled.append(text)
    return filled


def _said_before(question: SupporterQuestion) -> set[str]:
    spoken = [line.text for line in question.transcript if line.speaker is Speaker.SUPPORTER]
    return {sentence for text in (*spoken, question.begun) for sentence in split_sentences(text)}


def _slots(question: SupporterQuestion) -> dict[str, str]:
    state: SeekerState = question.state
    last = question.transcript[-1].text if question.transcript else ""
    return {
        "problem": state.problem,
        "feeling": state.feeling,
        "person": state.person,
        "effort": state.effort,
        "quote": quote(last),
    }


def quote(text: str) -> str:
    """A short clause of the seeker's last message, worth giving back: three to nine words, the latest that fits."""
    clauses = [clause.strip(" \"'“”,") for clause in _CLAUSE.split(text)]
    short = [clause for clause in clauses if 3 <= len(clause.split()) <= 9 and "?" not in clause]
    return short[-1] if short else ""
