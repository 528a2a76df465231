"""Whether the process lives, and whether what it needs answers."""

from __future__ import annotations

import logging
from functools import cache
from typing import TYPE_CHECKING

from alembic.script import ScriptDirectory
from flask import Response, current_app, jsonify
from marshmallow import fields
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError, SQLAlchemyError

from vidwiz.api.blueprints import Blueprint
from vidwiz.api.schemas.common import Out
from vidwiz.db import schema_upgrade
from vidwiz.errors import StoreError
from vidwiz.http.auth import ANYBODY
from vidwiz.http.transactions import read_transaction
from vidwiz.runtime import current

if TYPE_CHECKING:
    from vidwiz.http.rate_limits import RateLimits

log = logging.getLogger(__name__)
blueprint = Blueprint("health", __name__, description="Whether it works")


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
    redis_answers = current().queue.is_reachable()
    checks = {
        "database": _database(),
        "redis": _redis(answers=redis_answers),
        "store": _store(),
        "rate_limits": _check(limits.state(redis_answers=redis_answers), None),
    }
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


def _check(state: str, message: str | None) -> dict[str, str | None]:
    return {"state": state, "message": message}


def _database() -> dict[str, str | None]:
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
    if found != _newest_schema():
        return _check("other_version", "The database and this version do not fit together.")
    return _check("ok", None)


@cache
def _newest_schema() -> frozenset[str]:
    return frozenset(ScriptDirectory(str(schema_upgrade.directory())).get_heads())


def _redis(*, answers: bool) -> dict[str, str | None]:
    if answers:
        return _check("ok", None)
    return _check("unavailable", "Redis does not answer; work goes on when it is back.")


def _store() -> dict[str, str | None]:
    try:
        current().store.check()
    except StoreError as exc:
        return _check("unavailable", exc.message)
    return _check("ok", None)
