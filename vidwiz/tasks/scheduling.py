"""Scheduling tasks, and cancelling them; who works on them is in claims.py."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from vidwiz.errors import ConflictError
from vidwiz.models import ACTIVE, ACTIVE_ROWS, Priority, Task, TaskStatus, now
from vidwiz.models.upsert import insert
from vidwiz.tasks import claims, query
from vidwiz.tasks.changes import publish_change

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from vidwiz.ports import UnitOfWork
    from vidwiz.tasks.types import WorkItem


def insert_unless_active(session: Session) -> Any:  # noqa: ANN401 - one of two dialects' Insert
    """Return an INSERT into tasks that does nothing where the subject has an active task."""
    return insert(session, Task).on_conflict_do_nothing(
        index_elements=[Task.task_type, Task.subject], index_where=ACTIVE_ROWS
    )


def schedule(uow: UnitOfWork, item: WorkItem, *, priority: int = Priority.PERSON) -> int:
    """Insert a task, or find the active one and raise its priority; return its id."""
    values = {
        "task_type": item.task_type,
        "subject": item.subject,
        "video_id": item.video_id,
        "note_id": item.note_id,
        "priority": priority,
    }
    statement = insert_unless_active(uow.session).values(values).returning(Task.id)
    # A second round is needed only where the active task ends between the two statements.
    while True:
        inserted: int | None = uow.session.scalar(statement)
        if inserted is not None:
            uow.notify(item.task_type, inserted)
            publish_change(uow, item)
            return inserted
        active = _raise_priority(uow, item, priority)
        if active is not None:
            return active


def schedule_all(
    uow: UnitOfWork, items: Sequence[WorkItem], *, priority: int = Priority.PERSON
) -> None:
    """Schedule several tasks as `schedule` does, those that are new with one statement.

    They come into the table in the order of `items`.
    """
    dialect = uow.connection.dialect.name
    statement = _inserts.get((dialect, len(items)))
    if statement is None:
        statement = _insert_of_several(uow.session, len(items))
        _inserts[dialect, len(items)] = statement
    values: dict[str, Any] = {"priority": priority}
    for number, item in enumerate(items):
        for name in _COLUMNS_OF_ITEM:
            values[f"{name}_{number}"] = getattr(item, name)
    inserted = {
        (row.task_type, row.subject): row.id for row in uow.connection.execute(statement, values)
    }
    for item in items:
        task_id = inserted.get((item.task_type, item.subject))
        if task_id is None:
            schedule(uow, item, priority=priority)
        else:
            uow.notify(item.task_type, task_id)
            publish_change(uow, item)


_COLUMNS_OF_ITEM = ("task_type", "subject", "video_id", "note_id")
_inserts: dict[tuple[str, int], Any] = {}


def _insert_of_several(session: Session, count: int) -> Any:  # noqa: ANN401 - a dialect's Insert
    """Return the INSERT of so many tasks; one with several VALUES would be compiled each time."""
    table = Task.__table__
    rows = [
        sa.select(
            *(
                sa.bindparam(f"{name}_{number}", type_=table.c[name].type).label(name)
                for name in _COLUMNS_OF_ITEM
            ),
            sa.literal(number).label("place"),
        )
        for number in range(count)
    ]
    items = sa.union_all(*rows).subquery("items")
    source = sa.select(
        *(items.c[name] for name in _COLUMNS_OF_ITEM),
        sa.bindparam("priority", type_=sa.Integer),
    ).order_by(items.c.place)
    # WHERE: without it SQLite reads ON CONFLICT as a join's.
    statement = insert_unless_active(session).from_select(
        [*_COLUMNS_OF_ITEM, "priority"], source.where(sa.true())
    )
    return statement.returning(table.c.id, table.c.task_type, table.c.subject)


def _raise_priority(uow: UnitOfWork, item: WorkItem, priority: int) -> int | None:
    """Return the active task of this subject, with at least this priority.

    Also a running task is raised: what follows from its result is as urgent.
    """
    active = uow.session.scalar(sa.select(Task.id).where(claims.active(item)))
    if active is not None:
        uow.session.execute(
            sa.update(Task)
            .where(Task.id == active, Task.status.in_(ACTIVE), Task.priority > priority)
            .values(priority=priority)
        )
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
    defaults = _column_defaults()
    statement = insert_unless_active(uow.session).from_select(
        [*columns, "task_type", *defaults],
        source.add_columns(sa.literal(task_type, sa.String), *defaults.values()),
        include_defaults=False,
    )
    task_ids = list(uow.session.scalars(statement.returning(Task.id)))
    for task_id in task_ids:
        uow.notify(task_type, task_id)
    return task_ids


def _column_defaults() -> dict[str, sa.ColumnElement[Any]]:
    """Return what the model would fill in, for an INSERT from a SELECT."""
    table = Task.__table__
    numbers = ("attempt", "failures", "waits", "max_attempts")
    return {
        "status": sa.literal(TaskStatus.PENDING.value, sa.String),
        "isolated": sa.false(),
        **{name: sa.literal(table.c[name].default.arg) for name in numbers},
        **{name: now() for name in ("run_at", "created_at", "updated_at")},
    }


def cancel(uow: UnitOfWork, item: WorkItem) -> bool:
    """Cancel the active task of this subject, if any; what its worker submits is then refused."""
    return bool(cancel_where(uow, claims.active(item)))


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


def make_due(uow: UnitOfWork, task_id: int) -> None:
    """Let a pending task be claimed now, whatever it waits for."""
    uow.session.execute(
        sa.update(Task)
        .where(Task.id == task_id, Task.status == TaskStatus.PENDING)
        .values(run_at=now())
        .execution_options(synchronize_session=False)
    )
