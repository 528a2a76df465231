"""The id of each request: in the answer, and in every line that is logged meanwhile."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING

import structlog
from flask import g, request

if TYPE_CHECKING:
    from flask import Flask, Response

HEADER = "X-Request-ID"
_SANE = re.compile(r"[A-Za-z0-9._:-]{1,128}")


def init_app(app: Flask) -> None:
    """Give every request an id, and every answer the headers that all have."""
    app.before_request(_begin)
    app.after_request(_finish)


def _begin() -> None:
    given = request.headers.get(HEADER, "")
    g.request_id = given if _SANE.fullmatch(given) else secrets.token_hex(16)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _finish(response: Response) -> Response:
    response.headers[HEADER] = g.request_id
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Frame-Options"] = "DENY"
    return response
