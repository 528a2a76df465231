"""Tasks on the wire: what helpers are given and what operators see."""

from __future__ import annotations

from marshmallow import fields
from marshmallow.validate import Range

from vidwiz.api.schemas.common import (
    In,
    LineField,
    Out,
    PageIn,
    PageOut,
    QueryInteger,
    TaskTypeField,
    text,
)
from vidwiz.models import Task, TaskStatus

_ATTEMPTS = Range(1, 2**31 - 1)


class PollIn(In):
    """What a helper wants to work on."""

    type = TaskTypeField(required=True)
    timeout = QueryInteger(
        load_default=30, metadata={"description": "Seconds to wait, clamped to 1..60"}
    )
    worker = LineField(128, load_default="helper")
    network = LineField(64, load_default="helper")


class AssignmentOut(Out):
    """A task that a helper was given."""

    task_id = fields.Integer()
    task_type = fields.String()
    task_details = fields.Dict()
    retry_count = fields.Integer()
    attempt = fields.Integer()
    lease_seconds = fields.Float()
    message = fields.String()


class HeartbeatIn(In):
    """Which attempt is still at work."""

    attempt = fields.Integer(required=True, strict=True, validate=_ATTEMPTS)


class LeaseOut(Out):
    """How long the task is the helper's from now on."""

    lease_seconds = fields.Float()


class ResultOut(Out):
    """That a result was taken."""

    message = fields.String()
    task_id = fields.Integer()
    status = fields.String()


def _shown_worker(task: Task) -> dict[str, str | None] | None:
    """Return who works on a task, or did last."""
    if task.worker_name is None:
        return None
    return {"name": task.worker_name, "kind": task.worker_kind, "network": task.worker_network}


class TaskOut(Out):
    """A task with all that the ledger knows of it."""

    id = fields.Integer()
    task_type = fields.String()
    subject = fields.String()
    video_id = fields.Function(
        lambda task: task.video_id or None, metadata={"type": "string", "nullable": True}
    )
    note_id = fields.Integer(allow_none=True)
    status = fields.String()
    priority = fields.Integer()
    attempt = fields.Integer()
    failures = fields.Integer()
    max_attempts = fields.Integer()
    waits = fields.Integer()
    run_at = fields.DateTime()
    lease_expires_at = fields.DateTime(allow_none=True)
    worker = fields.Function(_shown_worker, metadata={"type": "object", "nullable": True})
    poked_at = fields.DateTime(allow_none=True)
    task_details = fields.Dict(allow_none=True)
    result_details = fields.Dict(allow_none=True)
    error_code = fields.String(allow_none=True)
    error_message = fields.String(allow_none=True)
    created_at = fields.DateTime()
    started_at = fields.DateTime(allow_none=True)
    completed_at = fields.DateTime(allow_none=True)
    updated_at = fields.DateTime()


class LedgerIn(PageIn):
    """Which tasks are asked for."""

    status = fields.Enum(TaskStatus, by_value=True)
    type = TaskTypeField()
    video_id = text(64)
    code = text(64)
    per_page = QueryInteger(load_default=50, validate=Range(1, 200))


class TasksOut(PageOut):
    """A page of tasks."""

    tasks = fields.List(fields.Nested(TaskOut))


class RetryIn(In):
    """Which failed tasks to try again."""

    type = TaskTypeField()
    code = text(64)


class RetriedOut(Out):
    """How many tasks are tried again."""

    message = fields.String()
    retried = fields.Integer()
