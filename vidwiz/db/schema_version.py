"""Which version of the schema this program needs, and which one a database has.

Without Alembic, which a process that only asks would import for nothing else.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from vidwiz.db.transactions import read_transaction
from vidwiz.errors import ConfigError

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy.orm import Session

_TABLE = "alembic_version"


def directory() -> Path:
    """Return the migrations: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).parents[1]
    for candidate in (package / "migrations", package.parent / "migrations"):
        if (candidate / "env.py").is_file():
            return candidate
    raise ConfigError("this installation lacks its migrations")


@cache
def newest() -> str:
    """Return the revision of the newest migration: their files begin with their revisions."""
    files = (directory() / "versions").glob("[0-9]*_*.py")
    return max(path.name.partition("_")[0] for path in files)


def applied(session: Session) -> set[str]:
    """Return the revision that the database has; none where it has no schema yet."""
    if not sa.inspect(session.connection()).has_table(_TABLE):
        return set()
    return set(session.scalars(sa.text(f"SELECT version_num FROM {_TABLE}")))  # noqa: S608


def is_current(app: Flask) -> bool:
    """Say whether the database has every migration; looks only, so nothing is locked."""
    with app.app_context(), read_transaction() as session:
        return applied(session) == {newest()}
