"""`vidwiz tasks`: look at the ledger, and try again what failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from vidwiz.cli import tables
from vidwiz.cli.lazy import Commands
from vidwiz.cli.opening import opened
from vidwiz.db import reading, unit_of_work
from vidwiz.models import TaskStatus
from vidwiz.ports import TaskType
from vidwiz.services import ledger, task_lists, video_ids

if TYPE_CHECKING:
    from datetime import datetime

    from vidwiz.models import Task
    from vidwiz.ports import UnitOfWork

_ONE_LOT = 200

_type = click.option("--type", "task_type", type=click.Choice(list(TaskType)))
_video = click.option(
    "--video", metavar="VIDEO", callback=lambda _c, _p, v: v and video_ids.parse(v)
)
_code = click.option("--code", help="The reason's code, such as worker_lost.")


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
    task_type: TaskType | None,
    video: str | None,
    code: str | None,
    limit: int,
) -> None:
    """Show tasks, the newest first."""
    wanted = task_lists.Wanted(status=status, task_type=task_type, video_id=video, code=code)
    with opened():
        with reading() as session:
            found, total = task_lists.page(session, wanted, number=1, size=limit)
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
    *, task_id: int | None, task_type: TaskType | None, code: str | None, video: str | None
) -> None:
    """Try TASK_ID again now, or everything that failed (with this type, code or video)."""
    if task_id is not None and (task_type or code or video):
        raise click.UsageError("give an id, or options, not both")
    with opened() as runtime, unit_of_work(runtime.queue) as uow:
        if task_id is not None:
            successor = ledger.retry(uow, ledger.get(uow.session, task_id))
            words = f"Task {successor.id} is {successor.status}."
        elif video is not None:
            words = f"{_retry_video(uow, video, task_type, code)} tasks are tried again."
        else:
            count = ledger.retry_failed(uow, task_type=task_type, code=code)
            words = f"{count} tasks are tried again."
    click.echo(words)


def _retry_video(
    uow: UnitOfWork, video_id: str, task_type: TaskType | None, code: str | None
) -> int:
    """Retry what failed last of one video; work that has a newer task is left alone."""
    wanted = task_lists.Wanted(
        status=TaskStatus.FAILED, task_type=task_type, video_id=video_id, code=code
    )
    failed, _ = task_lists.page(uow.session, wanted, number=1, size=_ONE_LOT)
    newest = ledger.newest_tasks(uow.session, {task.subject for task in failed})
    last = [task for task in failed if newest[task.task_type, task.subject].id == task.id]
    for task in last:
        ledger.retry(uow, task)
    return len(last)
