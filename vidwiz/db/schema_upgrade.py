"""Brings a database to the newest schema with Flask-Migrate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import flask_migrate
from alembic import command
from alembic.util import CommandError

from vidwiz.db import engine, schema_version
from vidwiz.errors import ConfigError

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Give the app the `flask db` commands."""
    flask_migrate.Migrate(app, engine.db, directory=str(schema_version.directory()))


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
