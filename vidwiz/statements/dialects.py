"""Statements that the two databases spell differently, made once for each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.engine import Connection


class PerDialect:
    """A statement in both dialects, as only a dialect's own INSERT has `on_conflict_do_...`.

    `make` is called with each dialect's `insert` and returns the statement.
    """

    def __init__(self, make: Callable[[Any], Any]) -> None:
        self._made = {"sqlite": make(sqlite.insert), "postgresql": make(postgresql.insert)}

    def on(self, connection: Connection) -> Any:  # noqa: ANN401 - a typed RETURNING
        """Return the statement for this connection's database."""
        return self._made[connection.dialect.name]
