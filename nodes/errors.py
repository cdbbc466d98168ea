"""What can go wrong when a model is asked? Each failure has its own type, and none is turned into an answer.

`ChatError` is the base; catching it means: *this question has no answer*. Callers record it and never invent one.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nodes.usage import RoleUsage


class ChatError(RuntimeError):
    """A question that got no valid answer.

    Attributes:
        message: What happened and what to do, one line.
        role: The role that was asked; empty until the seam has filled it in.
        attempts: How many completions were requested for this question, repair turn and retries included.
        usage: What those attempts cost; they count against the budget like any other.
    """

    def __init__(self, message: str, *, role: str = "", attempts: int = 0, usage: "RoleUsage | None" = None) -> None:
        # An endpoint's own words may be quoted: broken characters in them could be neither printed nor kept.
        self.message = " ".join(message.encode("utf-8", "replace").decode().split())
        super().__init__(self.message)
        self.role = role
        self.attempts = attempts
        self.usage = usage

    def __str__(self) -> str:
        """`role: message`, one line."""
        return f"{self.role}: {self.message}" if self.role else self.message


class Unavailable(ChatError):
    """The endpoint could not be reached, kept failing, refused the request, or the deadline passed."""


class Truncated(ChatError):
    """The answer was cut off at the token limit, or the question does not fit into the model's window."""


class Refused(ChatError):
    """The model, or a filter before it, declined to answer. It is not asked again."""


class Malformed(ChatError):
    """The answer could not be read as the agent's answer type, also after one repair turn."""


class OverBudget(ChatError):
    """The call was not made, because it could have passed a limit of the budget."""


class UnknownLanguage(ChatError):
    """The embedded engine does not speak the language of the question."""


class UnplayableProfile(ChatError):
    """The embedded engine cannot play this seeker: it lacks what only a language model can do without."""


class UnsoundScenario(ChatError):
    """A seeker that a model wrote had faults each time it was asked."""


class UnknownRole(ChatError):
    """Nobody plays that role: it has no player in the embedded engine."""


class NotRecorded(LookupError):
    """A replay was asked something that its recording does not hold.

    Not a `ChatError`: no question has failed, the run is not the recorded one, and nothing may go on without an answer
    that the recorded run had.
    """
