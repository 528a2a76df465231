"""The HTTP API: views that load a schema, open a transaction, call a rule and dump a schema."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vidwiz.api import accounts, conversations, follows, health, imports, notes, videos
from vidwiz.api.blueprints import make_api
from vidwiz.api.internal import helper_tasks, operator_tasks, operator_videos, plugin_health
from vidwiz.api.internal.polling import LongPolls
from vidwiz.http import (
    bodies,
    error_responses,
    rate_limits,
    recent_accounts,
    request_ids,
    response_headers,
)

if TYPE_CHECKING:
    from flask import Flask

PREFIX = "/api/v2"
# The original's clients know their routes under this one; the document lists them once.
OTHER_PREFIX = "/v2"
_PUBLIC = (
    *(accounts.blueprint, videos.blueprint, notes.blueprint, conversations.blueprint),
    *(imports.blueprint, follows.blueprint),
)
_INTERNAL = (
    *(helper_tasks.blueprint, operator_tasks.blueprint, operator_videos.blueprint),
    plugin_health.blueprint,
)


def init_app(app: Flask) -> None:
    """Give the app its routes, its limits and its error answers."""
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    app.json.sort_keys = False  # type: ignore[attr-defined]
    request_ids.init_app(app)
    response_headers.init_app(app)
    bodies.init_app(app)
    recent_accounts.init_app(app)
    app.extensions["vidwiz.polls"] = LongPolls()
    _register(app)
    # After flask-smorest, whose own answer to errors this replaces.
    error_responses.init_app(app)
    rate_limits.init_app(app)


def _register(app: Flask) -> None:
    api = make_api(app)
    api.register_blueprint(health.blueprint)
    for blueprints, below in ((_PUBLIC, ""), (_INTERNAL, "/internal")):
        for blueprint in blueprints:
            api.register_blueprint(blueprint, url_prefix=PREFIX + below)
            app.register_blueprint(
                blueprint, url_prefix=OTHER_PREFIX + below, name=f"{blueprint.name}_v2"
            )
