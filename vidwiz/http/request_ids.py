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
# Letters, digits and marks that no log format gives a meaning to.
_ACCEPTED = re.compile(r"[A-Za-z0-9._:-]{1,128}")


def init_app(app: Flask) -> None:
    """Give every request an id: the client's own if it can be logged as it is, else a new one."""
    app.before_request(_begin)
    app.after_request(_finish)


def new_id() -> str:
    """Return an id for a request that has none."""
    return secrets.token_hex(16)


def _begin() -> None:
    given = request.headers.get(HEADER, "")
    g.request_id = given if _ACCEPTED.fullmatch(given) else new_id()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _finish(response: Response) -> Response:
    response.headers[HEADER] = g.request_id
    return response
