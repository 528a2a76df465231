"""What most commands begin with: the settings, quiet logs, and an app on a migrated database."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from vidwiz import log as logs
from vidwiz.cli.read_settings import read_config
from vidwiz.db import schema_version
from vidwiz.db.engine import db
from vidwiz.errors import ConfigError
from vidwiz.runtime import Runtime, build_app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from vidwiz.config import Config


def build(config: Config) -> Flask:
    """Return the app; raise `ConfigError` when the settings cannot work."""
    quiet_logs(config)
    return build_app(config)


def quiet_logs(config: Config) -> None:
    """Log errors only, unless debugging: what a command has to say it says itself."""
    debug = config.log_level == "debug"
    logs.configure("debug" if debug else "error")
    if not debug:
        # That Redis is not there is nothing that a command's user has to know.
        logging.getLogger("vidwiz.queueing").setLevel(logging.CRITICAL)


@contextmanager
def open_runtime() -> Iterator[Runtime]:
    """Push the context of an app on a migrated database.

    Raises `ConfigError` when the database does not answer or lacks migrations.
    """
    app = build(read_config())
    require_migrated(app)
    with in_context(app) as runtime:
        yield runtime


@contextmanager
def in_context(app: Flask) -> Iterator[Runtime]:
    """Push the app's context; close its connections and plugins at the end."""
    runtime: Runtime = app.extensions["vidwiz"]
    with app.app_context():
        try:
            yield runtime
        finally:
            runtime.plugins.close()
            db.session.remove()
            db.engine.dispose()


def require_migrated(app: Flask) -> None:
    """Raise `ConfigError` unless the database answers and has every migration."""
    if not is_migrated(app):
        raise ConfigError("the database is not set up yet or is older; run `vidwiz db upgrade`")


def is_migrated(app: Flask) -> bool:
    """Say whether the database has every migration; raise `ConfigError` when it is away."""
    try:
        return schema_version.is_current(app)
    except SQLAlchemyError as exc:
        raise ConfigError(f"the database does not answer: {first_line(exc)}") from exc


def first_line(error: BaseException) -> str:
    """Return what an error says, without the libraries' footnotes."""
    original = getattr(error, "orig", None) or error
    return (str(original).strip() or type(original).__name__).splitlines()[0]
