"""Can the embedded engine play this seeker? It needs English, and a story told in disclosures, efforts and a topic."""

from conversation.profile import Profile
from nodes.errors import UnplayableProfile


def require_playable(profile: Profile) -> None:
    """Refuse a seeker whom only a language model can play.

    Raises:
        UnplayableProfile: with what the profile lacks.
    """
    if why := profile.unplayable:
        raise UnplayableProfile(
            f"seeker '{profile.id}' is for language models: {why}. Give the roles seeker and sage_judge a model"
        )
