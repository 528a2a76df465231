"""Notifying workers again of tasks that are due; a notification may have been lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from vidwiz.models import BLOCKED_ROWS, FetcherState, Priority, Task, TaskStatus, now, now_plus

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

    from vidwiz.ports import UnitOfWork

DUE_AT_ONCE = 40
WOKEN_AT_ONCE = 500


def make_blocked_due(uow: UnitOfWork, network: str) -> int:
    """Let the next tasks be claimed now that wait because of a block on this network; count them.

    Not all at once, as there may be many thousands: the sweeper goes on with the others. Rows that
    somebody is just claiming are left to them.
    """
    chosen = (
        sa.select(Task.id)
        .where(Task.blocked_network == network, BLOCKED_ROWS, Task.run_at > now())
        .order_by(Task.priority, Task.run_at, Task.id)
        .limit(WOKEN_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    woken = uow.session.execute(
        sa.update(Task)
        .where(Task.id.in_(chosen))
        .values(run_at=now(), poked_at=None)
        .returning(Task.task_type, Task.id)
        .execution_options(synchronize_session=False)
    ).all()
    # One of each type is enough: whoever looks at it goes on with what else is due.
    for task_type, task_id in {row.task_type: row.id for row in woken}.items():
        uow.notify(task_type, task_id)
    return len(woken)


def networks_without_block(session: Session) -> list[str]:
    """Return the networks on which tasks wait because of a block that is over."""
    waiting = sa.select(Task.blocked_network).where(BLOCKED_ROWS, Task.run_at > now()).distinct()
    refused = sa.select(FetcherState.network).where(FetcherState.open_until.is_not(None))
    still = set(session.scalars(refused))
    return [each for each in session.scalars(waiting) if each is not None and each not in still]


def blocked_types(session: Session, task_types: Iterable[str], network: str) -> list[str]:
    """Return those of the types of which a task waits because of a block on this network."""
    refused = sa.select(Task.id).where(BLOCKED_ROWS, Task.blocked_network == network).limit(1)
    return [
        task_type
        for task_type in task_types
        if session.scalar(refused.where(Task.task_type == task_type)) is not None
    ]


def notify_blocked(uow: UnitOfWork, task_types: Iterable[str]) -> int:
    """Notify of tasks that wait because of a block, which a worker elsewhere may claim at once.

    Whether there is one is not known here, so this is to be done seldom. Return how many types
    have such tasks.
    """
    notified = 0
    for task_type in task_types:
        task_id = uow.session.scalar(
            sa.select(Task.id).where(Task.task_type == task_type, BLOCKED_ROWS).limit(1)
        )
        if task_id is not None:
            uow.notify(task_type, task_id)
            notified += 1
    return notified


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
