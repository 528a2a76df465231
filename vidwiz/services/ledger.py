"""The ledger of durable work: which tasks there are; claims.py has who works on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from vidwiz.errors import ConflictError, NotFoundError
from vidwiz.models import ACTIVE, ACTIVE_ROWS, Priority, Task, TaskStatus, now

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

    from vidwiz.ports import TaskType, UnitOfWork


def insert_unless_active(session: Session) -> Any:  # noqa: ANN401 - one of two dialects' Insert
    """Return an INSERT into tasks that does nothing where the subject has an active task."""
    sqlite_used = session.get_bind().dialect.name == "sqlite"
    insert = sqlite.insert(Task) if sqlite_used else postgresql.insert(Task)
    return insert.on_conflict_do_nothing(
        index_elements=[Task.task_type, Task.subject], index_where=ACTIVE_ROWS
    )


def schedule(
    uow: UnitOfWork,
    task_type: TaskType,
    subject: str,
    *,
    video_id: str,
    note_id: int | None = None,
    priority: int = Priority.PERSON,
) -> int:
    """Insert a task, or find the active one and raise its priority; return its id."""
    values = {
        "task_type": task_type,
        "subject": subject,
        "video_id": video_id,
        "note_id": note_id,
        "priority": priority,
    }
    statement = insert_unless_active(uow.session).values(values).returning(Task.id)
    # A second round is needed only where the active task ends between the two statements.
    while True:
        inserted: int | None = uow.session.scalar(statement)
        if inserted is not None:
            uow.poke(task_type, inserted)
            return inserted
        active = active_task(uow.session, task_type, subject)
        if active is not None:
            _raise_priority(uow, active, priority)
            return active.id


def _raise_priority(uow: UnitOfWork, active: Task, priority: int) -> None:
    uow.session.execute(
        sa.update(Task)
        .where(Task.id == active.id, Task.status == TaskStatus.PENDING, Task.priority > priority)
        .values(priority=priority)
    )


def active_task(session: Session, task_type: TaskType, subject: str) -> Task | None:
    """Return the pending or running task of this subject."""
    return session.scalar(
        sa.select(Task).where(
            Task.task_type == task_type, Task.subject == subject, Task.status.in_(ACTIVE)
        )
    )


def newest_tasks(session: Session, subjects: Iterable[str]) -> dict[tuple[TaskType, str], Task]:
    """Return the newest task of each type and subject, with one query."""
    newest = (
        sa.select(sa.func.max(Task.id))
        .where(Task.subject.in_(list(subjects)))
        .group_by(Task.subject, Task.task_type)
    )
    tasks = session.scalars(sa.select(Task).where(Task.id.in_(newest)))
    return {(task.task_type, task.subject): task for task in tasks}


def cancel(uow: UnitOfWork, task_type: TaskType, subject: str) -> None:
    """Cancel the active task of this subject, if any; what its worker says later is refused."""
    _cancel(uow, sa.and_(Task.task_type == task_type, Task.subject == subject))


def _cancel(uow: UnitOfWork, which: sa.ColumnElement[bool]) -> bool:
    result = uow.session.execute(
        sa.update(Task)
        .where(which, Task.status.in_(ACTIVE))
        .values(status=TaskStatus.CANCELLED, completed_at=now(), lease_expires_at=None)
    )
    return bool(result.rowcount)  # type: ignore[attr-defined]


def cancel_task(uow: UnitOfWork, task_id: int) -> Task:
    """Cancel one active task; raise `ConflictError` when it has ended."""
    task = get(uow.session, task_id)
    # By its id: the subject may have a successor, which is not meant.
    cancelled = _cancel(uow, Task.id == task_id)
    uow.session.refresh(task)
    if not cancelled:
        raise ConflictError(f"task {task_id} is {task.status} already")
    return task


def get(session: Session, task_id: int) -> Task:
    """Return the task; raise `NotFoundError`."""
    task = session.get(Task, task_id)
    if task is None:
        raise NotFoundError(f"there is no task {task_id}")
    return task


def retry(uow: UnitOfWork, task: Task) -> Task:
    """Try again now: a failed or cancelled task gets a successor, a waiting one stops waiting.

    Raises `ConflictError` when the task was completed.
    """
    if task.status is TaskStatus.COMPLETED:
        raise ConflictError(f"task {task.id} is completed")
    task_id = schedule(
        uow, task.task_type, task.subject, video_id=task.video_id, note_id=task.note_id
    )
    uow.session.execute(
        sa.update(Task)
        .where(Task.id == task_id, Task.status == TaskStatus.PENDING)
        .values(run_at=now())
    )
    uow.poke(task.task_type, task_id)
    successor = get(uow.session, task_id)
    uow.session.refresh(successor)
    return successor


def retry_failed(
    uow: UnitOfWork, *, task_type: TaskType | None = None, code: str | None = None
) -> int:
    """Retry every subject whose newest task failed (of this type, with this code); count them."""
    newest = sa.select(sa.func.max(Task.id)).group_by(Task.task_type, Task.subject)
    failed = sa.select(Task).where(Task.status == TaskStatus.FAILED, Task.id.in_(newest))
    if task_type is not None:
        failed = failed.where(Task.task_type == task_type)
    if code is not None:
        failed = failed.where(Task.error_code == code)
    tasks = uow.session.scalars(failed).all()
    for task in tasks:
        retry(uow, task)
    return len(tasks)
