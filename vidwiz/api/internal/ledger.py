"""The ledger for operators: looking at tasks, trying them again, cancelling them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vidwiz.api.auth import ADMINS
from vidwiz.api.blueprints import Blueprint
from vidwiz.api.replies import reply
from vidwiz.api.schemas.common import page_numbers
from vidwiz.api.schemas.tasks import LedgerIn, RetriedOut, RetryIn, TaskOut, TasksOut
from vidwiz.api.transactions import looking, writing
from vidwiz.services import ledger, task_lists

if TYPE_CHECKING:
    from flask import Response

blueprint = Blueprint("ledger", __name__, description="The ledger of all work")
_TASK = TaskOut()
_TASKS = TasksOut()


@blueprint.get("/ledger", door=ADMINS)
@blueprint.arguments(LedgerIn(), location="query")
@blueprint.response(200, TasksOut)
def list_tasks(asked: dict[str, Any]) -> Response:
    """List tasks, the newest first; looking never claims."""
    wanted = task_lists.Wanted(
        status=asked.get("status"),
        task_type=asked.get("type"),
        video_id=asked.get("video_id"),
        code=asked.get("code"),
    )
    page, size = asked["page"], asked["per_page"]
    with looking() as session:
        found, total = task_lists.page(session, wanted, number=page, size=size)
        numbers = page_numbers(total=total, page=page, per_page=size)
        return reply(_TASKS, {"tasks": found, **numbers})


@blueprint.get("/tasks/<id:task_id>", door=ADMINS)
@blueprint.response(200, TaskOut)
def get_task(task_id: int) -> Response:
    """Return one task."""
    with looking() as session:
        return reply(_TASK, ledger.get(session, task_id))


@blueprint.post("/tasks/<id:task_id>/retry", door=ADMINS)
@blueprint.response(200, TaskOut)
def retry_task(task_id: int) -> Response:
    """Try again now; the answer is the task that will be worked on."""
    with writing() as uow:
        return reply(_TASK, ledger.retry(uow, ledger.get(uow.session, task_id)))


@blueprint.post("/tasks/<id:task_id>/cancel", door=ADMINS)
@blueprint.response(200, TaskOut)
def cancel_task(task_id: int) -> Response:
    """Cancel a task that has not ended."""
    with writing() as uow:
        return reply(_TASK, ledger.cancel_task(uow, task_id))


@blueprint.post("/tasks/retry", door=ADMINS)
@blueprint.arguments(RetryIn(), location="query")
@blueprint.response(200, RetriedOut)
def retry_failed_tasks(asked: dict[str, Any]) -> dict[str, Any]:
    """Try again everything that failed, of this type and with this code."""
    with writing() as uow:
        count = ledger.retry_failed(uow, task_type=asked.get("type"), code=asked.get("code"))
    return {"message": f"{count} tasks are tried again.", "retried": count}
