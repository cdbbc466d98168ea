"""What will it cost to label these dialogues and to distil what they show? An estimate, before anything is spent."""

from collections.abc import Iterable

from conversation.dialogue import Dialogue
from conversation.model import Value
from nodes.annotator import ANNOTATOR, question_about
from nodes.distiller import DISTILLER
from nodes.models import Models, RoleSettings

BYTES_PER_TOKEN = 3
"""Careful: English has about four, Chinese about three bytes a token."""

TOKENS_PER_SEEKER_RUN = 200
TOKENS_PER_SUPPORTER_RUN = 40
"""Labels of one run as JSON: the embedded annotator's answers come to 139 and 19, and models write with more space."""

SKILLS = 40
"""Skills to distil at most: the upper end of what a thousand dialogues give."""

TOKENS_PER_GROUP = 6_000
TOKENS_PER_SKILL = 3_500
"""Measured on ESConv: groups of 4,500 tokens on average, skills of 2,500."""


class Estimate(Value):
    """What a run is expected to cost at most, retries and repair turns not counted."""

    calls: int
    input_tokens: int
    output_tokens: int
    money: float | None = None
    """US dollars; None where a model that is asked has no configured price."""


def estimate(dialogues: Iterable[Dialogue], models: Models) -> Estimate:
    """The expected cost of labelling these dialogues and distilling up to `SKILLS` skills. The embedded engine is free.

    Args:
        dialogues: Those that have no labels yet.
        models: Who answers for annotator and distiller.
    """
    calls = {"annotator": 0, "distiller": 0}
    asked = dict.fromkeys(calls, 0)
    answered = dict.fromkeys(calls, 0)
    if not models.of(ANNOTATOR.role).embedded:
        prompt = _tokens(ANNOTATOR.prompt)
        for dialogue in dialogues:
            question = question_about(dialogue)
            seekers = sum(run.speaker == "seeker" for run in question.runs)
            calls["annotator"] += 1
            asked["annotator"] += prompt + _tokens(question.model_dump_json())
            answered["annotator"] += seekers * TOKENS_PER_SEEKER_RUN
            answered["annotator"] += (len(question.runs) - seekers) * TOKENS_PER_SUPPORTER_RUN
    if not models.of(DISTILLER.role).embedded:
        calls["distiller"] = SKILLS
        asked["distiller"] = SKILLS * (_tokens(DISTILLER.prompt) + TOKENS_PER_GROUP)
        answered["distiller"] = SKILLS * TOKENS_PER_SKILL
    prices = [_money(models.of(role), asked[role], answered[role]) for role in calls if calls[role]]
    known = [price for price in prices if price is not None]
    return Estimate(
        calls=sum(calls.values()),
        input_tokens=sum(asked.values()),
        output_tokens=sum(answered.values()),
        money=round(sum(known), 4) if len(known) == len(prices) else None,
    )


def _tokens(text: str) -> int:
    return len(text.encode()) // BYTES_PER_TOKEN + 1


def _money(settings: RoleSettings, asked: int, answered: int) -> float | None:
    if settings.input_price is None or settings.output_price is None:
        return None
    return (asked * settings.input_price + answered * settings.output_price) / 1_000_000
