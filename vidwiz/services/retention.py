"""Retention: removing rows that have served."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from vidwiz.models import (
    IdempotencyRecord,
    PeriodicRun,
    QuotaUse,
    Task,
    TextPart,
    VideoImport,
    now_plus,
)
from vidwiz.models.task import ENDED_ROWS
from vidwiz.tasks import subjects

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from vidwiz.ports import UnitOfWork

RETENTION = "retention"
EVERY_SECONDS = 3600.0
_DAY = 86_400.0
# docs/operations.md states these.
ENDED_TASK_DAYS = 30
FINISHED_IMPORT_DAYS = 90
# As long as a summary may wait for a spent budget.
PART_DAYS = 60
DRAFT_SECONDS = _DAY
_PERIODIC_RUN_DAYS = 30
MOST_AT_ONCE = 1000
# Each may have thousands of videos.
_MOST_IMPORTS = 10


def remove_old_rows(uow: UnitOfWork) -> None:
    """Delete old answers, old quotas, old parts and old periodic runs."""
    uow.session.execute(
        sa.delete(IdempotencyRecord).where(IdempotencyRecord.created_at < now_plus(-_DAY))
    )
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    uow.session.execute(sa.delete(QuotaUse).where(QuotaUse.day < yesterday))
    uow.session.execute(
        sa.delete(TextPart).where(TextPart.created_at < now_plus(-PART_DAYS * _DAY))
    )
    uow.session.execute(
        sa.delete(PeriodicRun).where(PeriodicRun.started_at < now_plus(-_PERIODIC_RUN_DAYS * _DAY))
    )


def old_imports(session: Session) -> list[int]:
    """Return some imports that finished long ago."""
    return list(
        session.scalars(
            sa.select(VideoImport.id)
            .where(VideoImport.finished_at < now_plus(-FINISHED_IMPORT_DAYS * _DAY))
            .order_by(VideoImport.id)
            .limit(_MOST_IMPORTS)
        )
    )


def remove_imports(uow: UnitOfWork, import_ids: Sequence[int]) -> None:
    """Delete these imports, which have finished, and their own tasks; what they brought stays."""
    subjects_of_them = [subjects.next_of_import(id_).subject for id_ in import_ids]
    uow.session.execute(
        sa.delete(Task)
        .where(Task.subject.in_(subjects_of_them), ENDED_ROWS)
        .execution_options(synchronize_session=False)
    )
    uow.session.execute(
        sa.delete(VideoImport)
        .where(VideoImport.id.in_(import_ids))
        .execution_options(synchronize_session=False)
    )


def old_tasks(session: Session) -> list[int]:
    """Return tasks that ended long ago, MOST_AT_ONCE at the most.

    A subject's newest task is never among them, as stages show it. To find out may take a while,
    so it is done in a reading transaction, which holds up no writer.
    """
    newer = sa.orm.aliased(Task)
    followed = sa.exists().where(
        newer.subject == Task.subject, newer.task_type == Task.task_type, newer.id > Task.id
    )
    return list(
        session.scalars(
            sa.select(Task.id)
            .where(Task.completed_at < now_plus(-ENDED_TASK_DAYS * _DAY), followed)
            .order_by(Task.completed_at, Task.id)
            .limit(MOST_AT_ONCE)
        )
    )


def remove_tasks(uow: UnitOfWork, task_ids: Sequence[int]) -> None:
    """Delete these tasks, which have ended: ended tasks never change."""
    uow.session.execute(
        sa.delete(Task).where(Task.id.in_(task_ids)).execution_options(synchronize_session=False)
    )
