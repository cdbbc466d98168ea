"""Which supporters are compared? Each arm is a bank, at a generation that stays the same for the whole run."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from graphs.context import Context
    from skills_bank.ledger import Ledger


class Arm(NamedTuple):
    """One supporter configuration."""

    name: str
    context: "Context"

    @property
    def ledger(self) -> "Ledger | None":
        """Of its own bank; None where that is gone with this process."""
        from nodes.context import IN_MEMORY

        return None if self.context.bank in IN_MEMORY else self.context.resources.bank.ledger


def arms_of(names: list[str], settings: dict[str, Any]) -> list[Arm]:
    """The arms of these names: 'none', 'starter', a bank, or a bank at a generation as in `my_bank@4`.

    A bank that is named without one is read at the generation that it has now: another process may commit to it while
    the run goes on.

    Args:
        names: As a person wrote them.
        settings: Of the context that all arms share.

    Raises:
        Usage: an arm without a name, or twice the same.
        BankError: there is no such bank, or no such generation.
    """
    from esc_skills.errors import Usage
    from graphs.context import Context
    from nodes.context import IN_MEMORY

    arms: list[Arm] = []
    for name in (name.strip() for name in names):
        if not name or name in {arm.name for arm in arms}:
            raise Usage(f"--arms {','.join(names)}: " + (f"'{name}' stands there twice" if name else "an arm is empty"))
        bank, generation = _bank_at(name)
        context = Context(bank=bank, generation=generation, **settings)
        if bank not in IN_MEMORY and generation is None:
            context = context.but(generation=context.resources.view.generation)
        arms.append(Arm(name, context))
    return arms


def _bank_at(name: str) -> tuple[str, int | None]:
    bank, at, number = name.rpartition("@")
    if at and bank and number.isdecimal() and not Path(name).exists():
        return bank, int(number)
    return name, None
