"""How is one statement run very often? Compiled once for its database: most of what SQLAlchemy does for each run."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, CursorResult


class Prepared:
    """A statement whose bound values are all given by name at each run."""

    def __init__(self, statement: sa.Select[Any] | sa.Insert) -> None:
        self._statement = statement
        self._compiled: dict[str, Any] = {}  # by the name of the dialect

    def run(self, connection: Connection, values: Mapping[str, Any]) -> CursorResult[Any]:
        """Run it on a connection."""
        dialect = connection.dialect
        if dialect.name not in self._compiled:
            self._compiled[dialect.name] = self._statement.compile(dialect=dialect)
        compiled = self._compiled[dialect.name]
        given: Any = compiled.params | values
        if compiled.positiontup is not None:
            given = tuple(given[name] for name in compiled.positiontup)
        return connection.exec_driver_sql(compiled.string, given)
