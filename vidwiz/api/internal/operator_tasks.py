"""The ledger for operators: looking at tasks, trying them again, cancelling them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vidwiz.api.blueprints import Blueprint
from vidwiz.api.schemas.common import page_numbers
from vidwiz.api.schemas.tasks import LedgerIn, RetriedOut, RetryIn, TaskOut, TasksOut
from vidwiz.http.auth import ADMINS
from vidwiz.http.replies import reply
from vidwiz.http.transactions import read_transaction, write_transaction
from vidwiz.pipeline import retries
from vidwiz.pipeline.flow import KINDS
from vidwiz.tasks import query, scheduling

if TYPE_CHECKING:
    from flask import Response

blueprint = Blueprint("ledger", __name__, description="The ledger of all work")
_TASK = TaskOut()
_TASKS = TasksOut()


@blueprint.get("/ledger", access=ADMINS)
@blueprint.arguments(LedgerIn(), location="query")
@blueprint.response(200, TasksOut)
def list_tasks(asked: dict[str, Any]) -> Response:
    """List tasks, the newest first; looking never claims."""
    wanted = query.TaskFilter(
        status=asked.get("status"),
        task_type=asked.get("type"),
        video_id=asked.get("video_id"),
        code=asked.get("code"),
    )
    page, size = asked["page"], asked["per_page"]
    with read_transaction() as session:
        found, total = query.page(session, wanted, number=page, size=size)
        numbers = page_numbers(total=total, page=page, per_page=size)
        return reply(_TASKS, {"tasks": found, **numbers})


@blueprint.get("/tasks/<id:task_id>", access=ADMINS)
@blueprint.response(200, TaskOut)
def get_task(task_id: int) -> Response:
    """Return one task."""
    with read_transaction() as session:
        return reply(_TASK, query.get(session, task_id))


@blueprint.post("/tasks/<id:task_id>/retry", access=ADMINS)
@blueprint.response(200, TaskOut)
def retry_task(task_id: int) -> Response:
    """Try again now; the answer is the task that will be worked on."""
    with write_transaction() as uow:
        return reply(_TASK, retries.retry(uow, KINDS, query.get(uow.session, task_id)))


@blueprint.post("/tasks/<id:task_id>/cancel", access=ADMINS)
@blueprint.response(200, TaskOut)
def cancel_task(task_id: int) -> Response:
    """Cancel a task that has not ended."""
    with write_transaction() as uow:
        return reply(_TASK, scheduling.cancel_task(uow, task_id))


@blueprint.post("/tasks/retry", access=ADMINS)
@blueprint.arguments(RetryIn(), location="query")
@blueprint.response(200, RetriedOut)
def retry_failed_tasks(asked: dict[str, Any]) -> dict[str, Any]:
    """Try again everything that failed, of this type and with this code."""
    with write_transaction() as uow:
        wanted = query.TaskFilter(task_type=asked.get("type"), code=asked.get("code"))
        count = retries.retry_failed(uow, KINDS, wanted)
    return {"message": f"{count} tasks are tried again.", "retried": count}
