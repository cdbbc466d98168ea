"""What can go wrong with a bank? One clear line each: what, where, what to do."""


class BankError(RuntimeError):
    """The bank cannot do what was asked of it."""


class NoBank(BankError):
    """There is no bank at that place, and none was to be made."""


class NewerSchema(BankError):
    """The bank was made by a newer version of ESC-Skills than this one."""


class Conflict(BankError):
    """Somebody else committed first: read the new head, look again, and commit against that."""


class UnknownSkill(BankError, KeyError):
    """No skill of that id lives where it was looked for."""

    __str__ = RuntimeError.__str__  # KeyError would print the message in quotes


class UnknownGeneration(BankError):
    """The bank has no generation of that number."""
