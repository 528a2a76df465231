"""INSERTs that say what happens where the row is there already, in either dialect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def insert(session: Session, model: type[Any]) -> Any:  # noqa: ANN401 - one of two dialects' Insert
    """Return the session's dialect's INSERT, which has `on_conflict_do_...`."""
    sqlite_used = session.get_bind().dialect.name == "sqlite"
    return sqlite.insert(model) if sqlite_used else postgresql.insert(model)


def insert_ignoring(session: Session, model: type[Any]) -> Any:  # noqa: ANN401 - a dialect's Insert
    """Return an INSERT that does nothing where the row is there already."""
    return insert(session, model).on_conflict_do_nothing()
