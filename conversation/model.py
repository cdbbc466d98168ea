"""What do all values that cross a floor have in common? They are frozen, strict about unknown fields, and JSON-able."""

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    """A frozen pydantic model that refuses unknown fields, so that a misspelt field is an error and not a silence."""

    model_config = ConfigDict(frozen=True, extra="forbid")
