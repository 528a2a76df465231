"""Warm-up: a worker goes through the flow once, in a transaction that is rolled back.

Whatever is made on first use (mappers, compiled statements, the dialect's knowledge of the
server) is made in the parent then, and every work horse inherits it: one that has to make it
itself takes longer for that than for its task.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from vidwiz import prompts
from vidwiz.db.engine import db
from vidwiz.errors import VidwizError
from vidwiz.models import Task
from vidwiz.pipeline import submissions
from vidwiz.pipeline.flow import KINDS
from vidwiz.plugin_api import Segment
from vidwiz.ports import TokenUse
from vidwiz.services import asking, fetcher_health, notes, publishing, token_use, users
from vidwiz.services.publishing import Publication
from vidwiz.services.writing import VideoContext
from vidwiz.tasks import claims
from vidwiz.tasks.claims import NextClaim
from vidwiz.tasks.types import WorkerId

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from sqlalchemy import Row, Select
    from sqlalchemy.orm import Session

    from vidwiz.ports import UnitOfWork
    from vidwiz.runtime import Runtime
    from vidwiz.tasks.types import Claim

log = logging.getLogger(__name__)

_VIDEO = "warm-up-000"
_ME = WorkerId("warm-up")
_SEGMENTS = (Segment("Warm-up.", 0.0, 1.0),)


class _Over(Exception):  # noqa: N818 - an end, not an error
    """Ends the transaction without a commit."""


def warm_up(app: Flask, runtime: Runtime) -> None:
    """Go through the flow and leave nothing behind, in the database or of it in this process.

    A database that is away or not migrated yet is no failure: each work horse makes its own then.
    """
    with app.app_context():
        try:
            with runtime.unit_of_work() as uow:
                _go_through(uow, runtime.config.network)
        except _Over:
            pass
        except (SQLAlchemyError, VidwizError):
            log.info("the database is not ready for a warm-up", exc_info=True)
        finally:
            db.engine.dispose()


def _go_through(uow: UnitOfWork, network: str) -> NoReturn:
    ada = users.create(uow, email="warm-up@vidwiz.invalid", name="Warm-up")
    notes.create(uow, user_id=ada.id, video_id=_VIDEO, timestamp="0:01")
    fetcher_health.refused_on(uow.connection, network)
    of = asking.source(VideoContext(), _SEGMENTS)
    asking.summary_request(of)
    asking.note_request(of, _SEGMENTS, 1.0)
    token_use.record(uow, [TokenUse("warm-up", "warm-up", "note", None, 1, 1)])
    reader = _WithinTransaction(uow)
    # Lists are looked at seldom, and nobody waits for the first of them.
    for kind in (kind for kind in KINDS if kind.example is not None):
        claim = _claim_own(uow, kind.name)
        claims.renew(uow, claim, lease_seconds=1.0)
        kind.inputs(reader, claim)
        following = NextClaim(kind.name, _ME, 1.0)
        submissions.write_and_claim(uow, kind, claim, kind.example, following)
        claims.release(uow, claim)
    publishing.mark_published(uow, Publication(_VIDEO, "warm-up", "warm-up"))
    raise _Over


class _WithinTransaction:
    """Reads inputs in the open transaction, and no object."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._session = uow.session

    @contextmanager
    def read_transaction(self) -> Iterator[Session]:
        yield self._session

    def row(self, statement: Select[Any], values: dict[str, Any]) -> Row[Any] | None:
        return self._session.connection().execute(statement, values).first()

    def segments(self, object_key: str) -> tuple[Segment, ...]:  # noqa: ARG002 - as it is declared
        return _SEGMENTS

    def fence(self, transcript_sha256: str) -> str:
        return prompts.fence("warm-up", transcript_sha256)

    def check_budget(self) -> None:
        """Use whatever the day has used."""


def _claim_own(uow: UnitOfWork, task_type: str) -> Claim:
    """Claim the warm-up's own task by its id, and then look for others, as a worker does."""
    own = sa.select(Task.id).where(Task.video_id == _VIDEO, Task.task_type == task_type)
    task_ids = uow.session.scalars(own).all()
    claim, *_ = claims.claim(uow, task_type, _ME, lease_seconds=1.0, task_ids=task_ids, limit=2)
    claims.claim(uow, task_type, _ME, lease_seconds=1.0, limit=2)
    return claim
