"""When is an edit the same as one that was refused? When it does the same, in whatever words."""

from nodes.errors import ChatError
from nodes.skill_proposer import ChangeDraft
from skills_bank.change import Change, ChangeKind
from skills_bank.skill import Skill


class NothingToPropose(ChatError):
    """No edit is left for a diagnosis: all that could mend it were refused, or none applies."""


def in_words(edit: ChangeDraft | Change) -> str:
    """What an edit does, in a line: the same for two edits that differ in wording only.

    This is what `ProposerQuestion.refused` holds.
    """
    if edit.kind is ChangeKind.RETIRE:
        return f"retire {', '.join(edit.targets)}"
    bodies = "; ".join(_body(skill, new=skill.id not in edit.targets) for skill in edit.skills)
    targets = f" {', '.join(edit.targets)}" if edit.targets else ""
    return f"{edit.kind.value}{targets} for {edit.concerns}: {bodies}"


def _body(skill: Skill, *, new: bool) -> str:
    """A body by whom it is for and what its steps do. A new skill's id says nothing: it may be numbered anew."""
    applies, excludes = skill.applies, skill.excludes
    whom = [
        f"{name} {'or '.join(f'{value.value} ' for value in values).strip()}"
        for name, values in (
            ("need", applies.needs),
            ("activity", applies.activities),
            ("emotion", applies.emotions),
            ("resistance", applies.resistance),
            ("readiness", applies.readiness),
            ("scenario", applies.scenarios),
            ("not need", excludes.needs),
            ("not activity", excludes.activities),
            ("not resistance", excludes.resistance),
            ("not readiness", excludes.readiness),
            ("not scenario", excludes.scenarios),
        )
        if values
    ]
    steps = " → ".join("+".join(move.value for move in step.moves) for step in skill.steps)
    return f"{'new skill' if new else skill.id} ({', '.join(whom) or 'anyone'}) {steps}"
