"""What is the bank? Journal and index as one: pinned readers, commits with compare-and-set, previews, history."""

import logging
from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from threading import RLock
from typing import Any

import sqlalchemy as sa

from skills_bank.annotations import AnnotationStore
from skills_bank.change import Change
from skills_bank.embedding import Embedder, Vectors
from skills_bank.embedding_models import kind_of, make_embedder
from skills_bank.errors import (
    BankError,
    Conflict,
    NewerSchema,
    NoBank,
    UnknownGeneration,
    UnknownSkill,
)
from skills_bank.generations import Commit, Difference, Generations, SkillVersion, difference
from skills_bank.index import IN_MEMORY, IndexUnavailable, VectorIndex
from skills_bank.integrity import problems
from skills_bank.intervention_unit import InterventionUnit, UnitText
from skills_bank.journal import Journal, now
from skills_bank.ledger import Ledger
from skills_bank.prototype import Prototype
from skills_bank.schema import embedders
from skills_bank.skill import Skill, SkillId, Status
from skills_bank.succession import succeed
from skills_bank.units import Erasure, UnitStore
from skills_bank.vectors import VectorCache
from skills_bank.view import BankView

__all__ = [
    "Bank",
    "BankError",
    "BankView",
    "Commit",
    "Conflict",
    "Difference",
    "Erasure",
    "IndexUnavailable",
    "NewerSchema",
    "NoBank",
    "SkillVersion",
    "UnknownGeneration",
    "UnknownSkill",
]

logger = logging.getLogger(__name__)

_VIEWS_KEPT = 8


