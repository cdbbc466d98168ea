"""Which banks can be written to? Those on disk or in a database; 'starter' and 'none' are only read."""


def own_bank(place: str) -> str:
    """The place, if what is written there lasts.

    Raises:
        Usage: it is 'starter' or 'none'. They are made anew, in memory, by each process: a change would be lost.
    """
    from esc_skills.errors import Usage
    from nodes.context import IN_MEMORY

    if place in IN_MEMORY:
        raise Usage(f"'{place}' comes with ESC-Skills and cannot be changed; name a folder for a bank of your own")
    return place
