"""Answers made inside a transaction, while what they show can be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, jsonify

if TYPE_CHECKING:
    from marshmallow import Schema


def reply(schema: Schema, shown: Any, *, status: int = 200, many: bool = False) -> Response:  # noqa: ANN401
    """Return `shown` by the schema; flask-smorest passes a finished answer on."""
    response = jsonify(schema.dump(shown, many=many))
    response.status_code = status
    return response
