"""Looking at the ledger; nothing here claims or changes a task."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from vidwiz.errors import NotFoundError
from vidwiz.models import ACTIVE, Task, TaskStatus
from vidwiz.statements.stages import NEWEST_TASKS
from vidwiz.tasks.types import REPLACES, Claim, WorkItem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

    from vidwiz.tasks.stages import NewestTask


def get(session: Session, task_id: int) -> Task:
    """Return the task; raise `NotFoundError`."""
    task = session.get(Task, task_id)
    if task is None:
        raise NotFoundError(f"there is no task {task_id}")
    return task


def item_of(task: Task) -> WorkItem:
    """Return what the task is about."""
    return WorkItem(
        *(task.task_type, task.subject, task.video_id, task.note_id),
        replaces=(task.task_details or {}).get(REPLACES),
    )


def claim_of(task: Task, attempt: int | None = None) -> Claim:
    """Return the claim of an attempt, by default of the newest one."""
    return Claim(
        task_type=task.task_type,
        subject=task.subject,
        video_id=task.video_id,
        note_id=task.note_id,
        task_id=task.id,
        attempt=task.attempt if attempt is None else attempt,
        failures=task.failures,
        isolated=task.isolated,
        replaces=(task.task_details or {}).get(REPLACES),
        priority=task.priority,
    )


def newest_tasks(session: Session, subjects: Iterable[str]) -> dict[tuple[str, str], NewestTask]:
    """Return what the newest task of each type and subject says of its stage, with one query."""
    session.flush()
    rows: Any = session.connection().execute(NEWEST_TASKS, {"subjects": list(subjects)})
    return {(row.task_type, row.subject): row for row in rows}


def active_tasks(session: Session, video_id: str) -> list[Task]:
    """Return the tasks of the video that have not ended."""
    wanted = sa.select(Task).where(Task.video_id == video_id, Task.status.in_(ACTIVE))
    return list(session.scalars(wanted))


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFilter:
    """Which tasks to list; what is None does not matter."""

    status: TaskStatus | None = None
    task_type: str | None = None
    video_id: str | None = None
    code: str | None = None

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        """Return them as conditions of a query."""
        asked = {
            Task.status: self.status,
            Task.task_type: self.task_type,
            Task.video_id: self.video_id,
            Task.error_code: self.code,
        }
        return [column == value for column, value in asked.items() if value is not None]


def page(session: Session, wanted: TaskFilter, *, number: int, size: int) -> tuple[list[Task], int]:
    """Return a page of tasks, the newest first, and how many there are in all; claims nothing."""
    conditions = wanted.conditions()
    total = session.scalar(sa.select(sa.func.count()).select_from(Task).where(*conditions)) or 0
    tasks = session.scalars(
        sa.select(Task)
        .where(*conditions)
        .order_by(Task.id.desc())
        .limit(size)
        .offset((number - 1) * size)
    )
    return list(tasks), total


def newest_failed(session: Session, wanted: TaskFilter) -> list[Task]:
    """Return the failed tasks among these that no newer task of their subject follows."""
    newer = sa.orm.aliased(Task)
    followed = sa.exists().where(
        newer.subject == Task.subject, newer.task_type == Task.task_type, newer.id > Task.id
    )
    failed = sa.select(Task).where(
        Task.status == TaskStatus.FAILED, *wanted.conditions(), ~followed
    )
    return list(session.scalars(failed.order_by(Task.id)))
