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

__all__ = ["UnknownProfileError", "authored", "check", "profile"]


class UnknownProfileError(KeyError):
    """No authored profile has this id. The message names near ones: a random seeker is never played instead."""

    def __str__(self) -> str:
        return str(self.args[0])


@cache
def authored() -> tuple[Profile, ...]:
    """All authored profiles, ordered by split, then as written.

    Raises:
        ValueError: a file is not what it should be; the message names the file and the profile.
    """
    found: dict[str, Profile] = {}
    folder = files("conversation") / "authored" / "profiles"
    for name in ("train", "selection", "audit", "report", "counter"):
        file = folder / f"{name}.json"
        if not file.is_file():
            continue
        for profile in _read(name, file.read_text(encoding="utf-8")):
            if profile.id in found:
                raise ValueError(f"authored/profiles/{name}.json: profile '{profile.id}' is there twice")
            found[profile.id] = profile
    return tuple(found.values())


def profile(profile_id: str) -> Profile:
    """The authored profile with this id.

    Raises:
        UnknownProfileError: there is none.
    """
    by_id = {p.id: p for p in authored()}
    if profile_id not in by_id:
        near = get_close_matches(profile_id, by_id, n=3, cutoff=0.4)
        hint = f"did you mean {', '.join(near)}?" if near else "`esc-skills profiles list` shows all"
        raise UnknownProfileError(f"no authored profile '{profile_id}': {hint}")
    return by_id[profile_id]


def _read(name: str, text: str) -> tuple[Profile, ...]:
    try:
        return TypeAdapter(tuple[Profile, ...]).validate_python(json.loads(text))
    except (ValidationError, json.JSONDecodeError) as error:
        raise ValueError(f"authored/profiles/{name}.json does not hold profiles: {error}") from error
