"""Our blueprint and our OpenAPI document: flask-smorest with our access policies and errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import flask_smorest
from werkzeug.exceptions import NotFound
from werkzeug.routing import BaseConverter, UnicodeConverter

import vidwiz
from vidwiz.api.schemas.common import ErrorOut
from vidwiz.http.auth import GUEST_HEADER, AccessPolicy
from vidwiz.http.bodies import StrictParser
from vidwiz.services import video_ids

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

_LARGEST_ID = 2**31 - 1


class IdConverter(BaseConverter):
    """A positive integer that a database key can have; anything else is not found."""

    regex = r"[0-9]{1,19}"

    def to_python(self, value: str) -> int:
        """Return the id; raise `NotFound`.

        Werkzeug's own ValidationError would answer 405 where a path has several methods.
        """
        number = int(value)
        if not 1 <= number <= _LARGEST_ID:
            raise NotFound
        return number


class VideoIdConverter(UnicodeConverter):
    """A video's id, checked by the view: what is none is 422 and names the field."""


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]
    """A blueprint whose every route says who may use it, and has an operation id."""

    ARGUMENTS_PARSER = StrictParser()

    def route(self, rule: str, *, access: AccessPolicy, **options: Any) -> Callable[..., Any]:  # noqa: ANN401
        """Register a view that `access` protects; its name becomes the operation id."""

        def register(view: Callable[..., Any]) -> Callable[..., Any]:
            documented = self.doc(
                operationId=_camel(view.__name__), security=list(access.security)
            )(view)
            super(Blueprint, self).route(rule, **options)(access.protect(documented))
            return view

        return register


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


class Api(flask_smorest.Api):  # type: ignore[misc]
    """The OpenAPI document of our routes."""

    ERROR_SCHEMA = ErrorOut


def make_api(app: Flask) -> Api:
    """Return the document of this app, served as /openapi.json."""
    app.url_map.converters |= {"id": IdConverter, "video": VideoIdConverter}
    app.config |= {
        "API_TITLE": "VidWiz",
        "API_VERSION": vidwiz.__version__,
        "OPENAPI_VERSION": "3.0.3",
        "OPENAPI_URL_PREFIX": "/",
        "API_SPEC_OPTIONS": {"components": {"securitySchemes": _SCHEMES}},
    }
    api = Api(app)
    api.register_converter(
        IdConverter, lambda _: {"type": "integer", "minimum": 1, "maximum": _LARGEST_ID}
    )
    api.register_converter(
        VideoIdConverter, lambda _: {"type": "string", "pattern": video_ids.PATTERN}
    )
    return api


_SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "A JWT or a personal token"},
    "guest": {"type": "apiKey", "in": "header", "name": GUEST_HEADER},
    "admin": {"type": "http", "scheme": "bearer", "description": "VIDWIZ_ADMIN_TOKEN"},
}
