"""Which dialogues has a model labelled already? Kept the moment they are labelled, so that no run pays for them twice.

Labels of rules are not kept: computing them anew costs less than looking them up.
"""

from collections.abc import Sequence

import sqlalchemy as sa

from conversation.annotation import Annotation
from skills_bank.journal import Journal, insert_missing
from skills_bank.schema import annotations, tombstones

_STEP = 400


class AnnotationStore:
    """Annotations by key. The key stands for all that decides the labels: model, prompt and the dialogue's words."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def keep(self, key: str, dialogue_id: str, annotation: Annotation) -> bool:
        """Keep an annotation; whether it could be. Of a dialogue that was erased nothing is kept."""
        with self._journal.writing() as connection:
            erased = sa.select(tombstones.c.dialogue_id).where(tombstones.c.dialogue_id == dialogue_id)
            if connection.execute(erased).first() is not None:
                return False
            row = {"key_hash": key, "dialogue_id": dialogue_id, "body": annotation.model_dump_json()}
            insert_missing(connection, annotations, [row])
        return True

    def known(self, keys: Sequence[str]) -> dict[str, Annotation]:
        """The annotations that are kept under these keys."""
        found: dict[str, Annotation] = {}
        with self._journal.reading() as connection:
            for start in range(0, len(keys), _STEP):
                query = sa.select(annotations.c.key_hash, annotations.c.body)
                rows = connection.execute(query.where(annotations.c.key_hash.in_(keys[start : start + _STEP])))
                found |= {key: Annotation.model_validate_json(body) for key, body in rows}
        return found
