"""Whether the process lives, and whether what it needs answers."""

from __future__ import annotations

import logging
import threading
import time
from functools import partial
from typing import TYPE_CHECKING

from flask import Flask, Response, current_app, jsonify
from marshmallow import fields
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError, SQLAlchemyError

from vidwiz.api.blueprints import Blueprint
from vidwiz.api.schemas.common import Out
from vidwiz.db import schema_version
from vidwiz.errors import StoreError
from vidwiz.http.auth import ANYBODY
from vidwiz.http.transactions import read_transaction
from vidwiz.queueing import connections
from vidwiz.runtime import current

if TYPE_CHECKING:
    from collections.abc import Callable

    from vidwiz.http.rate_limits import RateLimits

    Answer = dict[str, str | None]

log = logging.getLogger(__name__)
blueprint = Blueprint("health", __name__, description="Whether it works")

# Anybody may ask, as often as they like: each part is asked once in this time, in seconds, ...
KEPT_SECONDS = 3.0
# ... or in this time as long as it does not work, ...
KEPT_FAILURE_SECONDS = 0.5
# ... and what does not answer in this time does not work.
LONGEST_SECONDS = 2.0

THREAD_NAME = "readiness"


class HealthOut(Out):
    """That the process answers."""

    status = fields.String()


class CheckOut(Out):
    """How one part is."""

    state = fields.String()
    message = fields.String(allow_none=True)


class ReadinessOut(Out):
    """How all parts are; `status` is `ok`, `degraded` or `unavailable`."""

    status = fields.String()
    checks = fields.Dict(keys=fields.String(), values=fields.Nested(CheckOut))


class KeptCheck:
    """One check, run in a thread of its own, one at a time, whose answer is kept for a while.

    So that a part that hangs holds one thread, however many ask about it.
    """

    def __init__(self, check: Callable[[], Answer], *, late: Answer) -> None:
        self._check = check
        self._late = late
        self._lock = threading.Lock()
        self._answer: Answer | None = None
        self._kept_until = 0.0
        self._ended = threading.Event()
        self._ended.set()

    def start(self) -> bool:
        """Run the check unless it runs, or its answer is new enough; say whether it was started."""
        with self._lock:
            if time.monotonic() < self._kept_until or not self._ended.is_set():
                return False
            self._ended.clear()
            threading.Thread(target=self._run, name=THREAD_NAME, daemon=True).start()
            return True

    def _run(self) -> None:
        answer = self._late
        try:
            answer = self._check()
        except Exception:
            log.exception("a check of readiness met a bug")
        finally:
            works = answer["state"] == "ok"
            self._answer = answer
            self._kept_until = time.monotonic() + (KEPT_SECONDS if works else KEPT_FAILURE_SECONDS)
            self._ended.set()

    def answer(self, *, started: bool, seconds: float) -> Answer:
        """Return the newest answer; who started the check waits so long for it."""
        if started or self._answer is None:
            in_time = self._ended.wait(seconds)
            if not in_time or self._answer is None:
                self._answer = self._late
        return self._answer


@blueprint.get("/healthz", access=ANYBODY)
@blueprint.response(200, HealthOut)
def healthz() -> dict[str, str]:
    """Say that the process answers."""
    return {"status": "ok"}


@blueprint.get("/readyz", access=ANYBODY)
@blueprint.response(200, ReadinessOut)
@blueprint.alt_response(503, schema=ReadinessOut, description="The database is gone")
def readyz() -> Response:
    """Say how the parts are that requests need."""
    limits: RateLimits = current_app.extensions["vidwiz.limits"]
    kept = _kept_checks()
    end = time.monotonic() + LONGEST_SECONDS
    started = {name: check.start() for name, check in kept.items()}
    checks = {
        name: check.answer(started=started[name], seconds=max(end - time.monotonic(), 0.0))
        for name, check in kept.items()
    }
    redis_answers = checks["redis"]["state"] == "ok"
    checks["rate_limits"] = _check(limits.state(redis_answers=redis_answers), None)
    if checks["database"]["state"] != "ok":
        status = "unavailable"
    elif all(check["state"] in ("ok", "off") for check in checks.values()):
        status = "ok"
    else:
        status = "degraded"
    response = jsonify({"status": status, "checks": checks})
    if status == "unavailable":
        response.status_code = 503
        response.headers["Retry-After"] = "5"
    return response


def _kept_checks() -> dict[str, KeptCheck]:
    """Return the checks of this app, made at the first request after a fork."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
    return app.extensions.setdefault(  # type: ignore[no-any-return]
        "vidwiz.readiness",
        {
            name: KeptCheck(partial(_in_context, app, check), late=_check("unavailable", message))
            for name, check, message in (
                ("database", _database, "The database does not answer."),
                ("redis", _redis, _NO_REDIS),
                ("store", _store, "The transcript store does not answer."),
            )
        },
    )


def _in_context(app: Flask, check: Callable[[], Answer]) -> Answer:
    with app.app_context():
        return check()


def _check(state: str, message: str | None) -> Answer:
    return {"state": state, "message": message}


def _database() -> Answer:
    try:
        with read_transaction() as session:
            found = set(session.scalars(text("SELECT version_num FROM alembic_version")))
    except ProgrammingError:
        return _check("not_migrated", "Run `vidwiz db upgrade`.")
    except SQLAlchemyError as exc:
        if "no such table" in str(exc):
            return _check("not_migrated", "Run `vidwiz db upgrade`.")
        log.warning("the database is not ready: %s", type(exc).__name__)
        return _check("unavailable", "The database does not answer.")
    if not found:
        return _check("not_migrated", "Run `vidwiz db upgrade`.")
    if found != {schema_version.newest()}:
        return _check("other_version", "The database and this version do not fit together.")
    return _check("ok", None)


_NO_REDIS = "Redis does not answer; work goes on when it is back."


def _redis() -> Answer:
    runtime = current()
    if runtime.queue.is_reachable():
        return _check("ok", None)
    error = connections.failure_of(runtime.config.redis_url)
    if error is None or connections.describe_failure(error) == connections.NO_ANSWER:
        return _check("unavailable", _NO_REDIS)
    return _check("refused", f"Redis {connections.describe_failure(error)}")


def _store() -> Answer:
    try:
        current().store.check()
    except StoreError as exc:
        return _check("unavailable", exc.message)
    return _check("ok", None)
