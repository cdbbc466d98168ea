"""Which skills fit this moment? Hard filters, then similarity, then fit and evidence, every part of the score kept.

A skill that is retired, contraindicated, meant for a lower risk, or that needs something that has not come first, is
refused before anything is compared. Of the rest the nearest in meaning are scored:
`score = similarity · w₁ + fit · w₂ + evidence · w₃`. The best-scored skill whose fit reaches the threshold is chosen;
if there is none, no skill fits, and that is an answer too.
"""

import hashlib
from typing import Annotated
from weakref import WeakKeyDictionary

from pydantic import Field

from conversation.episode import SkillScore
from conversation.model import Value
from conversation.seeker import SeekerState
from skills_bank.contraindication import Contraindications
from skills_bank.fit import FitTable, fit_reasons
from skills_bank.gain import expected_gain, gain_reasons
from skills_bank.skill import Requirement, Skill, SkillId
from skills_bank.view import BankView


class RetrievalSettings(Value):
    """How retrieval weighs and cuts."""

    k: Annotated[int, Field(ge=1, le=100)] = 5
    """How many scored skills are kept for the explanation."""
    candidates: Annotated[int, Field(ge=1, le=1000)] = 64
    """How many of the nearest skills are scored; a bank that is not larger is scored whole."""
    threshold: Annotated[float, Field(ge=0, le=1)] = 0.3
    """Fit under which a skill is not chosen: with three or four stated conditions, one may clearly not hold."""
    similarity_weight: Annotated[float, Field(ge=0)] = 0.5
    fit_weight: Annotated[float, Field(ge=0)] = 0.4
    evidence_weight: Annotated[float, Field(ge=0)] = 0.1

    @property
    def hash(self) -> str:
        """First 16 hex digits of the SHA-256 of all settings."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:16]

    def fingerprint(self, embedder: str) -> str:
        """Settings and embedder in one, as `EpisodeKey.retrieval` wants it."""
        return hashlib.sha256(f"{embedder}\n{self.hash}".encode()).hexdigest()[:16]


class Query(Value):
    """What retrieval is asked with."""

    state: SeekerState
    text: str = Field(description="what the seeker wrote, with as much of what came before as the caller finds useful")
    met: tuple[Requirement, ...] = Field(default=(), description="what has come first in the conversation")
    locale: str = Field(default="", description="the seeker's language, such as 'en'; empty for any")
    current: str = Field(
        default="", description="the skill in progress: scored and shown even where it would not be among the best"
    )


class Retrieved(Value):
    """What came of it. The explanation is the computation: nothing here was made up afterwards."""

    considered: tuple[SkillScore, ...] = Field(description="best first: the best `k`, and the one in progress")
    refused: tuple[tuple[SkillId, str], ...] = Field(description="(skill id, why a hard filter left it out), by id")
    chosen: SkillScore | None = Field(description="None: no skill fits")


def retrieve(view: BankView, query: Query, settings: RetrievalSettings | None = None) -> Retrieved:
    """The skills of a view that fit a moment.

    Raises:
        IndexUnavailable: the index is on a server that cannot be reached.
        EmbeddingError: the text could not be embedded.
    """
    settings = settings or RetrievalSettings()
    table = _table(view)
    refused = table.contraindications.refused(query.state, query.met, query.locale)
    allowed = [skill_id for skill_id in table.ids if skill_id not in refused] if refused else None
    nearest = view.nearest(query.text, settings.candidates, allowed)
    current = query.current if query.current in table.place and query.current not in refused else ""
    if current and all(skill.id != current for skill, _ in nearest):
        nearest += view.nearest(query.text, 1, [current])
    fits = table.fit.of(query.state)
    scored: list[_Scored] = []
    for skill, similarity in nearest:
        place = table.place[skill.id]
        fit, gain = float(fits[place]), table.gains[place]
        score = settings.similarity_weight * similarity + settings.fit_weight * fit + settings.evidence_weight * gain
        scored.append((round(score, 6), skill, similarity, fit, gain))
    scored.sort(key=lambda one: (-one[0], one[1].id))
    chosen = next((one for one in scored if one[3] >= settings.threshold), None)
    kept = scored[: settings.k]
    if chosen is not None and chosen not in kept:  # what was chosen is always among what is shown
        kept[-1] = chosen
    kept += [one for one in scored if one[1].id == current and one not in kept]
    considered = {one[1].id: _told(one, query.state) for one in kept}
    return Retrieved(
        considered=tuple(considered.values()),
        refused=tuple(sorted(refused.items())),
        chosen=considered[chosen[1].id] if chosen else None,
    )


_Scored = tuple[float, Skill, float, float, float]


class _Table:
    """What retrieval works out once for a view."""

    def __init__(self, view: BankView) -> None:
        skills = view.skills()
        self.ids = [skill.id for skill in skills]
        self.place = {skill_id: place for place, skill_id in enumerate(self.ids)}
        self.contraindications = Contraindications(skills)
        self.fit = FitTable(skills)
        self.gains = [expected_gain(skill) for skill in skills]


_tables: WeakKeyDictionary[BankView, _Table] = WeakKeyDictionary()


def _table(view: BankView) -> _Table:
    table = _tables.get(view)
    if table is None:  # two threads may both work it out; either result serves
        table = _tables[view] = _Table(view)
    return table


def _told(one: _Scored, state: SeekerState) -> SkillScore:
    score, skill, similarity, fit, gain = one
    return SkillScore(
        skill_id=skill.id,
        version=skill.version,
        title=skill.title,
        similarity=similarity,
        fit=fit,
        evidence=gain,
        score=score,
        reasons=(*fit_reasons(skill.applies, state), *gain_reasons(skill)),
    )
