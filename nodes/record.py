"""What is written down of a simulated exchange, and what determined the episode it belongs to?"""

import hashlib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from conversation.episode import EpisodeKey, EpisodeTurn, Finding, SkillScore, SkillUse
from conversation.profile import Profile
from conversation.seeker import SeekerState
from nodes.context import Resources
from nodes.embedded.world import WORLD
from nodes.turn import Explanation


def exchange(seeker: str, reply: str, explanation: dict[str, Any]) -> EpisodeTurn:
    """One exchange, from the explanation that came with the reply; not yet appraised."""
    why = Explanation.model_validate(explanation)
    used = None
    if why.skill_id:
        used = SkillUse(skill_id=why.skill_id, version=why.version, step_id=why.step_id, how=why.how)
    return EpisodeTurn(
        seeker=seeker,
        tier=why.tier,
        state=SeekerState.model_validate(why.state) if why.state else None,
        reply=reply,
        used=used,
        considered=tuple(SkillScore.model_validate(score) for score in why.considered),
        findings=tuple(Finding.model_validate(finding) for finding in why.findings),
    )


def profile_hash(profile: Profile) -> str:
    """Of all that a profile holds: an edited seeker is another seeker."""
    return hashlib.sha256(profile.model_dump_json().encode()).hexdigest()[:16]


def episode_key(resources: Resources, profile: Profile, seed: int, sample: int = 0) -> EpisodeKey:
    """All that determines an episode: what the ledger pays for once."""
    return EpisodeKey(
        profile_id=profile.id,
        profile_hash=profile_hash(profile),
        seed=seed,
        sample=sample,
        turn_limit=resources.context.turn_limit,
        bank_hash=resources.view.content_hash,
        retrieval=resources.retrieval,
        models=resources.models.describe(),
        prompts=resources.prompts,
        engine=engine(),
        place=f"{resources.context.locale}/{resources.context.region or ''}",
        judge_samples=resources.context.judge_samples,
    )


def engine() -> str:
    """Version of ESC-Skills, of the embedded world, and of all that plays, reads and guards."""
    return f"{_version()}+world{WORLD}+{_RULES}"


def _rules() -> str:
    """Hash over all that plays, reads and guards: an episode under other rules is another episode."""
    digest = hashlib.sha256()
    for file in sorted(Path(__file__).parent.rglob("*")):
        if file.suffix in (".py", ".txt", ".json", ".npz"):
            digest.update(f"{file.name}\x1f".encode() + file.read_bytes())
    return digest.hexdigest()[:12]


_RULES = _rules()
"""Read when the code is loaded: later, the files may be others than those that this process runs."""


def _version() -> str:
    try:
        return version("esc-skills")
    except PackageNotFoundError:  # a checkout that was never installed
        return "0"
