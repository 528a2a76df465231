"""rq-dashboard under /rq: guarded, same-origin only, and safe from what stands in Redis.

By itself it has no authentication, lets a GET requeue, unpickles jobs and shows texts as HTML.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import rq
import rq_dashboard
import rq_dashboard.web
from flask import Blueprint, Response, current_app, request
from jinja2 import FunctionLoader
from redis.exceptions import RedisError
from rq.exceptions import NoSuchJobError
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import (
    BadRequest,
    Forbidden,
    MethodNotAllowed,
    NotFound,
    ServiceUnavailable,
    Unauthorized,
)

from vidwiz.http import admin_tokens
from vidwiz.queueing.connections import impatient
from vidwiz.queueing.messages import NotificationJob, SignedJson
from vidwiz.runtime import current

if TYPE_CHECKING:
    from flask import Flask
    from redis import Redis
    from rq.job import Job
    from rq.worker.base import BaseWorker

NAME = "rq_dashboard"
_LARGEST_PAGE = 500
_TEMPLATES = rq_dashboard.blueprint.jinja_loader


class SafeJob(NotificationJob):
    """A job that is only ever read as our signed JSON."""

    @classmethod
    def fetch(
        cls,
        id: str,  # noqa: A002 - RQ's name
        connection: Redis | None = None,
        serializer: object = None,  # noqa: ARG003
    ) -> Job:
        """Return the job of this id."""
        return super().fetch(id, connection=connection, serializer=SignedJson)


class SafeQueue(rq.Queue):
    """A queue of such jobs."""

    def __init__(self, name: str = "default", connection: Redis | None = None, **_: object) -> None:
        super().__init__(name, connection=connection, serializer=SignedJson, job_class=SafeJob)


class SafeWorker(rq.Worker):
    """Workers as they are read, with such jobs."""

    @classmethod
    def all(cls, connection: Redis | None = None, *_: object, **__: object) -> list[BaseWorker]:
        """Return the workers that are known."""
        return rq.Worker.all(
            connection=connection, job_class=SafeJob, queue_class=SafeQueue, serializer=SignedJson
        )


def _escaped(name: str) -> str | None:
    if not name.startswith(f"{NAME}/") or not name.endswith(".html") or _TEMPLATES is None:
        return None
    source: str
    source, _, _ = _TEMPLATES.get_source(current_app.jinja_env, name)
    return (
        source.replace("<%= $('<div/>').text(", "<%- (")
        .replace(").html() %>", ") %>")
        .replace("<%=", "<%-")
    )


class _EscapedTemplates(Blueprint):
    """Stands before rq-dashboard's own templates and has them escape every value."""

    jinja_loader = FunctionLoader(_escaped)


def init_app(app: Flask) -> None:
    """Mount the dashboard behind its guard."""
    web = rq_dashboard.web
    web.config.serializer = SignedJson
    web.Job, web.Queue, web.Worker = SafeJob, SafeQueue, SafeWorker
    web.requeue_job = partial(rq.requeue_job, serializer=SignedJson)
    app.config.from_object("rq_dashboard.default_settings")
    app.config["RQ_DASHBOARD_REDIS_URL"] = ("redis://",)
    app.redis_conn = impatient(app.extensions["vidwiz"].config.redis_url)  # type: ignore[attr-defined]
    app.before_request(_guard)
    app.register_blueprint(_EscapedTemplates("rq_dashboard_escaped", __name__))
    app.register_blueprint(rq_dashboard.blueprint, url_prefix="/rq")
    # Its own hook would connect anew for each page, to whichever server the path's number names.
    app.before_request_funcs[NAME] = []
    for kind, answer in _ANSWERS.items():
        app.error_handler_spec[NAME][None][kind] = answer


def _not_there(_: Exception) -> Response:
    return current_app.handle_http_exception(NotFound("There is no such job."))  # type: ignore[return-value]


def _no_redis(_: Exception) -> Response:
    error = ServiceUnavailable("Redis does not answer.", retry_after=5)
    return current_app.handle_http_exception(error)  # type: ignore[return-value]


def _not_ours(_: Exception) -> Response:
    error = BadRequest("This is no job of this installation.")
    return current_app.handle_http_exception(error)  # type: ignore[return-value]


_ANSWERS = {NoSuchJobError: _not_there, RedisError: _no_redis, ValueError: _not_ours}


def _guard() -> None:
    if request.blueprint != NAME:
        return
    by_bearer = _sign_in()
    if request.method in ("GET", "HEAD"):
        if request.endpoint == f"{NAME}.requeue_all":
            raise MethodNotAllowed(["POST"])
    elif not by_bearer and not _is_same_origin():
        raise Forbidden("This can be done from the dashboard's own pages only.")
    _check_path()


def _sign_in() -> bool:
    """Say whether a bearer token was sent, which no browser does by itself; raise for neither."""
    given = request.authorization
    if given is not None:
        token = given.password if given.type == "basic" else given.token
        if admin_tokens.is_admin_token(current().config.admin_tokens, token or ""):
            return given.type == "bearer"
    raise Unauthorized(
        "The dashboard needs an admin token as its password.",
        www_authenticate=WWWAuthenticate("basic", {"realm": "VidWiz"}),
    )


def _is_same_origin() -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    return urlsplit(request.headers.get("Origin", "")).netloc == request.host


_REGISTRIES = ("queued", "failed", "deferred", "started", "finished", "scheduled", "canceled")


def _check_path() -> None:
    """Refuse what rq-dashboard would fail on."""
    given = request.view_args or {}
    for name in ("page", "per_page"):
        number = str(given.get(name, "1"))
        if not (number.isascii() and number.isdecimal() and 1 <= int(number[:9]) <= _LARGEST_PAGE):
            raise BadRequest(f"{name} is a number from 1 to {_LARGEST_PAGE}.")
    if given.get("registry_name", "queued") not in _REGISTRIES:
        raise NotFound("There is no such registry.")
