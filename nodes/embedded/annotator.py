"""The annotator, played without a language model: every run of a recorded dialogue is labelled by authored rules.

The label of a run uses what came before it and the run itself; never what comes later.
"""

from functools import lru_cache

from conversation.annotation import Annotation, SeekerLabels, SupporterLabels
from conversation.dialogue import Line, Speaker
from conversation.support import UnsafeIntervention
from nodes.annotator import AnnotatorQuestion
from nodes.embedded.reading.changes import new_risk
from nodes.embedded.reading.language import require_english
from nodes.embedded.reading.moves import primary_moves
from nodes.embedded.reading.states import read_state
from nodes.reply_guard import find_unsafe

_TRUE_OF_PEOPLE = UnsafeIntervention.POSING_AS_HUMAN
"""People in recorded dialogues who tell of their own lives pose as nothing."""


def play(question: AnnotatorQuestion, seed: int) -> Annotation:
    """Labels for every run. `seed` changes nothing.

    Raises:
        UnknownLanguage: the dialogue is in another language.
    """
    require_english("\n".join(run.text for run in question.runs))
    lines: list[Line] = []
    seeker: list[SeekerLabels] = []
    supporter: list[SupporterLabels] = []
    before = ""
    for number, run in enumerate(question.runs):
        lines.append(Line(speaker=run.speaker, text=run.text))
        if run.speaker is Speaker.SEEKER:
            state = read_state(tuple(lines))
            risk = new_risk(before, run.text)
            seeker.append(SeekerLabels(run=number, state=state, change=state.change, new_risk=risk))
            before = run.text
        else:
            moves = primary_moves(run.text, seeker_before=before)
            supporter.append(SupporterLabels(run=number, moves=moves, flags=_flags(run.text)))
    return Annotation(seeker=tuple(seeker), supporter=tuple(supporter))


@lru_cache(maxsize=16384)
def _flags(reply: str) -> tuple[UnsafeIntervention, ...]:
    return tuple(finding.kind for finding in find_unsafe(reply) if finding.kind is not _TRUE_OF_PEOPLE)
