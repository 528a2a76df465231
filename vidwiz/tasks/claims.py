"""Claims: who works on a task, for how long, and how an attempt succeeds.

Every statement about an attempt names task, attempt and state in its WHERE, so that the database,
and not the order in which things happen, decides whether the attempt still counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import sqlalchemy as sa

from vidwiz.errors import StaleError
from vidwiz.models import ACTIVE, Priority, Task, TaskStatus, now, now_plus
from vidwiz.tasks.changes import publish_change
from vidwiz.tasks.types import Claim

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from vidwiz.ports import UnitOfWork
    from vidwiz.tasks.types import WorkerId, WorkItem

# No object of the session stands for these rows, so the table is spoken to directly.
_TASKS = cast("sa.Table", Task.__table__)


def claim(
    uow: UnitOfWork,
    task_type: str,
    worker: WorkerId,
    *,
    lease_seconds: float,
    task_ids: Sequence[int] = (),
    limit: int = 1,
) -> list[Claim]:
    """Claim due work; `task_ids` are looked at first.

    More than one task are of one video, `limit` at the most; an isolated one comes by itself.
    """
    by = {
        "of_type": task_type,
        "lease": lease_seconds,
        "by_name": worker.name,
        "by_kind": worker.kind,
        "by_network": worker.network,
    }
    first = _take(uow, _ONE_OF, {**by, "ids": task_ids}) if task_ids else []
    first = first or _take(uow, _NEXT, by)
    if not first or limit == 1 or first[0].isolated:
        return first
    more = {"of_video": first[0].video_id, "at_most": limit - 1}
    return first + _take(uow, _MORE_OF_VIDEO, {**by, **more})


def _take(uow: UnitOfWork, statement: sa.Update, values: dict[str, Any]) -> list[Claim]:
    taken = [Claim(**row) for row in uow.session.execute(statement, values).mappings()]
    for claim in taken:
        publish_change(uow, claim)
    return taken


def _due() -> sa.Select[int]:
    return (
        sa.select(Task.id)
        .where(Task.task_type == sa.bindparam("of_type", type_=_TASKS.c.task_type.type))
        .where(Task.status == TaskStatus.PENDING, Task.run_at <= now())
        .order_by(Task.priority, Task.run_at, Task.id)
        .with_for_update(skip_locked=True)
    )


def _claiming(chosen: sa.ColumnElement[bool]) -> Any:  # noqa: ANN401 - a typed RETURNING
    """Return the statement that claims; made once, as making it takes longer than running it."""
    return (
        sa.update(_TASKS)
        .where(chosen, Task.status == TaskStatus.PENDING)
        .values(
            status=TaskStatus.IN_PROGRESS,
            attempt=Task.attempt + 1,
            lease_expires_at=now_plus(sa.bindparam("lease", type_=sa.Float)),
            started_at=now(),
            worker_name=sa.bindparam("by_name"),
            worker_kind=sa.bindparam("by_kind"),
            worker_network=sa.bindparam("by_network"),
        )
        .returning(
            Task.id.label("task_id"),
            *(Task.task_type, Task.subject, Task.video_id, Task.note_id),
            *(Task.attempt, Task.failures, Task.isolated),
        )
    )


_ONE_OF = _claiming(
    Task.id
    == _due().where(Task.id.in_(sa.bindparam("ids", expanding=True))).limit(1).scalar_subquery()
)
# One ordered look a priority, so that what is not due yet is never walked over.
_NEXT = _claiming(
    Task.id
    == sa.func.coalesce(
        *(
            _due().where(Task.priority == priority).limit(1).scalar_subquery()
            for priority in Priority.ALL
        )
    )
)
_MORE = (
    _due()
    .where(Task.video_id == sa.bindparam("of_video"), Task.isolated.is_(False))
    .limit(sa.bindparam("at_most", type_=sa.Integer))
    .cte("more")
)
_MORE_OF_VIDEO = _claiming(Task.id.in_(sa.select(_MORE.c.id)))


def held(claim: Claim) -> sa.ColumnElement[bool]:
    """Select the task while this attempt runs and its lease has not run out."""
    return sa.and_(
        Task.id == claim.task_id,
        Task.attempt == claim.attempt,
        Task.status == TaskStatus.IN_PROGRESS,
        Task.lease_expires_at > now(),
    )


def _update_one(uow: UnitOfWork, where: sa.ColumnElement[bool], values: dict[str, Any]) -> bool:
    result = uow.session.execute(sa.update(_TASKS).where(where).values(values))
    return bool(result.rowcount == 1)  # type: ignore[attr-defined]


def renew(uow: UnitOfWork, claim: Claim, *, lease_seconds: float) -> bool:
    """Prolong the lease; False means that the task is no longer this attempt's: stop."""
    return _update_one(uow, held(claim), {"lease_expires_at": now_plus(lease_seconds)})


def complete(uow: UnitOfWork, claim: Claim, result: dict[str, Any] | None = None) -> int:
    """End the task as completed, in the transaction of its effect; return its priority.

    Counts while nobody claimed the task since, even if the lease has just run out. Raises
    `StaleError` otherwise, so that the caller's transaction, effect included, is rolled back.
    """
    mine = sa.and_(Task.id == claim.task_id, Task.attempt == claim.attempt, Task.status.in_(ACTIVE))
    priority = _complete(uow, mine, result)
    if priority is None:
        raise StaleError(f"task {claim.task_id} is no longer attempt {claim.attempt}'s")
    publish_change(uow, claim)
    return priority


def complete_active(
    uow: UnitOfWork, item: WorkItem, result: dict[str, Any] | None = None
) -> int | None:
    """End the subject's active task, whoever holds it; return its priority, None without one."""
    return _complete(uow, active(item), result)


def active(item: WorkItem) -> sa.ColumnElement[bool]:
    """Select the pending or running task of this subject."""
    return sa.and_(
        Task.task_type == item.task_type, Task.subject == item.subject, Task.status.in_(ACTIVE)
    )


def _complete(
    uow: UnitOfWork, which: sa.ColumnElement[bool], result: dict[str, Any] | None
) -> int | None:
    return cast(
        "int | None",
        uow.session.scalar(
            sa.update(_TASKS).where(which).values(_completed(result)).returning(_TASKS.c.priority)
        ),
    )


def _completed(result: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "status": TaskStatus.COMPLETED,
        "completed_at": now(),
        "lease_expires_at": None,
        "result_details": result,
        "error_code": None,
        "error_message": None,
    }


def is_due(session: Session, task_type: str) -> bool:
    """Say whether a task of this type could be claimed, without taking any lock."""
    return bool(
        session.scalar(
            sa.select(
                sa.or_(
                    *(
                        sa.exists().where(
                            Task.task_type == task_type,
                            Task.status == TaskStatus.PENDING,
                            Task.priority == priority,
                            Task.run_at <= now(),
                        )
                        for priority in Priority.ALL
                    )
                )
            )
        )
    )


def release(uow: UnitOfWork, claim: Claim) -> bool:
    """Give the task back untried; counts no failure. False when it is no longer this attempt's."""
    released = _update_one(
        uow,
        held(claim),
        {"status": TaskStatus.PENDING, "lease_expires_at": None, "poked_at": None},
    )
    if released:
        uow.notify(claim.task_type, claim.task_id)
        publish_change(uow, claim)
    return released
