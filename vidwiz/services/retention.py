"""Retention: removing rows that have served, a bounded number at a time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from vidwiz.models import IdempotencyRecord, PeriodicRun, QuotaUse, Task, now_plus

if TYPE_CHECKING:
    from vidwiz.ports import UnitOfWork

RETENTION = "retention"
EVERY_SECONDS = 3600.0
_DAY = 86_400.0
# docs/operations.md states these.
ENDED_TASK_DAYS = 30
DRAFT_SECONDS = _DAY
_PERIODIC_RUN_DAYS = 30
MOST_AT_ONCE = 1000


def remove_old_rows(uow: UnitOfWork) -> int:
    """Delete answers of yesterday, old quotas and old periodic runs, and some old ended tasks.

    Returns how many tasks were deleted; when that is MOST_AT_ONCE, there may be more.
    """
    uow.session.execute(
        sa.delete(IdempotencyRecord).where(IdempotencyRecord.created_at < now_plus(-_DAY))
    )
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    uow.session.execute(sa.delete(QuotaUse).where(QuotaUse.day < yesterday))
    uow.session.execute(
        sa.delete(PeriodicRun).where(PeriodicRun.started_at < now_plus(-_PERIODIC_RUN_DAYS * _DAY))
    )
    return _remove_ended_tasks(uow)


def _remove_ended_tasks(uow: UnitOfWork) -> int:
    """Delete tasks that ended long ago, but never a subject's newest one: stages show it."""
    newer = sa.orm.aliased(Task)
    followed = sa.exists().where(
        newer.subject == Task.subject, newer.task_type == Task.task_type, newer.id > Task.id
    )
    old = (
        sa.select(Task.id)
        .where(Task.completed_at < now_plus(-ENDED_TASK_DAYS * _DAY), followed)
        .order_by(Task.completed_at, Task.id)
        .limit(MOST_AT_ONCE)
    )
    deleted = uow.session.execute(
        sa.delete(Task).where(Task.id.in_(old)).execution_options(synchronize_session=False)
    )
    return int(deleted.rowcount)  # type: ignore[attr-defined]
