"""The HTTP API: views that load a schema, open a transaction, call a rule and dump a schema."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vidwiz.api import errors, health

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Give the app its routes and its error answers."""
    errors.init_app(app)
    app.register_blueprint(health.blueprint)
