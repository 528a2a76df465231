"""A rehearsal: a worker goes through the flow once, in a transaction that is rolled back.

Whatever is made on first use (mappers, compiled statements, the dialect's knowledge of the
server) is made in the parent then, and every work horse inherits it: a horse that has to make it
itself takes longer for that than for its task.
"""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, NoReturn

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from vidwiz.db import db, unit_of_work
from vidwiz.errors import VidwizError
from vidwiz.models import Task
from vidwiz.plugin_api import Segment, VideoMetadata
from vidwiz.ports import TaskType
from vidwiz.services import claims, fetcher_health, notes, results, transcripts, users, writing
from vidwiz.services.claims import Claim, WorkerId
from vidwiz.services.results import MetadataResult, NoteResult, SummaryResult, TranscriptResult
from vidwiz.services.transcripts import StoredObject
from vidwiz.services.writing import About, Summary

if TYPE_CHECKING:
    from flask import Flask

    from vidwiz.ports import UnitOfWork
    from vidwiz.runtime import Runtime

log = logging.getLogger(__name__)

_VIDEO = "rehearsal00"
_ME = WorkerId("rehearsal")
_TEXTS = (TaskType.GENERATE_SUMMARY, TaskType.GENERATE_NOTE)


class _Over(Exception):  # noqa: N818 - an end, not an error
    """Ends the transaction without a commit."""


def rehearse(app: Flask, runtime: Runtime) -> None:
    """Go through the flow and leave nothing behind, in the database or of it in this process.

    A database that is away or not migrated yet is no failure here: then each horse makes its own.
    """
    with app.app_context():
        try:
            with unit_of_work(runtime.queue) as uow:
                _play(uow, runtime.config.network)
        except _Over:
            pass
        except (SQLAlchemyError, VidwizError):
            log.info("the database is not ready for a rehearsal", exc_info=True)
        finally:
            db.engine.dispose()


def _play(uow: UnitOfWork, network: str) -> NoReturn:
    ada = users.create(uow, email="rehearsal@vidwiz.invalid", name="Rehearsal")
    notes.create(uow, user_id=ada.id, video_id=_VIDEO, timestamp="0:01")
    fetcher_health.troubled(uow.session, network)
    stored = StoredObject(f"transcripts/{_VIDEO}/rehearsal.json", "0" * 64, None, "rehearsal")
    summary = Summary("Rehearsal.", ("Rehearsal?",) * 3)
    for ask in (writing.summary_request, partial(writing.note_request, mark=1.0)):
        ask(About(), (Segment("Rehearsal.", 0.0, 1.0),))
    for task_type, result in (
        (TaskType.FETCH_METADATA, MetadataResult(VideoMetadata(id=_VIDEO), "rehearsal")),
        (TaskType.FETCH_TRANSCRIPT, TranscriptResult(stored)),
        (TaskType.GENERATE_SUMMARY, SummaryResult(summary, None)),
        (TaskType.GENERATE_NOTE, NoteResult("Rehearsal.", None)),
    ):
        claim = _claim_own(uow, task_type)
        claims.renew(uow, claim, lease_seconds=1.0)
        if task_type in _TEXTS:
            results.inputs_of(uow.session, claim)
        results.apply(uow, claim, result)
    transcripts.mark_published(uow, _VIDEO, stored.sha256)
    raise _Over


def _claim_own(uow: UnitOfWork, task_type: TaskType) -> Claim:
    """Claim the rehearsal's own task by its id, and then look for others, as a worker does."""
    own = sa.select(Task.id).where(Task.video_id == _VIDEO, Task.task_type == task_type)
    task_ids = uow.session.scalars(own).all()
    claim, *_ = claims.claim(uow, task_type, _ME, lease_seconds=1.0, task_ids=task_ids, limit=2)
    claims.claim(uow, task_type, _ME, lease_seconds=1.0, limit=2)
    return claim
