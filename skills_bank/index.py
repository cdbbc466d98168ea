"""Which skills lie nearest to a text? Chroma, asked with our own vectors and always rebuilt from the journal.

An entry is named by skill and text (`skill#hash of its text`) and holds nothing but its vector, in a collection named
by bank and embedder. So an entry can never be out of date: it is there or it is missing, and what is missing is added.
Versions that share their text share the entry, and previews need no copies. Which entries count is decided by the
journal, through `allowed`, never by what the index happens to hold.
"""

import hashlib
import itertools
import logging
import os
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Lock, RLock
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from skills_bank.embedding import Vectors
from skills_bank.errors import BankError

logger = logging.getLogger(__name__)

IN_MEMORY = "memory"
_FORMAT = "1"
"""Raised when the meaning of an entry changes, so that old collections are left alone."""
_BATCH = 500
"""Entries in one call; Chroma takes 5,461 at most, and a killed batch of this size is simply added again."""
_EF = 200
"""Breadth of the HNSW search: recall@5 of 1.00 on clustered vectors (benchmarks/bank_retrieval.py)."""
_WIDEST = 256
"""Where some entries are not allowed, more are asked for and the others dropped, as long as it is not more than this;
beyond, Chroma's own filter by id is the cheaper way (measured at 1,000 and 10,000 entries)."""
_SERVER_TIMEOUT_S = 30.0
"""For one call to a server; Chroma's own client would wait for ever."""
_serial = itertools.count()
_clients = Lock()  # Chroma counts the clients of its in-memory store without a lock of its own


class IndexUnavailable(BankError):
    """The Chroma server cannot be reached."""


class VectorIndex:
    """One collection. Entries are added before they are asked for; nothing is ever changed."""

    def __init__(
        self, where: str, bank_id: str, fingerprint: str, vectors_of: Callable[[Sequence[str]], Vectors]
    ) -> None:
        """An index that opens itself when first used.

        Args:
            where: `memory`, or the URL of a Chroma server.
            bank_id: Together with `fingerprint` names the collection.
            fingerprint: Of the embedder.
            vectors_of: Unit rows for texts, in their order; called for what the collection lacks.

        Raises:
            BankError: `where` is neither.
        """
        if where != IN_MEMORY:
            _address(where)
        self._where = where
        self._vectors_of = vectors_of
        self._name = f"esc-{bank_id}-{hashlib.sha256(f'{_FORMAT}/{fingerprint}'.encode()).hexdigest()[:16]}"
        if where == IN_MEMORY:
            # In-memory clients of a process share one store: each index gets a name of its own.
            self._name = f"{self._name[:40]}-{next(_serial)}-{uuid.uuid4().hex[:8]}"
        self._process = os.getpid()
        self._client: Any = None
        self._collection: Any = None
        self._present: set[str] = set()
        self._lock = RLock()

    def nearest(
        self, vector: Vectors, count: int, allowed: Collection[str], known: Mapping[str, str]
    ) -> list[tuple[str, float]]:
        """The `count` nearest of the `allowed` entries, as (entry id, cosine similarity), nearest first.

        A collection that is missing, behind or broken is rebuilt, which is said in one line of the log.

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
        problem = ""
        for _ in range(2):
            with self._told() as trouble:
                self._ensure(known)
                found = self._query(vector, wanted, allowed)
                if len(found) == wanted:
                    return found
                trouble.append(f"{len(found)} of {wanted} entries came back")
            if not problem:
                logger.warning("the bank's index is broken (%s): rebuilt from the journal", trouble[0])
                self._rebuild()
            problem = trouble[0]
        raise BankError(f"the index stays broken after a rebuild ({problem}): check the Chroma installation")

    def problems(self, known: Mapping[str, str]) -> list[str]:
        """Hold the collection against the journal: one line if entries are there with other vectors."""
        with self._told() as trouble:
            self._ensure(known)
            wrong = []
            entries = sorted(known)
            for start in range(0, len(entries), _BATCH):
                batch = entries[start : start + _BATCH]
                answer = self._collection.get(ids=batch, include=["embeddings"])
                held = dict(zip(answer["ids"], answer["embeddings"], strict=True))
                right = self._vectors_of([known[entry] for entry in batch])
                for entry, vector in zip(batch, right, strict=True):
                    if entry not in held or not np.allclose(held[entry], vector, atol=1e-5):
                        wrong.append(entry)
            if not wrong:
                return []
            trouble.append(f"{len(wrong)} of {len(entries)} entries hold another vector, such as {wrong[0]}")
        return [f"index: {trouble[0]}; `rebuild_index` mends it"]

    def rebuild(self, known: Mapping[str, str]) -> None:
        """Drop the collection and fill it anew from the journal."""
        self._rebuild()
        with self._told() as trouble:
            self._ensure(known)
        if trouble:
            raise BankError(f"the index cannot be rebuilt ({trouble[0]}): check the Chroma installation")

    def close(self) -> None:
        """Forget an in-memory collection; leave a server's alone."""
        with self._lock:
            if self._client is not None:
                if self._where == IN_MEMORY:
                    self._drop()
                _close(self._client)
            self._collection = self._client = None
            self._present = set()

    def _query(self, vector: Vectors, wanted: int, allowed: Collection[str]) -> list[tuple[str, float]]:
        total = len(self._present)
        if len(allowed) == total:
            return self._ask(vector, wanted, None)
        wide = int(1.3 * wanted * total / len(allowed)) + 8
        if wide <= _WIDEST:
            keep = set(allowed)
            found = [pair for pair in self._ask(vector, min(wide, total), None) if pair[0] in keep]
            if len(found) >= wanted:
                return found[:wanted]
        return self._ask(vector, wanted, list(allowed))

    def _ask(self, vector: Vectors, count: int, only: list[str] | None) -> list[tuple[str, float]]:
        answer = self._collection.query(query_embeddings=[vector], n_results=count, ids=only, include=["distances"])
        pairs = zip(answer["ids"][0], answer["distances"][0], strict=True)
        return [(entry, max(-1.0, min(1.0, 1.0 - distance))) for entry, distance in pairs]

    def _ensure(self, entries: Mapping[str, str]) -> None:
        """Add what the collection lacks. Most calls find nothing to do and take no lock."""
        if os.getpid() != self._process:  # Chroma would not fail here but hang
            raise BankError("the bank's index was opened in another process: a fork must open the bank again")
        if self._collection is not None and self._present.issuperset(entries):
            return
        with self._lock:
            if self._collection is None:
                self._open()
            missing = [entry for entry in entries if entry not in self._present]
            if missing and self._where != IN_MEMORY:
                missing = self._not_yet_there(missing)
            for start in range(0, len(missing), _BATCH):
                batch = missing[start : start + _BATCH]
                self._collection.upsert(ids=batch, embeddings=self._vectors_of([entries[entry] for entry in batch]))
                self._present = self._present.union(batch)  # replaced, not changed: others read it without the lock

    def _not_yet_there(self, entries: Sequence[str]) -> list[str]:
        there: set[str] = set()
        for start in range(0, len(entries), _BATCH):
            there.update(self._collection.get(ids=list(entries[start : start + _BATCH]), include=[])["ids"])
        self._present = self._present | there
        return [entry for entry in entries if entry not in there]

    def _open(self) -> None:
        if self._client is None:
            self._client = _client(self._where)
        self._collection = self._client.get_or_create_collection(
            self._name, embedding_function=None, configuration={"hnsw": {"space": "cosine", "ef_search": _EF}}
        )

    def _rebuild(self) -> None:
        with self._lock:
            self._present = set()
            self._collection = None
            if self._client is None:
                self._client = _client(self._where)
            self._drop()

    def _drop(self) -> None:
        with self._told() as trouble:
            self._client.delete_collection(self._name)
        if trouble:
            logger.debug("no collection to drop: %s", trouble[0])

    @contextmanager
    def _told(self) -> Iterator[list[str]]:
        """What Chroma raises within the block, as words; that the server is away is raised for good."""
        import httpx
        from chromadb.errors import ChromaError

        trouble: list[str] = []
        try:
            yield trouble
        except httpx.TransportError as error:
            raise IndexUnavailable(f"the Chroma server at {self._where} does not answer: {error}") from error
        except BankError:
            raise
        except (ChromaError, RuntimeError, ValueError, httpx.HTTPError) as error:  # its Rust core raises bare ones
            first = str(error).strip().splitlines()
            trouble.append(f"{type(error).__name__}: {first[0]}" if first else type(error).__name__)


