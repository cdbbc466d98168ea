"""Which skills lie nearest to a text? Chroma, asked with our own vectors and always rebuilt from the journal.

An entry is named by skill and text (`skill#hash of its text`) and holds nothing but its vector, in a collection named
by bank and embedder. So an entry can never be out of date: it is there or it is missing, and what is missing is added.
Versions that share their text share the entry, and previews need no copies. Which entries count is decided by the
journal, through `allowed`, never by what the index happens to hold.
"""

import hashlib
import itertools
import logging
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from threading import RLock
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from skills_bank.embedding import Vectors
from skills_bank.errors import BankError

logger = logging.getLogger(__name__)

IN_MEMORY = "memory"
_FORMAT = "1"  # raised when the meaning of an entry changes, so that old collections are left alone
_BATCH = 500
_EF = 400  # breadth of the HNSW search: recall@5 of 1.00 on clustered vectors, for about half a millisecond
_serial = itertools.count()


class IndexUnavailable(BankError):
    """The Chroma server cannot be reached."""


class VectorIndex:
    """One collection. Entries are added before they are asked for; nothing is ever removed or changed."""

    def __init__(
        self, where: str, bank_id: str, fingerprint: str, vectors_of: Callable[[Sequence[str]], Vectors]
    ) -> None:
        """An index that opens itself when first used.

        Args:
            where: `memory`, or the URL of a Chroma server.
            bank_id: Together with `fingerprint` names the collection.
            fingerprint: Of the embedder.
            vectors_of: Unit rows for texts, in their order; called for what the collection lacks.
        """
        self._where = where
        self._vectors_of = vectors_of
        self._name = f"esc-{bank_id}-{hashlib.sha256(f'{_FORMAT}/{fingerprint}'.encode()).hexdigest()[:16]}"
        if where == IN_MEMORY:
            # In-memory clients of a process share one store: each index gets a name of its own.
            self._name = f"{self._name[:40]}-{next(_serial)}-{uuid.uuid4().hex[:8]}"
        self._client: Any = None
        self._collection: Any = None
        self._present: set[str] = set()
        self._lock = RLock()

    def nearest(
        self, vector: Vectors, count: int, allowed: Collection[str], known: Mapping[str, str]
    ) -> list[tuple[str, float]]:
        """The `count` nearest of the `allowed` entries, as (entry id, cosine similarity), nearest first.

        Args:
            vector: Of unit length, shape (dim,).
            count: At least 1; fewer come back when fewer are allowed.
            allowed: Entries that may be returned; a subset of `known`.
            known: Text by entry, for every entry of the view that asks; those the collection lacks are added first.

        Raises:
            IndexUnavailable: the server cannot be reached.
        """
        wanted = min(count, len(allowed))
        if wanted == 0:
            return []
        for attempt in (1, 2):
            try:
                self._ensure(known)
                found = self._query(vector, wanted, allowed)
                if len(found) == wanted:
                    return found
                problem = f"{len(found)} of {wanted} entries came back"
            except _chroma_errors() as error:
                problem = f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}".rstrip(": ")
            if attempt == 1:
                logger.warning("index of the bank is broken (%s): rebuilt from the journal", problem)
                self._rebuild()
        raise BankError(f"the index stays broken after a rebuild ({problem})")

    def close(self) -> None:
        """Forget an in-memory collection; leave a server's alone."""
        with self._lock:
            if self._client is not None and self._where == IN_MEMORY:
                self._drop()
            self._collection = self._client = None
            self._present.clear()

    def _query(self, vector: Vectors, wanted: int, allowed: Collection[str]) -> list[tuple[str, float]]:
        only = None if len(allowed) == len(self._present) else list(allowed)
        answer = self._collection.query(query_embeddings=[vector], n_results=wanted, ids=only, include=["distances"])
        pairs = zip(answer["ids"][0], answer["distances"][0], strict=True)
        return [(entry, float(np.clip(1.0 - distance, -1.0, 1.0))) for entry, distance in pairs]

    def _ensure(self, entries: Mapping[str, str]) -> None:
        """Add what the collection lacks. Most calls find nothing to do and take no lock."""
        if self._present.issuperset(entries) and self._collection is not None:
            return
        with self._lock:
            if self._collection is None:
                self._open()
            missing = [entry for entry in entries if entry not in self._present]
            if missing and self._where != IN_MEMORY:
                there = set(self._collection.get(ids=missing, include=[])["ids"])
                self._present |= there
                missing = [entry for entry in missing if entry not in there]
            for start in range(0, len(missing), _BATCH):
                batch = missing[start : start + _BATCH]
                self._collection.upsert(ids=batch, embeddings=self._vectors_of([entries[entry] for entry in batch]))
                self._present.update(batch)

    def _open(self) -> None:
        if self._client is None:
            self._client = _client(self._where)
        self._collection = self._client.get_or_create_collection(
            self._name, embedding_function=None, configuration={"hnsw": {"space": "cosine", "ef_search": _EF}}
        )

    def _rebuild(self) -> None:
        with self._lock:
            self._present.clear()
            self._collection = None
            if self._client is not None:
                self._drop()

    def _drop(self) -> None:
        try:
            self._client.delete_collection(self._name)
        except _chroma_errors() as error:
            logger.debug("no collection to drop: %s", error)


def _client(where: str) -> Any:
    import chromadb
    from chromadb.config import Settings

    settings = Settings(anonymized_telemetry=False)  # nothing leaves the machine
    if where == IN_MEMORY:
        return chromadb.EphemeralClient(settings=settings)
    address = urlsplit(where)
    if address.scheme not in ("http", "https") or not address.hostname:
        raise BankError(
            f"an index is 'memory' or the URL of a Chroma server, such as http://localhost:8000; not '{where}'"
        )
    port = address.port or (443 if address.scheme == "https" else 8000)
    try:
        return chromadb.HttpClient(address.hostname, port, ssl=address.scheme == "https", settings=settings)
    except Exception as error:  # the client raises ValueError, httpx errors and its own, by version
        raise IndexUnavailable(f"no Chroma server answers at {where}: start one with `chroma run`") from error


def _chroma_errors() -> tuple[type[Exception], ...]:
    """What Chroma raises: its own errors, and bare ones from its Rust core and from a server's answers."""
    from chromadb.errors import ChromaError

    return (ChromaError, RuntimeError, ValueError)
