"""Which seekers does a command mean? Authored ones by id or split, generated ones, or those of a file."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conversation.episode import EpisodeKey
    from conversation.profile import Profile
    from nodes.models import Models


def from_file(path: Path) -> "tuple[Profile, ...]":
    """The profiles of a file in our own format or another that needs no word of the caller's.

    Raises:
        Usage: there is no such file.
        BadDialogue: a record is not what it should be.
        UnknownProfileFormat: no format fits.
    """
    from conversation.profile_formats import read_profiles
    from esc_skills.errors import Usage

    if not path.is_file():
        raise Usage(f"{path}: there is no such file; 'esc-skills profiles generate N --output FILE' makes one")
    return read_profiles(path).profiles


def named(profile_id: str) -> "Profile":
    """The authored or generated seeker with this id.

    Raises:
        UnknownProfileError: there is none; the message names near ones.
    """
    from conversation.profiles import profile
    from conversation.scenarios import fresh_named

    try:
        return fresh_named(profile_id)
    except KeyError:
        return profile(profile_id)


def check_playable(profiles: "Sequence[Profile]", models: "Models") -> None:
    """Refuse, before anything is played, seekers whom nobody can play with these models.

    Raises:
        Usage: the embedded engine plays seeker or judge, and one of them is for language models alone.
    """
    from esc_skills.errors import Usage

    embedded = [role for role in ("seeker", "sage_judge") if not models.configured(role)]
    unplayable = [profile for profile in profiles if profile.unplayable]
    if embedded and unplayable:
        more = f" (and {len(unplayable) - 1} more)" if len(unplayable) > 1 else ""
        raise Usage(
            f"seeker '{unplayable[0].id}'{more} is for language models: {unplayable[0].unplayable}. "
            f"Give {' and '.join(embedded)} a model (ESC_SKILLS_{embedded[0].upper()}_MODEL …), or play others"
        )


class Seekers:
    """Finds the seeker whom an episode was played with.

    Args:
        path: A file of profiles that are neither authored nor generated; None where there is none.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._own = {profile.id: profile for profile in from_file(path)} if path else {}

    def of(self, key: "EpisodeKey") -> "Profile":
        """The seeker, exactly as the episode met them.

        Raises:
            Usage: nobody has this id, or the profile has been edited since.
        """
        from conversation.episode import RECORDED
        from esc_skills.errors import Usage
        from nodes.record import profile_hash

        found = self._own.get(key.profile_id) or _ours(key.profile_id)
        if found is None:
            raise Usage(f"seeker '{key.profile_id}' is neither authored nor generated; name a file with --profiles")
        if key.prompts != RECORDED and profile_hash(found) != key.profile_hash:
            raise Usage(
                f"seeker '{key.profile_id}' was another profile when the episode was played; "
                "name a file that holds that one with --profiles"
            )
        return found


def _ours(profile_id: str) -> "Profile | None":
    try:
        return named(profile_id)
    except KeyError:
        return None
