"""Trying again what failed, as far as its result still lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vidwiz.errors import ConflictError, InvalidInputError, NotFoundError
from vidwiz.models import TaskStatus
from vidwiz.tasks import query, scheduling

if TYPE_CHECKING:
    from vidwiz.models import Task
    from vidwiz.pipeline.kinds import TaskKinds
    from vidwiz.ports import UnitOfWork
    from vidwiz.tasks.query import TaskFilter


def retry(uow: UnitOfWork, kinds: TaskKinds, task: Task) -> Task:
    """Try again now: a failed or cancelled task gets a successor, a waiting one stops waiting.

    Raises `ConflictError` when the task was completed, or what it is about is there or not
    wanted any more: another try would replace it.
    """
    if task.status is TaskStatus.COMPLETED:
        raise ConflictError(f"task {task.id} is completed")
    if not _is_needed(uow, kinds, task):
        raise ConflictError(f"what task {task.id} is about is not needed any more")
    task_id = scheduling.schedule(uow, query.item_of(task))
    scheduling.make_due(uow, task_id)
    uow.notify(task.task_type, task_id)
    successor = query.get(uow.session, task_id)
    uow.session.refresh(successor)
    return successor


def retry_failed(uow: UnitOfWork, kinds: TaskKinds, wanted: TaskFilter) -> int:
    """Retry every failed task among these whose result still lacks; return how many."""
    failed = query.newest_failed(uow.session, wanted)
    needed = [task for task in failed if _is_needed(uow, kinds, task)]
    for task in needed:
        retry(uow, kinds, task)
    return len(needed)


def _is_needed(uow: UnitOfWork, kinds: TaskKinds, task: Task) -> bool:
    try:
        return kinds.named(task.task_type).is_needed(uow.session, query.item_of(task))
    except (InvalidInputError, NotFoundError):
        # Of another version of this program, or of a video that is gone.
        return False
