"""Looking at the ledger: pages of tasks, and what a helper is told of the one it was given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from vidwiz.models import Note, Task, TaskStatus
from vidwiz.services import video_ids, videos

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from vidwiz.ports import TaskType
    from vidwiz.services.claims import Claim


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which tasks to list; what is None does not matter."""

    status: TaskStatus | None = None
    task_type: TaskType | None = None
    video_id: str | None = None
    code: str | None = None

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        """Return them as conditions of a query."""
        asked = {
            Task.status: self.status,
            Task.task_type: self.task_type,
            Task.video_id: self.video_id,
            Task.error_code: self.code,
        }
        return [column == value for column, value in asked.items() if value is not None]


def page(session: Session, wanted: Wanted, *, number: int, size: int) -> tuple[list[Task], int]:
    """Return a page of tasks, the newest first, and how many there are in all; claims nothing."""
    conditions = wanted.conditions()
    total = session.scalar(sa.select(sa.func.count()).select_from(Task).where(*conditions)) or 0
    tasks = session.scalars(
        sa.select(Task)
        .where(*conditions)
        .order_by(Task.id.desc())
        .limit(size)
        .offset((number - 1) * size)
    )
    return list(tasks), total


def details_of(session: Session, claim: Claim) -> dict[str, Any]:
    """Return what a helper needs to know to work on the task."""
    video = videos.get(session, claim.video_id)
    details: dict[str, Any] = {
        "video_id": claim.video_id,
        "url": video_ids.ref(claim.video_id).url,
        "title": video.title,
    }
    if claim.note_id is not None:
        note = session.get(Note, claim.note_id)
        details |= {"note_id": claim.note_id, "timestamp": note.timestamp if note else None}
    return details