class Bank:
    """All skills in all their versions. Safe to use from several threads; open it anew in every process.

    Attributes:
        id: Made with the bank, and its own for good.
        location: Where it is, for people to read; a password in a URL is hidden.
        ledger: Episodes and runs, in the same database.
        evidence: Intervention units, their texts and prototypes.
        annotations: Labels of dialogues that a model was paid for.
    """

    def __init__(self, journal: Journal, embedder: Embedder, index: str) -> None:
        self._journal = journal
        self._generations = Generations(journal)
        self._vectors = VectorCache(journal, embedder)
        self._index = VectorIndex(index, journal.bank_id, embedder.fingerprint, self._vectors.of_skills)
        self._views: OrderedDict[int, BankView] = OrderedDict()
        self._lock = RLock()
        self.id = journal.bank_id
        self.location = journal.place
        self.ledger = Ledger(journal)
        self.evidence = UnitStore(journal)
        self.annotations = AnnotationStore(journal)

    @classmethod
    def open(
        cls,
        location: str | Path,
        *,
        create: bool = True,
        embedder: str | Embedder | None = None,
        index: str = IN_MEMORY,
    ) -> "Bank":
        """Open a bank, or make one.

        Args:
            location: A folder (SQLite within), an SQLAlchemy URL (`postgresql://…`), or `:memory:`.
            create: Whether to make a bank where there is none.
            embedder: `hashing`, `minilm`, `endpoint:<model>`, or an `Embedder`; when None, the one that the bank was
                last opened with, and `hashing` for a new bank.
            index: `memory`, or the URL of a Chroma server.

        Raises:
            NoBank: there is none and `create` is false.
            NewerSchema: it was made by a newer version of ESC-Skills.
            BankError: it cannot be opened.
            EmbeddingError: there is no such embedder.
        """
        journal = Journal.open(location, create=create)
        try:
            known = _known_embedder(journal)
            chosen = make_embedder(embedder or kind_of(known)) if not isinstance(embedder, Embedder) else embedder
            if known != chosen.fingerprint:
                _adopt(journal, chosen, known)
            return cls(journal, chosen, index)
        except BaseException:
            journal.close()
            raise

    @property
    def generation(self) -> int:
        """The head: number of the newest generation, asked of the journal each time."""
        return self._generations.head()

    @property
    def fingerprint(self) -> str:
        """Fingerprint of the embedder."""
        return self._vectors.embedder.fingerprint

    def at(self, generation: int | None = None) -> BankView:
        """A reader pinned to a generation; to the head when none is named.

        Raises:
            UnknownGeneration: there is none of that number.
        """
        if (view := self._kept(generation)) is not None:
            return view
        with self._journal.reading() as connection:
            number = self._generations.head(connection) if generation is None else generation
            if (view := self._kept(number)) is not None:
                return view
            living = self._generations.living(number, connection)
            view = BankView(self._generations.skills(living, connection), number, self)
        with self._lock:
            view = self._views.setdefault(number, view)
            while len(self._views) > _VIEWS_KEPT:
                self._views.popitem(last=False)
        return view

    def _kept(self, generation: int | None) -> BankView | None:
        with self._lock:
            if generation is None or generation not in self._views:
                return None
            self._views.move_to_end(generation)
            return self._views[generation]

    def preview(self, changes: Sequence[Change], *, base: BankView | None = None) -> BankView:
        """The bank as it would be after these changes. Nothing is written.

        Args:
            changes: As for `commit`.
            base: The view that they apply to; the head when None.

        Raises:
            UnknownSkill: a target does not live in `base`.
            BankError: the changes cannot be made.
        """
        base = base or self.at()
        with self._journal.reading() as connection:

            def last_version(skill_id: SkillId) -> int:
                here = base.skill(skill_id).version if skill_id in base else 0
                return max(here, self._generations.last_version(skill_id, connection))

            living = {skill.id: skill.version for skill in base.skills()}
            outcome = succeed(living, changes, last_version, status=Status.CANDIDATE)
        skills = {skill.id: skill for skill in base.skills() if outcome.living.get(skill.id) == skill.version}
        skills |= {skill.id: skill for skill, _ in outcome.born if outcome.living.get(skill.id) == skill.version}
        return BankView(skills, base.generation, self, is_preview=True)

    def commit(
        self,
        changes: Sequence[Change],
        *,
        expected_generation: int,
        verdicts: Sequence[Any] = (),
        note: str = "",
    ) -> int:
        """Make the next generation: all of it or nothing. Its number.

        Args:
            changes: In the order in which they apply.
            expected_generation: The head that the changes were made for.
            verdicts: What was found when they were verified: pydantic models or plain JSON data.
            note: Why, for the history.

        Raises:
            Conflict: the head has moved on; look again, and commit against the new one.
            UnknownSkill: a target does not live.
            BankError: the changes cannot be made.
        """
        if not changes:
            raise BankError("nothing to commit: no change was given")
        with self._journal.committing() as connection:
            if (head := self._generations.head(connection)) != expected_generation:
                raise Conflict(
                    f"the bank has moved on to generation {head}; these changes were made for {expected_generation}"
                )
            outcome = succeed(
                self._generations.living(head, connection),
                changes,
                lambda skill_id: self._generations.last_version(skill_id, connection),
                status=Status.ACTIVE,
            )
            born = [skill for skill, _ in outcome.born]
            content = self._generations.content_hash(outcome.living, connection, born)
            number = self._generations.begin(head, note, content, connection)
            self._generations.append(number, outcome, changes, verdicts, connection)
        return number

    def rollback(self, generation: int, *, expected_generation: int | None = None, note: str = "") -> int:
        """Make a new generation in which exactly those live that lived at an earlier one. Its number.

        Raises:
            UnknownGeneration: there is none of that number.
            Conflict: the head is not the expected one (when one is named), or moved meanwhile.
        """
        with self._journal.committing() as connection:
            head = self._generations.head(connection)
            if expected_generation is not None and head != expected_generation:
                raise Conflict(f"the bank has moved on to generation {head}; not {expected_generation}")
            now_living = self._generations.living(head, connection)
            then = self._generations.living(generation, connection)
            change_id = f"rollback-to-{generation}"
            content = self._generations.content_hash(then, connection)
            number = self._generations.begin(head, note or f"rollback to generation {generation}", content, connection)
            events = [
                {"skill_id": skill_id, "version": version, "born": born, "change_id": change_id}
                for mine, other, born in ((now_living, then, False), (then, now_living, True))
                for skill_id, version in sorted(mine.items())
                if other.get(skill_id) != version
            ]
            self._generations.append_lives(number, events, connection)
        return number

    def history(self, skill_id: SkillId) -> list[SkillVersion]:
        """Every version of a skill, living or not, oldest first.

        Raises:
            UnknownSkill: there has never been one of that id.
        """
        with self._journal.reading() as connection:
            found = self._generations.history(skill_id, connection)
        if not found:
            raise UnknownSkill(f"the bank has never had a skill '{skill_id}'")
        return found

    def commits(self, newest: int | None = None) -> list[Commit]:
        """What made each generation, newest first, with its changes and verdicts; the `newest` ones, or all."""
        with self._journal.reading() as connection:
            return self._generations.commits(connection, newest)

    def diff(self, a: int, b: int) -> Difference:
        """What came, went and changed from generation `a` to generation `b`.

        Raises:
            UnknownGeneration: there is none of one of these numbers.
        """
        with self._journal.reading() as connection:
            before = self._generations.living(a, connection)
            return difference(before, self._generations.living(b, connection))

    def verify(self) -> list[str]:
        """Check every row of the journal and, where these are sound, the head's entries in the index.

        Returns:
            One line for each problem, none when the bank is sound.

        Raises:
            IndexUnavailable: the index is on a server that cannot be reached.
        """
        return problems(self._journal) or self._index.problems(self.at().texts)

    def rebuild_index(self) -> None:
        """Drop the index and fill it anew from the journal. Seldom needed: a broken index mends itself.

        Raises:
            IndexUnavailable: the index is on a server that cannot be reached.
        """
        self._index.rebuild(self.at().texts)

    def erase(self, dialogue_id: str) -> Erasure:
        """Erase every word of a source dialogue; labels, counts and a tombstone stay."""
        return self.evidence.erase(dialogue_id)

    def add_units(self, units: Iterable[InterventionUnit], texts: Iterable[UnitText]) -> int:
        """Add intervention units with their texts; the number that were new or read anew."""
        return self.evidence.add_units(units, texts)

    def add_prototypes(self, prototypes: Iterable[Prototype]) -> int:
        """Add prototypes; the number that were new or counted anew."""
        return self.evidence.add_prototypes(prototypes)

    def units_of(self, skill: Skill) -> list[tuple[InterventionUnit, UnitText | None]]:
        """The units that a skill rests on, for and against, with their words where these were not erased."""
        ids = list(dict.fromkeys(unit_id for evidence in skill.evidence for unit_id in evidence.units))
        words = self.evidence.texts(ids)
        return [(unit, words.get(unit.id)) for unit in self.evidence.units(ids)]

    def nearest(
        self, text: str, count: int, allowed: Collection[str], known: Mapping[str, str]
    ) -> list[tuple[str, float]]:
        """What `BankView.nearest` asks: the nearest index entries to a text, with cosine similarities."""
        return self._index.nearest(self._vectors.of_query(text), count, allowed, known)

    def query_vector(self, text: str) -> Vectors:
        """What a view asks: the unit vector of a text, shape (dim,)."""
        return self._vectors.of_query(text)

    def skill_vectors(self, texts: Sequence[str]) -> Vectors:
        """What a view asks: unit rows of texts of skills, shape (len(texts), dim)."""
        return self._vectors.of_skills(texts)

    def close(self) -> None:
        """Give back connections and the index in memory. Views of this bank cannot search afterwards."""
        self._index.close()
        self._journal.close()

    def __enter__(self) -> "Bank":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _known_embedder(journal: Journal) -> str:
    """Fingerprint of the embedder that the bank was last opened with; empty for a new bank."""
    last = sa.select(embedders.c.fingerprint).order_by(embedders.c.number.desc()).limit(1)
    with journal.reading() as connection:
        return str(connection.execute(last).scalar() or "")


def _adopt(journal: Journal, embedder: Embedder, known: str) -> None:
    """Remember the embedder. Vectors are kept by fingerprint, so another one re-embeds and mixes nothing."""
    row = {"fingerprint": embedder.fingerprint, "dim": embedder.dim, "adopted_at": now()}
    with journal.writing() as connection:
        connection.execute(embedders.insert().values(row))
    if known:
        logger.warning("embedder changed from %s to %s: skills are embedded anew", known, embedder.fingerprint)
