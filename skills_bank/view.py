"""What does a reader of the bank see? One generation, or a preview of one: whole, unchanging, and searchable."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Protocol

import numpy as np
import numpy.typing as npt

from skills_bank.embedding import Vectors
from skills_bank.errors import UnknownSkill
from skills_bank.skill import Skill, SkillId
from skills_bank.succession import content_hash

_SPARE = 8
"""So many more are asked for than wanted: which of several equally near ones the index names is its own affair."""


class Search(Protocol):
    """What a view asks of the bank behind it: the nearest of some entries to a text."""

    @property
    def fingerprint(self) -> str:
        """Fingerprint of the embedder."""
        ...

    def nearest(
        self, text: str, count: int, allowed: Collection[str], known: Mapping[str, str]
    ) -> list[tuple[str, float]]:
        """As `VectorIndex.nearest`, for a text instead of a vector."""
        ...

    def query_vector(self, text: str) -> Vectors:
        """Unit vector of a text, shape (dim,)."""
        ...

    def skill_vectors(self, texts: Sequence[str]) -> Vectors:
        """Unit rows of texts of skills, shape (len(texts), dim)."""
        ...


class BankView:
    """The skills that live at one generation, whatever is committed meanwhile. Safe to use from several threads."""

    def __init__(
        self, living: Mapping[SkillId, Skill], generation: int, search: Search, *, is_preview: bool = False
    ) -> None:
        self._living = {skill_id: living[skill_id] for skill_id in sorted(living)}
        self._search = search
        self.generation = generation
        self.is_preview = is_preview

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 over the living skills' contents: the same for a preview and for the generation it becomes.

        Times, run ids, versions and lineage are left out: the same run elsewhere, or over an endpoint, gives the same.
        """
        return content_hash((skill.id, skill.content_hash) for skill in self._living.values())

    @property
    def embedder(self) -> str:
        """Fingerprint of the embedder that `nearest` uses."""
        return self._search.fingerprint

    def skills(self) -> tuple[Skill, ...]:
        """All living skills, sorted by id."""
        return tuple(self._living.values())

    def skill(self, skill_id: SkillId) -> Skill:
        """The living version of a skill.

        Raises:
            UnknownSkill: none of that id lives here.
        """
        try:
            return self._living[skill_id]
        except KeyError:
            where = "the preview of generation" if self.is_preview else "generation"
            raise UnknownSkill(f"no skill '{skill_id}' lives at {where} {self.generation}") from None

    def __contains__(self, skill_id: object) -> bool:
        return skill_id in self._living

    def __len__(self) -> int:
        return len(self._living)

    def nearest(self, text: str, k: int, allowed: Collection[SkillId] | None = None) -> list[tuple[Skill, float]]:
        """The `k` skills nearest to a text, with cosine similarities (−1 to 1), nearest first; ties by id.

        Args:
            text: What the seeker wrote, or any other text.
            k: How many at most, at least 1.
            allowed: Ids of the skills that may be returned; all of them when None.

        Raises:
            IndexUnavailable: the index is on a server that cannot be reached.
            EmbeddingError: the text could not be embedded.
        """
        if k < 1:
            raise ValueError(f"k is how many skills to return, at least 1, not {k}")
        entries = self._entries
        if allowed is None:
            wanted: Collection[str] = entries.values()
        else:
            wanted = list(filter(None, map(entries.get, allowed)))  # in C: a large bank passes every id through here
        if not wanted:
            return []
        found = self._search.nearest(text, k + _SPARE, wanted, self.texts)
        # Rounded, so that the same vectors give the same order on machines that add up in another order.
        pairs = [(self._living[entry.partition("#")[0]], round(similarity, 6)) for entry, similarity in found]
        return sorted(pairs, key=lambda pair: (-pair[1], pair[0].id))[:k]

    def similarities(self, text: str, skill_ids: Sequence[SkillId]) -> npt.NDArray[np.float64]:
        """Cosine similarities (−1 to 1) of a text to these skills, in their order, without asking the index.

        Raises:
            KeyError: one of them does not live here.
            EmbeddingError: the text could not be embedded.
        """
        rows = self._vectors[list(map(self._places.__getitem__, skill_ids))]
        # Not `@`: a matrix library adds up in an order of its own, and its threads cost more than so small a product.
        cosines = np.einsum("ij,j->i", rows, self._search.query_vector(text))
        return np.asarray(np.round(np.clip(cosines.astype(np.float64), -1, 1), 6), dtype=np.float64)

    @cached_property
    def _vectors(self) -> Vectors:
        return self._search.skill_vectors(list(self.texts.values()))

    @cached_property
    def _places(self) -> dict[SkillId, int]:
        return {skill_id: place for place, skill_id in enumerate(self._living)}

    @cached_property
    def _entries(self) -> dict[SkillId, str]:
        return {skill_id: entry_of(skill) for skill_id, skill in self._living.items()}

    @cached_property
    def texts(self) -> dict[str, str]:
        """Similarity text by index entry, of every living skill."""
        return {self._entries[skill_id]: similarity_text(skill) for skill_id, skill in self._living.items()}


def similarity_text(skill: Skill) -> str:
    """What a skill is found by: title, summary, conditions in words, and what seekers say before it in its examples."""
    before = (example.before for example in skill.examples if example.good)
    return "\n".join((skill.title, skill.summary, skill.applies.words, *before))


def entry_of(skill: Skill) -> str:
    """Name of the skill's entry in the index: the skill and the hash of its similarity text."""
    return f"{skill.id}#{text_hash(similarity_text(skill))[:24]}"


@lru_cache(maxsize=16_384)
def text_hash(text: str) -> str:
    """SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()
