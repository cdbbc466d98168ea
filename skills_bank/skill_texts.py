"""Which texts does a skill hold, and what is each of them for?"""

from collections.abc import Iterator

from skills_bank.lint_rules import Place
from skills_bank.skill import Skill, Step

Text = tuple[str, str, Place]
"""Where it stands (`steps.let-it-come.wording[2]`), what it says, what it is for."""


def texts_of(skill: Skill) -> Iterator[Text]:
    """Every text that says or teaches something. Sources, evidence, reviews and lineage are records, and left out."""
    yield "title", skill.title, Place.DONE
    yield "summary", skill.summary, Place.DONE
    yield "rationale", skill.rationale, Place.WHY
    yield "applies.words", skill.applies.words, Place.DONE
    yield "excludes.words", skill.excludes.words, Place.AGAINST
    for step in skill.steps:
        yield from _step(step)
    yield "exit.done_when", skill.exit.done_when, Place.DONE
    yield "exit.stop_when", skill.exit.stop_when, Place.DONE
    yield "expected.allowed_dip", skill.expected.allowed_dip, Place.DONE
    for n, pitfall in enumerate(skill.pitfalls):
        yield f"pitfalls[{n}].what", pitfall.what, Place.AGAINST
        yield f"pitfalls[{n}].sign", pitfall.sign, Place.AGAINST
        yield f"pitfalls[{n}].instead", pitfall.instead, Place.DONE
    for n, example in enumerate(skill.examples):
        yield f"examples[{n}].before", example.before, Place.SEEKER
        yield f"examples[{n}].reply", example.reply, Place.SAID if example.good else Place.AGAINST
        yield f"examples[{n}].after", example.after, Place.SEEKER
        yield f"examples[{n}].note", example.note, Place.DONE if example.good else Place.AGAINST
    yield "limits", skill.limits, Place.AGAINST


def _step(step: Step) -> Iterator[Text]:
    where = f"steps.{step.id}"
    yield f"{where}.aim", step.aim, Place.DONE
    for n, action in enumerate(step.actions):
        yield f"{where}.actions[{n}]", action, Place.DONE
    for n, wording in enumerate(step.wording):
        yield f"{where}.wording[{n}]", wording, Place.SAID
    for n, text in enumerate(step.avoid):
        yield f"{where}.avoid[{n}]", text, Place.AVOIDED
