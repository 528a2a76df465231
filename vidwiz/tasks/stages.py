"""Stages: how far a piece of work is, as users see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from vidwiz.models import TaskStatus
from vidwiz.plugin_api import Handling

if TYPE_CHECKING:
    from collections.abc import Mapping
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


class NewestTask(Protocol):
    """What a stage tells of a task: the object, or a row of a query."""

    @property
    def status(self) -> TaskStatus: ...

    @property
    def failures(self) -> int: ...

    @property
    def error_code(self) -> str | None: ...

    @property
    def error_message(self) -> str | None: ...

    @property
    def result_details(self) -> Mapping[str, Any] | None: ...

    @property
    def run_at(self) -> datetime: ...


def stage_of_task(task: NewestTask | None) -> Stage:
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
