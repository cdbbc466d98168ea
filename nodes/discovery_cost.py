"""What will it cost to label these dialogues and to distil what they show? An estimate, before anything is spent."""

import json
from collections.abc import Iterable

from conversation.dialogue import Dialogue
from nodes.annotator import ANNOTATOR, question_about
from nodes.distiller import DISTILLER
from nodes.estimate import Counts, Estimate, RoleEstimate, priced, summed, tokens
from nodes.models import Models
from nodes.seam.answers import schema_of

TOKENS_PER_SEEKER_RUN = (100, 200)
TOKENS_PER_SUPPORTER_RUN = (15, 40)
"""Labels of one run as JSON: the embedded annotator's answers come to 139 and 19 on average, less for short runs;
models write with more space."""

SKILLS = 40
"""Skills to distil at most: the upper end of what a thousand dialogues give."""

TOKENS_PER_GROUP = 6_000
TOKENS_PER_SKILL = 3_500
"""Measured on ESConv: groups of 4,500 tokens on average, skills of 2,500."""

HOW = (
    "Labelling: the real prompt and the real questions, at four bytes a token (least), or at three and with the JSON "
    "schema (most); answers by the number of messages.",
    f"Distilling: how many skills these dialogues hold is not known before; none at least, {SKILLS} at most, with the "
    "sizes that they had on 910 dialogues.",
    "Retries, repair turns and tokens of thinking come on top.",
)


def estimate(dialogues: Iterable[Dialogue], models: Models) -> Estimate:
    """The expected cost of labelling these dialogues and distilling up to `SKILLS` skills. The embedded engine is free.

    Args:
        dialogues: Those that have no labels yet.
        models: Who answers for annotator and distiller.
    """
    roles: dict[str, RoleEstimate] = {}
    if models.configured(ANNOTATOR.role):
        roles[ANNOTATOR.role] = _labelling(dialogues, models)
    if models.configured(DISTILLER.role):
        _, prompt = tokens(DISTILLER.prompt)
        asked, answered = SKILLS * (prompt + TOKENS_PER_GROUP), SKILLS * TOKENS_PER_SKILL
        roles[DISTILLER.role] = priced(models, DISTILLER.role, (0, SKILLS), (0, asked), (0, answered))
    return Estimate(roles=roles, how=HOW if roles else ())


def _labelling(dialogues: Iterable[Dialogue], models: Models) -> RoleEstimate:
    calls = 0
    _, form = tokens(json.dumps(schema_of(ANNOTATOR.answer)))
    asked: Counts = (0, 0)
    answered: Counts = (0, 0)
    for dialogue in dialogues:
        question = question_about(dialogue)
        seekers = sum(run.speaker == "seeker" for run in question.runs)
        supporters = len(question.runs) - seekers
        calls += 1
        asked = summed((asked, tokens(ANNOTATOR.prompt), tokens(question.model_dump_json()), (0, form)))
        low, high = (
            seekers * TOKENS_PER_SEEKER_RUN[end] + supporters * TOKENS_PER_SUPPORTER_RUN[end] for end in (0, 1)
        )
        answered = summed((answered, (low, high)))
    return priced(models, ANNOTATOR.role, (calls, calls), asked, answered)
