"""Which tables make a bank? Rows are added and never rewritten; the text of source dialogues alone can be erased."""

import sqlalchemy as sa

REVISION = "0001"
"""Newest migration under `skills_bank/migrations/versions`."""

metadata = sa.MetaData()

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")  # SQLite counts up only an INTEGER PRIMARY KEY
_WHEN = sa.Text  # ISO 8601 in UTC

identity = sa.Table(
    "identity",
    metadata,
    sa.Column("bank_id", sa.Text, primary_key=True),
    sa.Column("made_at", _WHEN, nullable=False),
)

embedders = sa.Table(
    "embedders",
    metadata,
    sa.Column("number", _SERIAL, primary_key=True),
    sa.Column("fingerprint", sa.Text, nullable=False),
    sa.Column("dim", sa.Integer, nullable=False),
    sa.Column("adopted_at", _WHEN, nullable=False),
)

generations = sa.Table(
    "generations",
    metadata,
    # The primary key is the compare-and-set: of two writers that both want number n + 1, the database lets one in.
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("made_at", _WHEN, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("content_hash", sa.Text, nullable=False),
)

skill_versions = sa.Table(
    "skill_versions",
    metadata,
    sa.Column("skill_id", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("content_hash", sa.Text, nullable=False),
    sa.Column("body_hash", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
)

lives = sa.Table(
    "lives",
    metadata,
    sa.Column("number", _SERIAL, primary_key=True),
    sa.Column("generation", sa.Integer, sa.ForeignKey("generations.number"), nullable=False, index=True),
    sa.Column("skill_id", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("born", sa.Boolean, nullable=False),  # False: the version stops living with this generation
    sa.Column("change_id", sa.Text, nullable=False),
    sa.ForeignKeyConstraint(["skill_id", "version"], ["skill_versions.skill_id", "skill_versions.version"]),
    sa.Index("ix_lives_skill", "skill_id"),
)

changes = sa.Table(
    "changes",
    metadata,
    sa.Column("generation", sa.Integer, sa.ForeignKey("generations.number"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("change_id", sa.Text, nullable=False, index=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("run", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
)

verdicts = sa.Table(
    "verdicts",
    metadata,
    sa.Column("number", _SERIAL, primary_key=True),
    sa.Column("generation", sa.Integer, sa.ForeignKey("generations.number"), nullable=False, index=True),
    sa.Column("body", sa.Text, nullable=False),
)

vectors = sa.Table(
    "vectors",
    metadata,
    sa.Column("fingerprint", sa.Text, primary_key=True),
    sa.Column("text_hash", sa.Text, primary_key=True),
    sa.Column("vector", sa.LargeBinary, nullable=False),  # float32, little-endian
)

units = sa.Table(
    "units",
    metadata,
    sa.Column("number", _SERIAL, primary_key=True),
    sa.Column("unit_id", sa.Text, nullable=False, index=True),
    sa.Column("dialogue_id", sa.Text, nullable=False, index=True),
    sa.Column("body", sa.Text, nullable=False),  # labels only: the seeker's own words stand in unit_texts
)

unit_texts = sa.Table(
    "unit_texts",
    metadata,
    sa.Column("unit_id", sa.Text, primary_key=True),
    sa.Column("dialogue_id", sa.Text, nullable=False, index=True),
    sa.Column("words", sa.Text, nullable=False),  # JSON: the unit's text
    sa.Column("quotes", sa.Text, nullable=False),  # JSON: the seeker's own words within its states
)

annotations = sa.Table(
    "annotations",
    metadata,
    sa.Column("key_hash", sa.Text, primary_key=True),  # of the model, its prompt and the dialogue's words
    sa.Column("dialogue_id", sa.Text, nullable=False, index=True),
    sa.Column("body", sa.Text, nullable=False),  # JSON: holds the seeker's own words, and goes when they are erased
)

tombstones = sa.Table(
    "tombstones",
    metadata,
    sa.Column("dialogue_id", sa.Text, primary_key=True),
    sa.Column("erased_at", _WHEN, nullable=False),
    sa.Column("texts", sa.Integer, nullable=False),
)

prototypes = sa.Table(
    "prototypes",
    metadata,
    sa.Column("number", _SERIAL, primary_key=True),
    sa.Column("prototype_id", sa.Text, nullable=False, index=True),
    sa.Column("body", sa.Text, nullable=False),
)

episodes = sa.Table(
    "episodes",
    metadata,
    sa.Column("number", _SERIAL, primary_key=True),
    sa.Column("key_hash", sa.Text, nullable=False),
    sa.Column("stage", sa.Text, nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("run", sa.Text, nullable=False, index=True),
    sa.Column("ended", sa.Text, nullable=False),
    sa.Column("put_at", _WHEN, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    # Two processes that pay for the same episode cannot both put it.
    sa.UniqueConstraint("key_hash", "stage", "attempt", name="uq_episodes_attempt"),
)

run_events = sa.Table(
    "run_events",
    metadata,
    sa.Column("number", _SERIAL, primary_key=True),
    sa.Column("run", sa.Text, nullable=False, index=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("at", _WHEN, nullable=False),
    sa.Column("payload", sa.Text, nullable=False),
)
