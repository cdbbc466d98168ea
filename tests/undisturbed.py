"""Other processes read the source anew: in a checkout that somebody edits meanwhile, theirs are other episodes."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from graphs.simulation import WorkerFailed
from nodes import record


@contextmanager
def undisturbed() -> Iterator[None]:
    """Skips a test whose processes met another source than this one loaded; any other failure is one."""
    try:
        yield
    except (WorkerFailed, AssertionError) as error:
        if record._rules() != record._RULES:
            pytest.skip(f"the source was edited during the test run: {error}")
        raise
