"""What the sweeper looks for besides lost workers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from vidwiz.models import (
    Priority,
    QuotaUse,
    StoredAnswer,
    Task,
    TaskStatus,
    Turn,
    now,
    now_plus,
)
from vidwiz.ports import TaskType
from vidwiz.services import transcripts
from vidwiz.services.videos import insert_ignoring

if TYPE_CHECKING:
    from vidwiz.ports import UnitOfWork

SWEEP, TIDY = "sweep", "tidy"
TIDY_SECONDS = 3600.0
_DAY = 86_400.0
DUE_AT_ONCE = 40


def take_turn(uow: UnitOfWork, duty: str, *, every: float) -> bool:
    """Take the turn at a duty; False when somebody took it less than `every` seconds ago."""
    long_ago = now_plus(-_DAY)
    uow.session.execute(insert_ignoring(uow.session, Turn).values(duty=duty, taken_at=long_ago))
    # A little less than the pause between rounds, so that one's own last turn is always over.
    taken = uow.session.execute(
        sa.update(Turn)
        .where(Turn.duty == duty, Turn.taken_at < now_plus(-0.8 * every))
        .values(taken_at=now())
        .execution_options(synchronize_session=False)
    )
    return bool(taken.rowcount == 1)  # type: ignore[attr-defined]


def tidy(uow: UnitOfWork) -> None:
    """Delete what has served: answers to requests of yesterday, and quotas of days before that."""
    uow.session.execute(sa.delete(StoredAnswer).where(StoredAnswer.created_at < now_plus(-_DAY)))
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    uow.session.execute(sa.delete(QuotaUse).where(QuotaUse.day < yesterday))


def schedule_forgotten_notes(uow: UnitOfWork) -> int:
    """Schedule waiting notes of videos with a transcript that never had a task."""
    return transcripts.schedule_notes(uow, transcripts.forgotten_notes())


def poke_due(uow: UnitOfWork, *, again_after: float) -> int:
    """Poke tasks that are due and were not poked for `again_after` seconds; return how many.

    A handful of each type is enough: whoever looks at those goes on with what else is due.
    """
    poked = 0
    for task_type in TaskType:
        for priority in Priority.ALL:
            task_ids = uow.session.scalars(
                sa.select(Task.id)
                .where(Task.task_type == task_type, Task.status == TaskStatus.PENDING)
                .where(Task.priority == priority, Task.run_at <= now())
                .where(sa.or_(Task.poked_at.is_(None), Task.poked_at < now_plus(-again_after)))
                .order_by(Task.run_at, Task.id)
                .limit(DUE_AT_ONCE)
                .with_for_update(skip_locked=True)
            ).all()
            if task_ids:
                uow.session.execute(
                    sa.update(Task)
                    .where(Task.id.in_(task_ids))
                    .values(poked_at=now(), updated_at=Task.updated_at)
                )
                for task_id in task_ids:
                    uow.poke(task_type, task_id)
                poked += len(task_ids)
    return poked
