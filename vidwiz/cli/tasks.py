"""`vidwiz tasks`: look at the ledger, and try again what failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from vidwiz.cli import tables
from vidwiz.cli.lazy import Commands
from vidwiz.cli.opening import open_runtime
from vidwiz.db.transactions import read_transaction
from vidwiz.models import TaskStatus
from vidwiz.pipeline import retries
from vidwiz.pipeline.flow import KINDS
from vidwiz.services import video_ids
from vidwiz.tasks import query

if TYPE_CHECKING:
    from datetime import datetime

    from vidwiz.models import Task

_ONE_LOT = 200

_type = click.option("--type", "task_type", type=click.Choice(KINDS.names))
_video = click.option("--video", metavar="VIDEO", callback=lambda _c, _p, v: v and _video_id(v))
_code = click.option("--code", help="The reason's code, such as worker_lost.")


def _video_id(text: str) -> str:
    return text if video_ids.is_valid(text) else video_ids.parse(text)


@click.group(cls=Commands)
def tasks() -> None:
    """Look at the work, and try again what failed."""


@tasks.command("list")
@click.option("--status", type=click.Choice(list(TaskStatus)))
@_type
@_video
@_code
@click.option("--limit", type=click.IntRange(1, _ONE_LOT), default=50, show_default=True)
def list_(
    *,
    status: TaskStatus | None,
    task_type: str | None,
    video: str | None,
    code: str | None,
    limit: int,
) -> None:
    """Show tasks, the newest first."""
    wanted = query.TaskFilter(status=status, task_type=task_type, video_id=video, code=code)
    with open_runtime():
        with read_transaction() as session:
            found, total = query.page(session, wanted, number=1, size=limit)
        tables.show(
            ("id", "type", "subject", "status", "failures", "next try", "code", "message"),
            [_row(task) for task in found],
            empty="There are no such tasks.",
        )
        if total > len(found):
            click.echo(f"... and {total - len(found)} more (--limit)", err=True)


def _row(task: Task) -> tuple[object, ...]:
    next_try = _clock(task.run_at) if task.status is TaskStatus.PENDING else ""
    return (
        *(task.id, task.task_type, task.subject, task.status, task.failures),
        *(next_try, task.error_code, task.error_message),
    )


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M:%S}"


@tasks.command()
@click.argument("task_id", type=click.IntRange(min=1), required=False)
@_type
@_code
@_video
def retry(
    *, task_id: int | None, task_type: str | None, code: str | None, video: str | None
) -> None:
    """Try TASK_ID again now, or everything that failed (with this type, code or video)."""
    if task_id is not None and (task_type or code or video):
        raise click.UsageError("give an id, or options, not both")
    wanted = query.TaskFilter(task_type=task_type, video_id=video, code=code)
    with open_runtime() as runtime, runtime.unit_of_work() as uow:
        if task_id is not None:
            successor = retries.retry(uow, KINDS, query.get(uow.session, task_id))
            message = f"Task {successor.id} is {successor.status}."
        else:
            count = retries.retry_failed(uow, KINDS, wanted)
            message = f"{count} tasks are tried again."
    click.echo(message)
