"""Stages: how far a piece of work is, as users see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vidwiz.models import Task, TaskStatus
from vidwiz.plugin_api import Handling

if TYPE_CHECKING:
    from datetime import datetime

ENDED = ("ready", "unavailable")


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage: its state, and why and until when it is not ready."""

    state: str
    code: str | None = None
    message: str | None = None
    next_try_at: datetime | None = None
    source: str | None = None


def stage_of_task(task: Task | None) -> Stage:
    """Return the stage of work whose result is not there."""
    if task is None or task.status in (TaskStatus.CANCELLED, TaskStatus.COMPLETED):
        return Stage("none")
    if task.status is TaskStatus.IN_PROGRESS:
        return Stage("running")
    if task.status is TaskStatus.FAILED:
        return Stage("unavailable", task.error_code, task.error_message)
    waits = (task.result_details or {}).get("handling") == Handling.WAIT
    state = "waiting" if waits or task.failures == 0 else "retrying"
    next_try = task.run_at if task.error_code else None
    return Stage(state, task.error_code, task.error_message, next_try)