def _client(where: str) -> Any:
    import chromadb
    from chromadb.config import Settings

    # Nothing leaves the machine; and a `.env` in the working directory is the project's, not Chroma's.
    settings = Settings(_env_file=None, anonymized_telemetry=False)
    try:
        with _clients:
            if where == IN_MEMORY:
                return chromadb.EphemeralClient(settings=settings)
            host, port, ssl = _address(where)
            client = chromadb.HttpClient(host, port, ssl=ssl, settings=settings)
    except Exception as error:  # the client raises ValueError, httpx errors and its own, by version
        if where == IN_MEMORY:
            raise BankError(f"Chroma cannot be used in memory: {error}") from error
        raise IndexUnavailable(f"no Chroma server answers at {where}: start one with `chroma run`") from error
    for session in _sessions(client):
        session.timeout = _SERVER_TIMEOUT_S
    return client


def _close(client: Any) -> None:
    sessions = _sessions(client)
    with _clients:
        client.close()
    for session in sessions:
        session.close()


def _sessions(client: Any) -> list[Any]:
    """HTTP sessions, which Chroma opens without a timeout and does not close: the client's and its admin client's."""
    servers: list[Any] = [getattr(one, "_server", None) for one in (client, getattr(client, "_admin_client", None))]
    return [server._session for server in servers if hasattr(server, "_session")]


def _address(where: str) -> tuple[str, int, bool]:
    address = urlsplit(where)
    if address.scheme not in ("http", "https") or not address.hostname:
        raise BankError(
            f"an index is 'memory' or the URL of a Chroma server, like http://localhost:8000; not '{where}'"
        )
    ssl = address.scheme == "https"
    return address.hostname, address.port or (443 if ssl else 8000), ssl
