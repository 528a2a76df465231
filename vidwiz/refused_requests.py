"""What gunicorn refuses before the app sees it, answered as the app would: envelope and id.

A request line or headers beyond the limits, headers and lengths that contradict each other, a
path outside of the prefix that `SCRIPT_NAME` gives to the server.
"""

from __future__ import annotations

import json
import logging
import secrets
import ssl
from typing import TYPE_CHECKING

from gunicorn import util
from gunicorn.http import errors

if TYPE_CHECKING:
    import socket

    from gunicorn.http.message import Request

log = logging.getLogger(__name__)

_REFUSALS: dict[type[Exception], tuple[int, str, str]] = {
    errors.LimitRequestLine: (414, "request_uri_too_long", "The request line is too long."),
    errors.LimitRequestHeaders: (
        *(431, "request_header_fields_too_large"),
        "The headers are too large.",
    ),
    errors.ExpectationFailed: (417, "expectation_failed", "Only 100-continue can be expected."),
    errors.UnsupportedTransferCoding: (501, "not_implemented", "Only chunked is understood."),
    errors.ForbiddenProxyRequest: (403, "forbidden", "This proxy is not believed."),
    # gunicorn raises it for a path that does not begin with SCRIPT_NAME, and for nothing else.
    errors.ConfigurationProblem: (404, "not_found", "There is nothing outside of the path prefix."),
}
_MALFORMED = (
    errors.InvalidRequestLine,
    errors.InvalidRequestMethod,
    errors.InvalidHTTPVersion,
    errors.InvalidHeader,
    errors.InvalidHeaderName,
    errors.InvalidSchemeHeaders,
    errors.InvalidProxyLine,
    errors.ObsoleteFolding,
    errors.InvalidChunkSize,
    errors.ChunkMissingTerminator,
    ssl.SSLError,
)
_BAD_REQUEST = (400, "bad_request", "This is no valid HTTP request.")
_BUG = (500, "internal", "An unexpected error; it was logged.")


def refusal_of(exc: BaseException) -> tuple[int, str, str]:
    """Return status, code and sentence for what gunicorn raised."""
    for kind, refusal in _REFUSALS.items():
        if isinstance(exc, kind):
            return refusal
    return _BAD_REQUEST if isinstance(exc, _MALFORMED) else _BUG


def answer(status: int, code: str, message: str) -> bytes:
    """Return the whole answer, after which the connection is closed."""
    body = json.dumps({"error": {"code": code, "message": message, "details": None}})
    lines = (
        f"HTTP/1.1 {status} {code.replace('_', ' ').title()}",
        "Connection: close",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        f"X-Request-ID: {secrets.token_hex(16)}",
        "X-Content-Type-Options: nosniff",
        "Cache-Control: no-store",
        *("", body),
    )
    return "\r\n".join(lines).encode()


class EnvelopeErrors:
    """For a gunicorn worker class: has it answer with our envelope instead of a page."""

    def handle_error(
        self,
        req: Request | None,  # noqa: ARG002 - gunicorn calls it so
        client: socket.socket,
        addr: object,  # noqa: ARG002
        exc: BaseException,
    ) -> None:
        """Answer for a request that failed in gunicorn or beyond the app's own error answers."""
        status, code, message = refusal_of(exc)
        if (status, code, message) == _BUG:
            log.error("a request met a bug", exc_info=exc)
        else:
            log.info("a request was refused: %s: %s", type(exc).__name__, exc)
        try:
            util.write_nonblock(client, answer(status, code, message))
        except OSError:
            log.debug("nobody was there to be told")
