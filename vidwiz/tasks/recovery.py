"""Notifying workers again of tasks that are due; a notification may have been lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from vidwiz.models import Priority, Task, TaskStatus, now, now_plus

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vidwiz.ports import UnitOfWork

DUE_AT_ONCE = 40


def notify_due(uow: UnitOfWork, task_types: Iterable[str], *, again_after: float) -> int:
    """Notify of tasks that are due, each once in `again_after` seconds; return how many.

    Forty of each type are enough: a worker that looks at those goes on with what else is due.
    """
    notified = 0
    for task_type in task_types:
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
                    uow.notify(task_type, task_id)
                notified += len(task_ids)
    return notified
