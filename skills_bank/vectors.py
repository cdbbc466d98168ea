"""What is the vector of a text? Computed once by the embedder, kept in the journal, never mixed with another's."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from threading import RLock

import numpy as np
import sqlalchemy as sa

from skills_bank.embedding import Embedder, Vectors
from skills_bank.journal import Journal, insert_missing
from skills_bank.schema import vectors
from skills_bank.view import text_hash

_RECENT = 512
"""Queries kept in memory."""


class VectorCache:
    """Vectors of one embedder: the skills' in the journal, the latest queries' in memory."""

    def __init__(self, journal: Journal, embedder: Embedder) -> None:
        self.embedder = embedder
        self._journal = journal
        self._recent: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = RLock()

    def of_skills(self, texts: Sequence[str]) -> Vectors:
        """Unit rows for texts of skills, shape (len(texts), dim), in their order."""
        hashes = [text_hash(text) for text in texts]
        known = self._stored(list(dict.fromkeys(hashes)))
        known |= self._computed({name: text for name, text in zip(hashes, texts, strict=True) if name not in known})
        if not hashes:
            return np.zeros((0, self.embedder.dim), dtype=np.float32)
        return np.stack([known[name] for name in hashes])

    def _computed(self, fresh: Mapping[str, str]) -> dict[str, Vectors]:
        """Vectors of new texts by their hash, written down as well."""
        if not fresh:
            return {}
        rows = self.embedder.embed(list(fresh.values())).astype("<f4", copy=False)
        fingerprint = self.embedder.fingerprint
        with self._journal.writing() as connection:
            insert_missing(
                connection,
                vectors,
                [
                    {"fingerprint": fingerprint, "text_hash": name, "vector": row.tobytes()}
                    for name, row in zip(fresh, rows, strict=True)
                ],
            )
        return dict(zip(fresh, rows, strict=True))

    def of_query(self, text: str) -> Vectors:
        """Unit vector of one text, shape (dim,). The latest ones are remembered, and nothing is written down."""
        with self._lock:
            if text in self._recent:
                self._recent.move_to_end(text)
                return self._recent[text]
        vector: Vectors = self.embedder.embed([text])[0]
        with self._lock:
            self._recent[text] = vector
            if len(self._recent) > _RECENT:
                self._recent.popitem(last=False)
        return vector

    def _stored(self, hashes: Sequence[str]) -> dict[str, Vectors]:
        found: dict[str, Vectors] = {}
        with self._journal.reading() as connection:
            for start in range(0, len(hashes), 400):
                query = sa.select(vectors.c.text_hash, vectors.c.vector).where(
                    vectors.c.fingerprint == self.embedder.fingerprint,
                    vectors.c.text_hash.in_(hashes[start : start + 400]),
                )
                for name, raw in connection.execute(query):
                    vector = np.frombuffer(raw, dtype="<f4").astype(np.float32)
                    if len(vector) == self.embedder.dim:  # a row of another length is computed again
                        found[name] = vector
        return found
