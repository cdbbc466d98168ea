"""What does a failed request mean? Whether another try can help, when, and which typed error it is if not.

Only connection errors, timeouts, HTTP 408, 429 and 5xx, and replies that are no chat completion are tried again.
"""

import email.utils
import time
from dataclasses import dataclass, replace
from enum import Enum
from functools import cache
from importlib import import_module
from typing import Any

from nodes.errors import ChatError, Refused, Truncated, Unavailable, UnknownLanguage
from nodes.models import RoleSettings

LONGEST_MESSAGE = 300
"""Characters of an endpoint's own message that are passed on."""


class Remedy(Enum):
    """What can be done about a failed request."""

    RETRY = "retry"
    LOWER = "ask for less: a lower rung of the ladder"
    NONE = "none"


@dataclass(frozen=True)
class Failure:
    """One failed request, understood.

    Attributes:
        remedy: What can be done.
        error: What is raised if nothing helps.
        after_s: How long the endpoint asks to wait; None if it does not say.
        spent: Whether the endpoint may have done (and billed) the work.
    """

    remedy: Remedy
    error: ChatError
    after_s: float | None = None
    spent: bool = False


@cache
def http_library() -> Any:
    """The HTTP library that openai was built on (httpx, or its successor): its streams raise that library's errors."""
    import openai

    base = openai.DefaultHttpxClient.__mro__[1]
    return import_module(base.__module__.partition(".")[0])


def understand(error: Exception, settings: RoleSettings) -> Failure:
    """The failure behind an exception of langchain-openai or openai. A key that an endpoint repeats stays here."""
    failure = _understood(error, settings)
    key = settings.api_key.get_secret_value() if settings.api_key else ""
    if key and key in failure.error.message:
        kind = type(failure.error)
        return replace(failure, error=kind(failure.error.message.replace(key, "(the key)")))
    return failure


def _understood(error: Exception, settings: RoleSettings) -> Failure:
    import openai

    http = http_library()
    if isinstance(error, ChatError):
        return Failure(Remedy.NONE, error)
    where = f"{settings.model} at {settings.endpoint}"
    if isinstance(error, openai.APITimeoutError | http.TimeoutException | TimeoutError):
        return Failure(Remedy.RETRY, Unavailable(f"{where} did not answer in {settings.timeout_s:g} s"), spent=True)
    if isinstance(error, openai.APIStatusError):
        return _status(error.status_code, _said(error), error, where)
    if isinstance(error, openai.APIConnectionError | http.TransportError | ConnectionError):
        return Failure(Remedy.RETRY, Unavailable(f"cannot reach {where}: {_cause(error)}"), spent=True)
    # Anything else arose while the reply was read: null or empty choices, a web page, broken JSON or unicode.
    message = f"{where} sent something that is no chat completion ({type(error).__name__}: {clip(str(error))})"
    return Failure(Remedy.RETRY, Unavailable(message), spent=True)


def _status(status: int, said: str, error: object, where: str) -> Failure:
    code = _code(error)
    if code == "unknown_language":
        return Failure(Remedy.NONE, UnknownLanguage(said))
    if code == "content_filter":
        return Failure(Remedy.NONE, Refused(f"{where} filtered the question: {said}"))
    if code == "context_length_exceeded" or "context length" in said.lower() or "context window" in said.lower():
        return Failure(Remedy.NONE, Truncated(f"the question does not fit into {where}: {said}"))
    if status in (408, 429) or status >= 500:
        if code == "insufficient_quota":
            return Failure(Remedy.NONE, Unavailable(f"{where}: the account's quota is used up: {said}"))
        return Failure(Remedy.RETRY, Unavailable(f"{where} answered HTTP {status}: {said}"), _retry_after(error))
    if status == 400:
        return Failure(Remedy.LOWER, Unavailable(f"{where} refused the request (HTTP 400): {said}"))
    advice = {
        401: "; check the key (OPENAI_API_KEY)",
        403: "; check what the key may do",
        404: "; check the model's name and the address (it usually ends in /v1)",
    }
    return Failure(Remedy.NONE, Unavailable(f"{where} answered HTTP {status}{advice.get(status, '')}: {said}"))


def _said(error: object) -> str:
    body = getattr(error, "body", None)
    message = body.get("message") if isinstance(body, dict) else None
    return clip(str(message or getattr(error, "message", "") or "no message"))


def _code(error: object) -> str:
    body = getattr(error, "body", None)
    return str(body.get("code") or "") if isinstance(body, dict) else ""


def _cause(error: Exception) -> str:
    inner: BaseException = error
    while inner.__cause__ is not None:
        inner = inner.__cause__
    return clip(str(inner) or type(inner).__name__)


def clip(text: str) -> str:
    """An endpoint's own words in one line, and not too many of them."""
    text = " ".join(text.split())
    return text if len(text) <= LONGEST_MESSAGE else f"{text[:LONGEST_MESSAGE]}…"


def _retry_after(error: object) -> float | None:
    """Seconds from the Retry-After header, given as seconds or as a date."""
    response = getattr(error, "response", None)
    value = response.headers.get("retry-after") if response is not None else None
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        date = email.utils.parsedate_tz(value)
        if date is None:
            return None
        seconds = email.utils.mktime_tz(date) - time.time()
    return max(0.0, seconds) if seconds == seconds else None  # NaN is no number of seconds
