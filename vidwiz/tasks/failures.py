"""A failed attempt, or one that lost its worker, and what becomes of its task."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa

from vidwiz.errors import StaleError
from vidwiz.models import RUNNING_ROWS, Task, TaskStatus, now, now_plus
from vidwiz.plugin_api import FAILURES, Handling
from vidwiz.statements.tasks import SELECT_HELD
from vidwiz.tasks import retry_policy
from vidwiz.tasks.changes import publish_change
from vidwiz.tasks.retry_policy import policy_of, retry_delay, wait_delay, waited_long_enough
from vidwiz.tasks.types import FETCHES, TEXTS, TaskFailure

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vidwiz.ports import UnitOfWork
    from vidwiz.tasks.types import Claim

WORKER_LOST = TaskFailure.of_code("worker_lost")
# What no fetcher here can do today, and how it is handled when it has not changed for days.
_WAITS_BEFORE_IT_ENDS = {"po_token_required": Handling.OPERATOR}
_CRASH = "fetcher_crash"


def fail(uow: UnitOfWork, claim: Claim, failure: TaskFailure) -> TaskStatus:
    """Record why the attempt failed: the task waits for another try, or ends.

    Raises `StaleError` when the lease has run out or somebody else claimed the task.
    """
    task = uow.session.scalar(
        SELECT_HELD,
        {"of_task": claim.task_id, "of_attempt": claim.attempt},
        execution_options={"populate_existing": True},
    )
    if task is None:
        raise StaleError(f"task {claim.task_id} is no longer attempt {claim.attempt}'s")
    if failure.handling is Handling.WAIT or failure.code in _WAITS_BEFORE_IT_ENDS:
        _wait(task, failure)
    else:
        _count_failure(task, failure, delay=retry_delay(task.failures, failure.retry_at))
    publish_change(uow, task)
    uow.session.flush()
    return task.status


def _wait(task: Task, failure: TaskFailure) -> None:
    """Have the task wait; it ends when it has waited long enough for this code."""
    waiting = replace(failure, handling=Handling.WAIT)
    reason = retry_policy.reason(failure.code, of_provider=task.task_type in TEXTS)
    if not policy_of(reason).counted:
        _give_back(task, waiting, wait_delay(reason, 0, failure.retry_at))
        return
    waits = dict(task.waits_by_code or {})
    this = waits.get(failure.code) or {"count": 0, "since": datetime.now(UTC).isoformat()}
    since = datetime.fromisoformat(this["since"])
    if waited_long_enough(reason, since, datetime.now(UTC)):
        handling = _WAITS_BEFORE_IT_ENDS.get(failure.code, failure.handling)
        _end(task, replace(failure, handling=handling))
        return
    delay = wait_delay(reason, this["count"], failure.retry_at)
    task.waits += 1
    task.waits_by_code = {**waits, failure.code: {**this, "count": this["count"] + 1}}
    _give_back(task, waiting, delay)


def _count_failure(task: Task, failure: TaskFailure, *, delay: float) -> None:
    task.failures += 1
    if failure.code == _CRASH and task.error_code == _CRASH:
        # The plugin has a bug, which no third try mends; the log has it under this number.
        _end(task, replace(failure, message=f"{failure.message} (task {task.id})"))
    elif failure.ends_the_task or task.failures >= task.max_attempts:
        _end(task, failure)
    else:
        _give_back(task, failure, delay)


def _give_back(task: Task, failure: TaskFailure, delay: float) -> None:
    task.status = TaskStatus.PENDING
    task.run_at = now_plus(delay)
    task.poked_at = None
    _record(task, failure)
    if _is_refusal(task, failure):
        task.blocked_network = task.worker_network


def _is_refusal(task: Task, failure: TaskFailure) -> bool:
    """Say whether a site refused this network, so that a worker on another one may succeed.

    What an LLM provider refuses, it refuses to our key.
    """
    known = FAILURES.get(failure.code)
    return known is not None and known.opens_breaker and task.task_type in FETCHES


def _end(task: Task, failure: TaskFailure) -> None:
    task.status = TaskStatus.FAILED
    task.completed_at = now()
    _record(task, failure)


def _record(task: Task, failure: TaskFailure) -> None:
    task.lease_expires_at = None
    task.blocked_network = None
    task.error_code = failure.code
    task.error_message = failure.message
    task.result_details = {"handling": failure.handling.value}


def recover_expired(uow: UnitOfWork, task_types: Iterable[str], *, limit: int = 200) -> int:
    """Give back, or end, tasks whose lease has run out; return how many there were.

    A task of a type that is not among `task_types` belongs to another version of this program
    and is left as it is.
    """
    expired = sa.and_(RUNNING_ROWS, Task.lease_expires_at < now())
    known = Task.task_type.in_(list(task_types))
    return _recover(uow, sa.and_(expired, known), limit=limit, skip_locked=True)


def recover_lost(uow: UnitOfWork, worker_name: str, task_types: Iterable[str]) -> int:
    """Give back, or end, what a worker holds that has died; return how many tasks there were."""
    held = sa.and_(RUNNING_ROWS, Task.worker_name == worker_name)
    # Waited for is what the database still does for the dead: its last statement, or a roll back.
    return _recover(uow, sa.and_(held, Task.task_type.in_(list(task_types))), skip_locked=False)


def _recover(
    uow: UnitOfWork, which: sa.ColumnElement[bool], *, skip_locked: bool, limit: int = 200
) -> int:
    lost = uow.session.scalars(
        sa.select(Task)
        .where(which)
        # Those that are waited for are locked in the order in which all others lock them.
        .order_by(Task.lease_expires_at if skip_locked else Task.id)
        .limit(limit)
        .with_for_update(skip_locked=skip_locked)
    ).all()
    for task in lost:
        task.isolated = True
        _count_failure(task, WORKER_LOST, delay=0.0)
        publish_change(uow, task)
        if task.status is TaskStatus.PENDING:
            uow.notify(task.task_type, task.id)
    uow.session.flush()
    return len(lost)
