"""Request bodies and query strings, read strictly: what no database takes is refused here."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NoReturn

from flask import Flask, Request, current_app, request
from gunicorn.http.errors import ParseException
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge, UnsupportedMediaType

from vidwiz.http.error_responses import InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from marshmallow import Schema, ValidationError

MOST_BYTES = 1024 * 1024
MOST_TRANSCRIPT_BYTES = 32 * 1024 * 1024
_TYPES = {"Missing data for required field.": "missing", "Field may not be null.": "null"}


def init_app(app: Flask) -> None:
    """Refuse bodies over the limit before they are read."""
    app.config["MAX_CONTENT_LENGTH"] = MOST_BYTES
    app.before_request(_refuse_large)


def takes_transcripts(view: Any) -> Any:  # noqa: ANN401 - any view
    """Mark a view whose bodies may be as large as a transcript."""
    view.takes_transcripts = True
    return view


def _refuse_large() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, "takes_transcripts", False):
        request.max_content_length = MOST_TRANSCRIPT_BYTES
    most = request.max_content_length or MOST_BYTES
    if request.content_length is not None and request.content_length > most:
        raise RequestEntityTooLarge(f"A body has {most} bytes at most.")


def read_json(asked: Request) -> Any:  # noqa: ANN401 - whatever JSON can say
    """Return the body as JSON; an empty one is an empty object, no Content-Type means JSON."""
    if asked.content_type and not asked.is_json:
        raise UnsupportedMediaType("The body must be application/json.")
    body = _whole_body(asked)
    if not body:
        return {}
    try:
        value = json.loads(
            body.decode(), parse_constant=_refuse_constant, object_pairs_hook=_unique
        )
        if b"\\u" in body:
            _check_text(value)
    except (ValueError, RecursionError) as exc:
        raise BadRequest(f"The body is not JSON that can be taken: {_reason(exc)}.") from exc
    return value


def _whole_body(asked: Request) -> bytes:
    try:
        body = asked.get_data(cache=True)
    except (OSError, ParseException) as exc:
        # A broken chunk or trailer, or a client that went before it had sent everything.
        raise BadRequest("The body could not be read to its end.") from exc
    most = asked.max_content_length
    # Of a body without a length werkzeug silently reads as much as is allowed.
    if asked.content_length is None and most is not None and len(body) >= most:
        raise RequestEntityTooLarge(f"A body has {most} bytes at most.")
    return body


def _reason(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if isinstance(error, UnicodeError):
        return "it is not UTF-8 text"
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at character {error.pos}"
    return "a number or a text in it is not allowed"


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def _check_text(value: Any) -> None:  # noqa: ANN401 - whatever JSON can say
    """Raise ValueError for NUL and for half surrogate pairs, which no database takes."""
    left = [value]
    while left:
        part = left.pop()
        if isinstance(part, str):
            part.encode()
            if "\0" in part:
                raise ValueError("NUL")
        elif isinstance(part, list):
            left.extend(part)
        elif isinstance(part, dict):
            left.extend(part)
            left.extend(part.values())


class StrictParser(FlaskParser):
    """Has webargs read bodies our way, ignore unknown fields and answer with our envelope."""

    DEFAULT_UNKNOWN_BY_LOCATION = dict.fromkeys(FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION)

    def load_json(self, req: Request, schema: Schema) -> Any:  # noqa: ANN401, ARG002
        return read_json(req)

    def load_querystring(self, req: Request, schema: Schema) -> Any:  # noqa: ANN401
        for name, value in req.args.items(multi=True):
            if "\0" in value or "\0" in name:
                raise BadRequest("NUL cannot stand in a query.")
        return super().load_querystring(req, schema)

    def handle_error(
        self,
        error: ValidationError,
        req: Request,  # noqa: ARG002 - webargs calls it so
        schema: Schema,  # noqa: ARG002
        *,
        error_status_code: int | None,  # noqa: ARG002
        error_headers: Mapping[str, str] | None,  # noqa: ARG002
    ) -> NoReturn:
        (messages,) = error.messages.values()  # type: ignore[union-attr]
        raise InvalidRequestError(_flat(messages)) from error


def _flat(messages: Any, path: str = "") -> list[dict[str, str]]:  # noqa: ANN401
    """Return marshmallow's tree of messages as the list that clients read."""
    if isinstance(messages, dict):
        found = []
        for name, below in messages.items():
            name = "" if name == "_schema" else str(name)  # noqa: PLW2901
            found += _flat(below, ".".join(filter(None, (path, name))))
        return found
    return [
        {"field": path, "message": message, "type": _TYPES.get(message, "invalid")}
        for message in messages
    ]
