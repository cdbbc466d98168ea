"""What can go wrong with kept conversations? One clear line each: what, where, what to do."""


class ThreadsError(ValueError):
    """The place of the threads cannot do what was asked of it."""


class NoThreads(ThreadsError):
    """No threads are kept at that place, and none were to be."""


class WrongKey(ThreadsError):
    """What is kept was encrypted with another key, needs one, or was kept without one."""


class ThreadMoved(ThreadsError):
    """The thread was continued or erased by somebody else since this turn began; the turn was not kept."""

    def __init__(self, thread_id: object) -> None:
        super().__init__(
            f"thread '{thread_id}' was continued or erased elsewhere during this turn, which was therefore not kept: "
            "read the thread again, and say it again"
        )
