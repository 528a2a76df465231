"""Setbacks: a failed attempt, or one that lost its worker, and what becomes of its task."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from vidwiz.errors import StaleError
from vidwiz.models import Task, TaskStatus, now, now_plus
from vidwiz.plugin_api import Handling
from vidwiz.services import claims
from vidwiz.services.failures import TaskFailure, backoff_seconds, seconds_until, wait_seconds

if TYPE_CHECKING:
    from vidwiz.ports import UnitOfWork
    from vidwiz.services.claims import Claim

LOST_WORKER = TaskFailure("worker_lost", "The worker stopped in the middle of it.", Handling.RETRY)


def fail(uow: UnitOfWork, claim: Claim, failure: TaskFailure) -> TaskStatus:
    """Record why the attempt failed: the task waits for another try, or ends.

    Raises `StaleError` when the lease has run out or somebody else claimed the task.
    """
    task = uow.session.scalar(sa.select(Task).where(claims.held(claim)).with_for_update())
    if task is None:
        raise StaleError(f"task {claim.task_id} is no longer attempt {claim.attempt}'s")
    uow.session.refresh(task)
    if failure.handling is Handling.WAIT:
        _wait(task, failure)
    else:
        _count_failure(task, failure, delay=_delay(failure, task.failures))
    uow.session.flush()
    return task.status


def _delay(failure: TaskFailure, failures: int) -> float:
    asked = seconds_until(failure.retry_at) if failure.retry_at else 0.0
    return max(asked, backoff_seconds(failures))


def _wait(task: Task, failure: TaskFailure) -> None:
    delay = wait_seconds(failure.code, task.waits)
    if delay is None:
        _end(task, failure)
        return
    if failure.retry_at is not None:
        delay = seconds_until(failure.retry_at)
    task.waits += 1
    _give_back(task, failure, delay)


def _count_failure(task: Task, failure: TaskFailure, *, delay: float) -> None:
    task.failures += 1
    if failure.ends_the_task or task.failures >= task.max_attempts:
        _end(task, failure)
    else:
        _give_back(task, failure, delay)


def _give_back(task: Task, failure: TaskFailure, delay: float) -> None:
    task.status = TaskStatus.PENDING
    task.run_at = now_plus(delay)
    task.poked_at = None
    _note_failure(task, failure)


def _end(task: Task, failure: TaskFailure) -> None:
    task.status = TaskStatus.FAILED
    task.completed_at = now()
    _note_failure(task, failure)


def _note_failure(task: Task, failure: TaskFailure) -> None:
    task.lease_expires_at = None
    task.error_code = failure.code
    task.error_message = failure.message
    task.result_details = {"handling": failure.handling.value}


def recover_expired(uow: UnitOfWork, *, limit: int = 200) -> int:
    """Give back, or end, tasks whose lease has run out; return how many there were."""
    expired = uow.session.scalars(
        sa.select(Task)
        .where(Task.status == TaskStatus.IN_PROGRESS, Task.lease_expires_at < now())
        .order_by(Task.lease_expires_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for task in expired:
        task.alone = True
        _count_failure(task, LOST_WORKER, delay=0.0)
        if task.status is TaskStatus.PENDING:
            uow.poke(task.task_type, task.id)
    uow.session.flush()
    return len(expired)
