"""Which places are meant when none, or a special one, is named? Banks that are only read; where threads are kept."""


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


def default_threads(*, create: bool) -> str:
    """The file of kept conversations when no place is named: among the user's data, in a folder made when asked."""
    from platformdirs import user_data_path

    folder = user_data_path("esc-skills", appauthor=False)
    if create:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return str(folder / "threads.db")
