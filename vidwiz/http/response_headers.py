"""Headers that every answer has."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask, Response


def init_app(app: Flask) -> None:
    """Have browsers guess no types, show nothing in frames, and keep no private answers."""
    app.after_request(_finish)


def _finish(response: Response) -> Response:
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Frame-Options"] = "DENY"
    # Whatever does not say otherwise, as static files do, is somebody's own.
    response.headers.setdefault("Cache-Control", "no-store")
    return response
