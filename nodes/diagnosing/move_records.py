"""How were replies with each support move followed, in these conversations?

Told by what the seeker answered and, where the words are neutral, by how the reply was taken. Where the two disagree it
counts as neither. What goes on to the proposer are counts: no thought and no score.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from conversation.support import Polarity, SupportMove
from nodes.failure_analyst import AnalystQuestion, AnalystTurn
from nodes.skill_proposer import MoveRecord

CLEAR_CHANGE = 3
"""Points from which the way a reply was taken counts, where the words after it are neutral."""


def move_records(questions: Iterable[AnalystQuestion]) -> tuple[MoveRecord, ...]:
    """One record for each move that was seen, in the order of `SupportMove`; a move counts once in a reply."""
    # Loaded here: the rules of reading are needed only when episodes are analysed.
    from nodes.embedded.reading.moves import read_moves

    counts: dict[SupportMove, Counter[Polarity]] = {}
    for question in questions:
        for index, turn in enumerate(question.turns):
            how = followed(question.turns, index)
            for move in set(read_moves(turn.reply, seeker_before=turn.seeker)):
                counts.setdefault(move, Counter())[how] += 1
    return tuple(
        MoveRecord(
            move=move,
            helped=counts[move][Polarity.CONSTRUCTIVE],
            harmed=counts[move][Polarity.NEGATIVE],
            neutral=counts[move][Polarity.NEUTRAL],
        )
        for move in SupportMove
        if move in counts
    )


def followed(turns: Sequence[AnalystTurn], index: int) -> Polarity:
    """How the reply of one turn was followed."""
    change = turns[index].change
    taken = Polarity.NEUTRAL
    if abs(change) >= CLEAR_CHANGE:
        taken = Polarity.CONSTRUCTIVE if change > 0 else Polarity.NEGATIVE
    after = turns[index + 1].state if index + 1 < len(turns) else None
    said = after.change.polarity if after is not None and after.change is not None else Polarity.NEUTRAL
    if said is Polarity.NEUTRAL:
        return taken
    if taken is Polarity.NEUTRAL or taken is said:
        return said
    return Polarity.NEUTRAL
