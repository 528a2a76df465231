"""rq-dashboard under /rq: an app of its own, behind the admin token and a strict CSP.

By itself rq-dashboard has no authentication, lets a GET requeue, unpickles jobs and shows texts
as HTML. In an app of its own it shares no hook, template or error answer with ours; the guard,
the views of `dashboard_jobs` and the base template that stand before its own make it safe.
"""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

import rq_dashboard
import rq_dashboard.web
from flask import Flask, Response, current_app, g, request
from redis.exceptions import RedisError, ResponseError
from rq.exceptions import DeserializationError, NoSuchJobError
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import (
    BadRequest,
    Conflict,
    Forbidden,
    HTTPException,
    MethodNotAllowed,
    NotFound,
    ServiceUnavailable,
    Unauthorized,
)

from vidwiz.http import admin_tokens, error_responses, request_ids, response_headers
from vidwiz.queueing.connections import client_for_requests
from vidwiz.queueing.messages import SignedJson
from vidwiz.runtime import current
from vidwiz.web import dashboard_jobs

_LARGEST_PAGE = 500
_REGISTRIES = ("queued", "failed", "deferred", "started", "finished", "scheduled", "canceled")
# Underscore compiles the pages' templates (unsafe-eval), and Bootstrap's marks are data: images.
_POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)


def make(app: Flask) -> Flask:
    """Return the dashboard of this app."""
    runtime = app.extensions["vidwiz"]
    dashboard = Flask(__name__, static_folder=None)
    dashboard.url_map.strict_slashes = False
    dashboard.extensions["vidwiz"] = runtime
    # rq-dashboard's name for the serializer that it reads lists of jobs with.
    rq_dashboard.web.config.serializer = SignedJson
    dashboard.config["RQ_DASHBOARD_REDIS_URL"] = (runtime.config.redis_url,)
    # rq-dashboard's own place for it; its hook puts a new client to the same URL there.
    dashboard.redis_conn = client_for_requests(runtime.config.redis_url)  # type: ignore[attr-defined]
    dashboard.extensions[dashboard_jobs.CONNECTION] = client_for_requests(runtime.config.redis_url)
    dashboard.add_template_global(_nonce, "csp_nonce")
    request_ids.init_app(dashboard)
    response_headers.init_app(dashboard)
    error_responses.init_app(dashboard)
    for kind, answer in _ANSWERS.items():
        dashboard.register_error_handler(kind, answer)
    dashboard.before_request(_guard)
    dashboard.after_request(_set_policy)
    # The first of two equal routes answers.
    dashboard.register_blueprint(dashboard_jobs.blueprint)
    dashboard.register_blueprint(rq_dashboard.blueprint)
    return dashboard


def _nonce() -> str:
    """Return what this answer's own scripts are known by."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    nonce: str = g.csp_nonce
    return nonce


def _set_policy(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = _POLICY.format(nonce=_nonce())
    return response


def _no_job(_: Exception) -> Response:
    return _answer(NotFound("There is no such job."))


def _no_redis(_: Exception) -> Response:
    return _answer(ServiceUnavailable("Redis does not answer.", retry_after=5))


def _refused(error: Exception) -> Response:
    return _answer(Conflict(f"Redis refused this: {error}"))


def _not_ours(_: Exception) -> Response:
    return _answer(BadRequest("This is no job of this installation."))


def _answer(error: HTTPException) -> Response:
    return current_app.handle_http_exception(error)  # type: ignore[return-value]


_ANSWERS = {
    NoSuchJobError: _no_job,
    RedisError: _no_redis,
    ResponseError: _refused,
    DeserializationError: _not_ours,
    ValueError: _not_ours,
}


def _guard() -> None:
    by_bearer = _sign_in()
    if request.method in ("GET", "HEAD"):
        if request.endpoint == "rq_dashboard.requeue_all":
            raise MethodNotAllowed(["POST"])
    elif not by_bearer and not _is_same_origin():
        raise Forbidden("This can be done from the dashboard's own pages only.")
    _check_path()
    # rq-dashboard's own client would wait for a Redis that is away much longer than this one.
    dashboard_jobs.connection().ping()


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


def _check_path() -> None:
    """Refuse what rq-dashboard would fail on."""
    given = request.view_args or {}
    for name in ("page", "per_page"):
        number = str(given.get(name, "1"))
        if not (number.isascii() and number.isdecimal() and 1 <= int(number[:9]) <= _LARGEST_PAGE):
            raise BadRequest(f"{name} is a number from 1 to {_LARGEST_PAGE}.")
    if given.get("registry_name", "queued") not in _REGISTRIES:
        raise NotFound("There is no such registry.")
    if given.get("instance_number", 0) != 0:
        raise NotFound("There is one Redis here, number 0.")
