"""Scheduling tasks, and cancelling them; who works on them is in claims.py."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from vidwiz.errors import ConflictError
from vidwiz.models import ACTIVE, ACTIVE_ROWS, Priority, Task, TaskStatus, now, now_plus
from vidwiz.models.upsert import insert
from vidwiz.statements import tasks as statements
from vidwiz.tasks import query
from vidwiz.tasks.changes import publish_change
from vidwiz.tasks.types import REPLACES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vidwiz.ports import UnitOfWork
    from vidwiz.tasks.types import TaskFailure, WorkItem


def schedule(uow: UnitOfWork, item: WorkItem, *, priority: int = Priority.PERSON) -> int:
    """Insert a task, or find the active one and raise its priority; return its id."""
    subject = {"of_type": item.task_type, "of_subject": item.subject}
    values = {
        **subject,
        "of_video": item.video_id,
        "of_note": item.note_id,
        "of_priority": priority,
    }
    insert = statements.INSERT.on(uow.connection)
    # A second round is needed only where the active task ends between the two statements.
    while True:
        inserted: int | None = uow.connection.scalar(insert, values)
        if inserted is not None:
            if item.replaces is not None:
                details = {REPLACES: item.replaces}
                set_details = {"of_task": inserted, "details": details}
                uow.connection.execute(statements.SET_DETAILS, set_details)
            uow.notify(item.task_type, inserted)
            publish_change(uow, item)
            return inserted
        active = _raise_priority(uow, subject, priority)
        if active is not None:
            return active


def schedule_all(
    uow: UnitOfWork, items: Sequence[WorkItem], *, priority: int = Priority.PERSON
) -> None:
    """Schedule several tasks as `schedule` does, those that are new with one statement.

    They come into the table in the order of `items`.
    """
    values: dict[str, Any] = {"of_priority": priority}
    for number, item in enumerate(items):
        for name in statements.COLUMNS_OF_ITEM:
            values[f"{name}_{number}"] = getattr(item, name)
    insert = statements.insert_of(len(items)).on(uow.connection)
    inserted = {
        (row.task_type, row.subject): row.id for row in uow.connection.execute(insert, values)
    }
    for item in items:
        task_id = inserted.get((item.task_type, item.subject))
        if task_id is None:
            schedule(uow, item, priority=priority)
        else:
            uow.notify(item.task_type, task_id)
            publish_change(uow, item)


def _raise_priority(uow: UnitOfWork, subject: dict[str, str], priority: int) -> int | None:
    """Return the active task of this subject, with at least this priority.

    Also a running task is raised: what follows from its result is as urgent.
    """
    active: int | None = uow.connection.scalar(statements.FIND_ACTIVE, subject)
    if active is not None:
        values = {"of_task": active, "of_priority": priority}
        raised = uow.connection.execute(statements.RAISE_PRIORITY, values).rowcount
        if raised:
            # Whoever works on less urgent tasks may have been notified of this one long ago.
            uow.notify(subject["of_type"], active)
    return active


def insert_from_select(
    uow: UnitOfWork,
    task_type: str,
    columns: Sequence[str],
    source: Any,  # noqa: ANN401 - a SELECT of as many columns
) -> list[int]:
    """Insert a task for each row of `source`, with one statement; return the new tasks' ids.

    `columns` names what `source` selects: at least subject, video_id and priority.
    """
    defaults = statements.new_task()
    statement = statements.unless_active(partial(insert, uow.session)).from_select(
        [*columns, "task_type", *defaults],
        source.add_columns(sa.literal(task_type, sa.String), *defaults.values()),
        include_defaults=False,
    )
    task_ids = list(uow.connection.scalars(statement.returning(Task.id)))
    for task_id in task_ids:
        uow.notify(task_type, task_id)
    return task_ids


def active(item: WorkItem) -> sa.ColumnElement[bool]:
    """Select the pending or running task of this subject."""
    return sa.and_(
        Task.task_type == item.task_type, Task.subject == item.subject, Task.status.in_(ACTIVE)
    )


def cancel(uow: UnitOfWork, item: WorkItem) -> bool:
    """Cancel the active task of this subject, if any; what its worker submits is then refused."""
    return bool(cancel_where(uow, active(item)))


def cancel_where(uow: UnitOfWork, which: sa.ColumnElement[bool]) -> int:
    """Cancel all active tasks among these, with one statement; return how many.

    Their rows are locked in the order of ids, so that two that cancel overlapping sets of tasks
    wait for each other and never both.
    """
    # ACTIVE_ROWS is spelled as in the partial index, so that SQLite uses it.
    chosen = sa.select(Task.id).where(which, ACTIVE_ROWS).order_by(Task.id).with_for_update()
    result = uow.session.execute(
        sa.update(Task)
        .where(Task.id.in_(chosen), Task.status.in_(ACTIVE))
        .values(status=TaskStatus.CANCELLED, completed_at=now(), lease_expires_at=None)
        .execution_options(synchronize_session=False)
    )
    return int(result.rowcount)  # type: ignore[attr-defined]


def cancel_task(uow: UnitOfWork, task_id: int) -> Task:
    """Cancel one active task; raise `ConflictError` when it has ended."""
    task = query.get(uow.session, task_id)
    # By its id: the subject may have a successor, which is not meant.
    cancelled = cancel_where(uow, Task.id == task_id)
    uow.session.refresh(task)
    if not cancelled:
        raise ConflictError(f"task {task_id} is {task.status} already")
    publish_change(uow, task)
    return task


def put_off(uow: UnitOfWork, task_id: int, *, seconds: float, why: TaskFailure) -> None:
    """Have a task that was just scheduled wait, and say why; counts neither failure nor wait."""
    uow.session.execute(
        sa.update(Task)
        .where(Task.id == task_id, Task.status == TaskStatus.PENDING)
        .values(
            run_at=now_plus(seconds),
            error_code=why.code,
            error_message=why.message,
            result_details={"handling": why.handling.value},
        )
        .execution_options(synchronize_session=False)
    )


def make_due(uow: UnitOfWork, task_id: int) -> None:
    """Let a pending task be claimed now, whatever it waits for."""
    uow.session.execute(
        sa.update(Task)
        .where(Task.id == task_id, Task.status == TaskStatus.PENDING)
        .values(run_at=now())
        .execution_options(synchronize_session=False)
    )
