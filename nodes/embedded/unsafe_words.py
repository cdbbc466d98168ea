"""What in a skill is unsafe to say or to do, and what is left of the skill without it?"""

from nodes.embedded.edits import reworded, with_step, without_step
from nodes.reply_guard import find_unsafe
from skills_bank.lint import lint
from skills_bank.skill import Skill


def unsafe_places(skill: Skill) -> tuple[str, ...]:
    """Places, as lint names them (`steps.<id>.wording[0]`), of actions and wording that lint or the guard object to."""
    places = {problem.partition(": ")[0] for problem in lint(skill)}
    for step in skill.steps:
        for name, texts in (("wording", step.wording), ("actions", step.actions)):
            places |= {f"steps.{step.id}.{name}[{i}]" for i, text in enumerate(texts) if find_unsafe(text)}
    return tuple(sorted(place for place in places if place.startswith("steps.")))


def cleaned(skill: Skill, seed: int) -> Skill | None:
    """The skill without its unsafe actions and wording; None where nothing is to be taken out, or nothing is left.

    A step that has no action left keeps its moves, with the common words for them, unless its aim is unsafe itself;
    then it goes.
    """
    places = {*unsafe_places(skill)}
    if not places:
        return None
    body: Skill | None = skill
    for step in skill.steps:
        own = f"steps.{step.id}."
        if not any(place.startswith(own) for place in places) or body is None:
            continue
        if f"{own}aim" in places or f"{own}moves" in places:
            body = without_step(body, step.id)
            continue
        actions = tuple(a for i, a in enumerate(step.actions) if f"{own}actions[{i}]" not in places)
        wording = tuple(w for i, w in enumerate(step.wording) if f"{own}wording[{i}]" not in places)
        # Without an action the moves stay, done and said in the common way.
        kept = {"actions": actions, "wording": wording}
        body = with_step(body, step.id, **kept) if actions else reworded(body, step.id, seed)
    return body
