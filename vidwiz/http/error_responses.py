"""The one place where an error becomes an HTTP status and the envelope that clients read."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Response, current_app, jsonify
from flask_limiter import RateLimitExceeded
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from vidwiz.errors import (
    ConflictError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
    NotSignedInError,
    QuotaExceededError,
    SourceUnavailableError,
    StoreError,
    VidwizError,
)

if TYPE_CHECKING:
    from flask import Flask

log = logging.getLogger(__name__)


class InvalidRequestError(VidwizError):
    """A request that does not fit its schema; `details` lists every field that is wrong."""

    code = "invalid_input"

    def __init__(self, problems: list[dict[str, str]]) -> None:
        first = problems[0] if problems else {"field": "", "message": "invalid"}
        super().__init__(f"{first['field'] or 'body'}: {first['message']}", details=problems)


class BusyError(VidwizError):
    """This process has no room for the request now; another try soon may find some."""

    code = "busy"


RETRY_AFTER_SECONDS = 5
STATUS: dict[type[VidwizError], int] = {
    InvalidInputError: 422,
    InvalidRequestError: 422,
    NotSignedInError: 401,
    NotAllowedError: 403,
    NotFoundError: 404,
    ConflictError: 409,
    QuotaExceededError: 429,
    SourceUnavailableError: 503,
    StoreError: 503,
    BusyError: 503,
}
# Names that Python's table has changed since 3.13.
_CODES: dict[int, str] = {
    413: "request_entity_too_large",
    414: "request_uri_too_long",
    416: "requested_range_not_satisfiable",
    422: "unprocessable_entity",
}
# The database is away, too busy, or ended our statement.
_DATABASE_AWAY = (OperationalError, InterfaceError, PoolTimeoutError)


def init_app(app: Flask) -> None:
    """Answer every error with the envelope."""
    app.register_error_handler(VidwizError, _of_rule)
    app.register_error_handler(HTTPException, _of_http)
    app.register_error_handler(Exception, _unexpected)
    for kind in _DATABASE_AWAY:
        app.register_error_handler(kind, _database_away)


def envelope(
    status: int,
    code: str,
    message: str,
    details: Any = None,  # noqa: ANN401 - whatever JSON can say
    headers: dict[str, str] | None = None,
) -> Response:
    """Return the answer that every error has."""
    response = jsonify({"error": {"code": code, "message": message, "details": details}})
    response.status_code = status
    response.headers.update(headers or {})
    return response


def _of_rule(error: VidwizError) -> Response:
    status = next(
        (STATUS[kind] for kind in type(error).__mro__ if kind in STATUS),
        HTTPStatus.INTERNAL_SERVER_ERROR,
    )
    details, headers = error.details, {}
    if isinstance(error, InvalidInputError):
        details = [{"field": error.field, "message": error.message, "type": error.code}]
    elif isinstance(error, NotSignedInError):
        headers["WWW-Authenticate"] = "Bearer"
    elif isinstance(error, QuotaExceededError):
        headers["Retry-After"] = str(error.reset_in_seconds)
    elif status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return envelope(status, error.code, error.message, details, headers)


def _of_http(error: HTTPException) -> Response:
    if isinstance(error, RequestRedirect) or error.code is None:
        return error.get_response()  # type: ignore[return-value]
    if isinstance(error, RateLimitExceeded):
        return _too_many()
    status = HTTPStatus(error.code)
    headers = {
        name: value
        for name, value in error.get_headers()
        if name not in ("Content-Type", "Content-Length")
    }
    code = _CODES.get(status, status.name.lower())
    return envelope(status, code, error.description or status.phrase, headers=headers)


def _too_many() -> Response:
    seconds: int = current_app.extensions["vidwiz.limits"].reset_in_seconds()
    return envelope(
        HTTPStatus.TOO_MANY_REQUESTS,
        "rate_limited",
        "Too many requests; try again in a moment.",
        {"reset_in_seconds": seconds},
        {"Retry-After": str(seconds)},
    )


def _database_away(error: Exception) -> Response:
    log.warning("the database does not answer: %s", type(error).__name__)
    return envelope(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "unavailable",
        "The database does not answer at the moment.",
        headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
    )


def _unexpected(error: Exception) -> Response:
    log.error("a request met a bug", exc_info=error)
    return envelope(
        HTTPStatus.INTERNAL_SERVER_ERROR, "internal", "An unexpected error; it was logged."
    )
