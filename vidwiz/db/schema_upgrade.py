"""Brings a database to the newest schema with Flask-Migrate."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import flask_migrate
from alembic import command
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from vidwiz.db import engine
from vidwiz.db.transactions import read_transaction
from vidwiz.errors import ConfigError

if TYPE_CHECKING:
    from flask import Flask


def directory() -> Path:
    """Return the migrations: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).parents[1]
    for candidate in (package / "migrations", package.parent / "migrations"):
        if (candidate / "env.py").is_file():
            return candidate
    raise ConfigError("this installation lacks its migrations")


def init_app(app: Flask) -> None:
    """Give the app the `flask db` commands."""
    flask_migrate.Migrate(app, engine.db, directory=str(directory()))


def upgrade(app: Flask) -> None:
    """Apply every migration that is missing; one process at a time, others wait.

    Raises `ConfigError` when the database is of a version that this program does not know.
    """
    if "migrate" not in app.extensions:
        init_app(app)
    with app.app_context():
        # Flask-Migrate's own function ends the process where Alembic raises.
        config = app.extensions["migrate"].migrate.get_config()
        try:
            command.upgrade(config, "head")
        except CommandError as exc:
            raise ConfigError(f"the database cannot be brought up to date: {exc}") from exc


def is_current(app: Flask) -> bool:
    """Say whether the database has every migration; looks only, so nothing is locked."""
    newest = set(ScriptDirectory(str(directory())).get_heads())
    with app.app_context(), read_transaction() as session:
        applied = MigrationContext.configure(session.connection()).get_current_heads()
    return set(applied) == newest
