"""The web application: an ordered list of steps over the parts of one process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vidwiz import api, log, web
from vidwiz.config import Config
from vidwiz.db import schema_upgrade
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
    for step in (schema_upgrade, api, web, proxies):
        step.init_app(app)
    return app
