"""Events of the ledger: every change of a task changes a stage that users see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vidwiz.ports import NoteChanged, VideoChanged

if TYPE_CHECKING:
    from vidwiz.models import Task
    from vidwiz.ports import UnitOfWork
    from vidwiz.tasks.types import WorkItem


def publish_change(uow: UnitOfWork, item: WorkItem | Task) -> None:
    """Publish after the commit that the stage of this work has changed.

    Work that is about no single video has no stage.
    """
    if item.note_id is not None:
        uow.publish(NoteChanged(item.note_id, item.video_id))
    elif item.video_id:
        uow.publish(VideoChanged(item.video_id))
