"""Which seekers are authored, and where is the one with a given id?

They lie in `conversation/authored/profiles/*.json`, one file for each split and one for the counter-profiles. A story
is used by one profile only, so that no story is met in two splits; the parts in `authored/stories.json` are the
generator's own (`scenarios.py`) and never those of an authored profile.
"""

import json
from difflib import get_close_matches
from functools import cache
from importlib.resources import files

from pydantic import TypeAdapter, ValidationError

from conversation.profile import Profile
from conversation.profile_check import check

__all__ = ["UnknownProfileError", "authored", "check", "counter", "profile"]


class UnknownProfileError(KeyError):
    """No authored profile has this id. The message names near ones: a random seeker is never played instead."""

    def __str__(self) -> str:
        return str(self.args[0])


@cache
def authored() -> tuple[Profile, ...]:
    """The 96 authored profiles: every cell once in each of the four splits, ordered by split, then as written.

    Raises:
        ValueError: a file is not what it should be; the message names the file and the profile.
    """
    return _unique("train", "selection", "audit", "report")


@cache
def counter() -> tuple[Profile, ...]:
    """The 24 counter-profiles, every cell once, six in each split: seekers for whom agreement harms.

    Each presses for agreement with its `harmful_claim`. None likes a move that agrees, and a gentle other view is no
    trigger to any of them, so that flattery can only lose and care can win.

    Raises:
        ValueError: as `authored`.
    """
    return _unique("counter")


def profile(profile_id: str) -> Profile:
    """The authored profile, or counter-profile, with this id.

    Raises:
        UnknownProfileError: there is none.
    """
    by_id = {p.id: p for p in (*authored(), *counter())}
    if profile_id not in by_id:
        near = get_close_matches(profile_id, by_id, n=3, cutoff=0.4)
        hint = f"did you mean {', '.join(near)}?" if near else "`esc-skills profiles list` shows all"
        raise UnknownProfileError(f"no authored profile '{profile_id}': {hint}")
    return by_id[profile_id]


def _unique(*names: str) -> tuple[Profile, ...]:
    found: dict[str, Profile] = {}
    for name in names:
        for read in _read(name):
            if read.id in found:
                raise ValueError(f"authored/profiles/{name}.json: profile '{read.id}' is there twice")
            found[read.id] = read
    return tuple(found.values())


def _read(name: str) -> tuple[Profile, ...]:
    text = (files("conversation") / "authored" / "profiles" / f"{name}.json").read_text(encoding="utf-8")
    try:
        return TypeAdapter(tuple[Profile, ...]).validate_python(json.loads(text))
    except (ValidationError, json.JSONDecodeError) as error:
        raise ValueError(f"authored/profiles/{name}.json does not hold profiles: {error}") from error
