"""The web application: an ordered list of steps over the parts of one process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from vidwiz import api, log, web
from vidwiz.config import Config
from vidwiz.http import proxies
from vidwiz.runtime import build_app

if TYPE_CHECKING:
    from flask import Flask


def create_app(config: Config | None = None, **parts: Any) -> Flask:  # noqa: ANN401
    """Return the application that gunicorn serves; `parts` go to `build_app`.

    Without `config` this is a process of its own: the environment is read and logging is set up.
    Raises `ConfigError` when the settings cannot work.
    """
    if config is None:
        config = Config.from_env()
        log.configure(config.log_level)
    app = build_app(config, **parts)
    for step in (api, web, proxies):
        step.init_app(app)
    if click.get_current_context(silent=True) is not None:
        _add_database_commands(app)
    return app


def _add_database_commands(app: Flask) -> None:
    """Prepare for `flask db`, the only one here that needs Alembic."""
    from vidwiz.db import schema_upgrade  # noqa: PLC0415

    schema_upgrade.init_app(app)
