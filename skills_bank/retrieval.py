"""Which skills fit this moment? Hard filters, then similarity, then fit and evidence, every part of the score kept.

A skill that is retired, contraindicated, meant for a lower risk, or that needs something that has not come first, is
refused before anything is compared. Of the rest the nearest in meaning and the best-fitting are scored:
`score = similarity · w₁ + fit · w₂ + evidence · w₃`. The best-scored skill whose fit reaches the threshold is chosen;
if there is none, no skill fits, and that is an answer too.
"""

import hashlib
from itertools import compress
from typing import Annotated
from weakref import WeakKeyDictionary

import numpy as np
from pydantic import Field

from conversation.episode import SkillScore
from conversation.model import Value
from conversation.seeker import SeekerState
from skills_bank.contraindication import Contraindications, Refused
from skills_bank.fit import FitTable, Numbers, fit_reasons
from skills_bank.gain import expected_gain, gain_reasons
from skills_bank.skill import Requirement, SkillId
from skills_bank.view import BankView


class RetrievalSettings(Value):
    """How retrieval weighs and cuts."""

    k: Annotated[int, Field(ge=1, le=100)] = 5
    """How many scored skills are kept for the explanation."""
    candidates: Annotated[int, Field(ge=1, le=1000)] = 32
    """How many of the nearest skills are scored; and eight times as many of those that fit best."""
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
    fits = table.fit.of(query.state)
    # Of a score, all but the similarity is known for every skill before the index is asked.
    known = settings.fit_weight * fits + settings.evidence_weight * table.gains
    current = query.current if query.current in table.place and query.current not in refused else ""
    candidates = _candidates(view, query.text, settings.candidates, table, refused, known)
    if current:
        candidates = list(dict.fromkeys((*candidates, current)))
    # From the vectors, so that a similarity is the same whichever list, and whichever index, named the skill.
    similarities = view.similarities(query.text, candidates)
    places = np.fromiter(map(table.place.__getitem__, candidates), dtype=np.intp, count=len(candidates))
    scores = np.round(settings.similarity_weight * similarities + known[places], 6)
    order = np.lexsort((places, -scores)).tolist()  # best first, ties by id
    chosen = next((one for one in order if fits[places[one]] >= settings.threshold), None)
    kept = order[: settings.k]
    if chosen is not None and chosen not in kept:  # what was chosen is always among what is shown
        kept[-1] = chosen
    kept += [one for one in order if candidates[one] == current and one not in kept]
    considered = {
        one: SkillScore(
            skill_id=(skill := table.skills[places[one]]).id,
            version=skill.version,
            title=skill.title,
            similarity=similarities.item(one),
            fit=fits.item(places[one]),
            evidence=table.gains.item(places[one]),
            score=scores.item(one),
            reasons=(*fit_reasons(skill.applies, query.state), *gain_reasons(skill)),
        )
        for one in kept
    }
    return Retrieved(
        considered=tuple(considered.values()),
        refused=tuple(sorted(refused.items())),
        chosen=None if chosen is None else considered[chosen],
    )


class _Table:
    """What retrieval works out once for a view."""

    def __init__(self, view: BankView) -> None:
        self.skills = skills = view.skills()
        self.ids = [skill.id for skill in skills]
        self.place = {skill_id: place for place, skill_id in enumerate(self.ids)}
        self.contraindications = Contraindications(skills)
        self.fit = FitTable(skills)
        self.gains = np.array([expected_gain(skill) for skill in skills])


_FITTING = 8
"""Best-fitting skills for each of the nearest: with 8, the choice is as good as by scoring every skill in 100 of 100
questions at 1,000 skills and in 98 at 10,000 (benchmarks/bank_retrieval.py); a dot product costs little."""

_tables: WeakKeyDictionary[BankView, _Table] = WeakKeyDictionary()


def _table(view: BankView) -> _Table:
    table = _tables.get(view)
    if table is None:  # two threads may both work it out; either result serves
        table = _tables[view] = _Table(view)
    return table


def _candidates(
    view: BankView, text: str, count: int, table: _Table, refused: Refused, known: Numbers
) -> list[SkillId]:
    """The skills to be scored: those nearest in words, and those that fit best whatever their words.

    The best of a large bank is seldom the nearest in words alone; taking the top of both lists is the first round of
    Fagin's threshold algorithm (Fagin, Lotem, Naor, PODS 2001). A bank that is not larger than `count` is scored whole.
    """
    usable = np.ones(len(table.ids), dtype=bool)
    usable[[table.place[skill_id] for skill_id in refused]] = False
    places = np.flatnonzero(usable)
    allowed = list(compress(table.ids, usable.tolist())) if refused else None
    nearest = [skill.id for skill, _ in view.nearest(text, count, allowed)]
    if len(places) == len(nearest):
        return nearest
    best = places[np.argsort(-known[places], kind="stable")[: _FITTING * count]]
    return list(dict.fromkeys([*nearest, *map(table.ids.__getitem__, best.tolist())]))
