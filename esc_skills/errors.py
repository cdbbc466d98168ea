"""Which errors can a person mend? Those are told in one line; all others are faults of ours."""


class Usage(ValueError):
    """A command was given something that fits nothing."""


def expected(error: Exception) -> bool:
    """Whether the error was foreseen: bad input, a missing file, a bank or an endpoint that does not answer."""
    from conversation.formats import BadDialogue
    from nodes.errors import ChatError
    from skills_bank.errors import BankError

    return isinstance(error, Usage | BankError | ChatError | BadDialogue | OSError | LookupError | ValueError)
