"""How far imports are: counted from their items and from what became of each video."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from vidwiz.models import (
    ACTIVE_ROWS,
    ImportItem,
    ImportState,
    ItemState,
    Task,
    TaskStatus,
    Transcript,
    VideoImport,
    now,
)
from vidwiz.models.base import UtcDateTime
from vidwiz.services.importing.estimate import USUAL_SECONDS, Workload
from vidwiz.tasks import query, subjects
from vidwiz.tasks.stages import stage_of_task
from vidwiz.tasks.types import TaskType

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from vidwiz.tasks.stages import Stage

MOST_FAILURES_SHOWN = 50

_SUBJECT_OF_VIDEO = sa.literal(subjects.VIDEO_PREFIX) + ImportItem.video_id
_SUBJECT_OF_TRANSCRIPT = sa.literal(subjects.TRANSCRIPT_PREFIX) + sa.cast(Transcript.id, sa.String)


def _newest(
    task_type: TaskType,
    subject: sa.ColumnElement[str],
    column: Any = Task.status,  # noqa: ANN401
) -> sa.ScalarSelect[Any]:
    return (
        sa.select(column)
        .where(Task.subject == subject, Task.task_type == task_type.value)
        .order_by(Task.id.desc())
        .limit(1)
        .correlate(ImportItem, Transcript)
        .scalar_subquery()
    )


_FETCH = _newest(TaskType.FETCH_TRANSCRIPT, _SUBJECT_OF_VIDEO)
_SUMMARY = _newest(TaskType.GENERATE_SUMMARY, _SUBJECT_OF_TRANSCRIPT)
# With a transcript its summary decides, without one the fetch. A video whose metadata alone is
# missing is done.
END = sa.case(
    (Transcript.summary.is_not(None), ItemState.DONE.value),
    (sa.and_(Transcript.id.is_not(None), _SUMMARY == TaskStatus.COMPLETED), ItemState.DONE.value),
    (sa.and_(Transcript.id.is_not(None), _SUMMARY == TaskStatus.FAILED), ItemState.FAILED.value),
    (sa.and_(Transcript.id.is_(None), _FETCH == TaskStatus.FAILED), ItemState.FAILED.value),
    (sa.and_(Transcript.id.is_(None), _FETCH == TaskStatus.CANCELLED), ItemState.CANCELLED.value),
)
_SHARED = sa.and_(
    # Looked up for those alone of which the end is not noted yet.
    ImportItem.state == ItemState.BEGUN.value,
    Transcript.video_id == ImportItem.video_id,
    Transcript.owner_id.is_(None),
)
IS_BEGUN = ImportItem.state == ItemState.BEGUN.value
_STATE = sa.case((IS_BEGUN, sa.func.coalesce(END, ImportItem.state)), else_=ImportItem.state)
"""The state of an item, also where its end is not noted yet."""
BEGUN = (
    sa.select(ImportItem.id, ImportItem.import_id, END.label("end"))
    .outerjoin(Transcript, _SHARED)
    .where(IS_BEGUN)
)
"""The items that are begun, and how each has ended without anybody having noted it."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How many videos of an import are how far; `left` is what is still to be done."""

    state: str
    total: int
    known: int
    new: int
    done: int
    failed: int
    cancelled: int
    left: Workload
    waits: Stage
    """Why and until when the import itself waits, or why it failed."""


def of_imports(session: Session, found: Sequence[VideoImport]) -> dict[int, Progress]:
    """Return the progress of each of these imports, with a few queries for all."""
    ids = [each.id for each in found]
    counts = _counts(session, ids)
    tasks = query.newest_tasks(session, [subjects.next_of_import(id_).subject for id_ in ids])
    progress = {}
    for each in found:
        item = subjects.next_of_import(each.id)
        stage = stage_of_task(tasks.get((item.task_type, item.subject)))
        progress[each.id] = _progress(each, counts.get(each.id, {}), stage)
    return progress


@dataclass(slots=True)
class _Count:
    videos: int = 0
    without_duration: int = 0
    seconds: float = 0.0

    def work(self) -> Workload:
        return Workload(self.videos, self.seconds + self.without_duration * USUAL_SECONDS)


def _counts(session: Session, ids: Sequence[int]) -> dict[int, dict[str, _Count]]:
    """Count the videos of each import by their states; those that have ended count as such."""
    items = (
        sa.select(ImportItem.import_id, _STATE.label("state"), ImportItem.duration)
        .outerjoin(Transcript, _SHARED)
        .where(ImportItem.import_id.in_(ids))
        .subquery()
        .c
    )
    rows = session.execute(
        sa.select(
            items.import_id,
            items.state,
            sa.func.count(),
            sa.func.count(items.duration),
            sa.func.coalesce(sa.func.sum(items.duration), 0.0),
        ).group_by(items.import_id, items.state)
    )
    counts: dict[int, dict[str, _Count]] = {}
    for import_id, its_state, videos, with_duration, seconds in rows:
        count = _Count(videos, videos - with_duration, float(seconds))
        counts.setdefault(import_id, {})[its_state] = count
    return counts


def _progress(found: VideoImport, counts: dict[str, _Count], stage: Stage) -> Progress:
    def count(*states: ItemState) -> int:
        return sum(counts.get(state.value, _Count()).videos for state in states)

    total = sum(each.videos for each in counts.values())
    new, begun = (counts.get(s.value, _Count()).work() for s in (ItemState.NEW, ItemState.BEGUN))
    left = Workload(new.videos + begun.videos, new.seconds + begun.seconds)
    state = found.state
    if state == ImportState.RUNNING and not left.videos:
        # The sweeper will note it.
        state = ImportState.COMPLETED.value
    return Progress(
        state=state,
        total=total,
        known=count(ItemState.KNOWN),
        new=total - count(ItemState.KNOWN),
        done=count(ItemState.DONE),
        failed=count(ItemState.FAILED),
        cancelled=count(ItemState.CANCELLED),
        left=left,
        waits=stage,
    )


def seconds_until_work(session: Session, import_id: int) -> float | None:
    """Return after how many seconds something of the import is due; None when nothing is."""
    its_own = Task.subject == subjects.next_of_import(import_id).subject
    its_videos = Task.video_id.in_(
        sa.select(ImportItem.video_id).where(
            ImportItem.import_id == import_id, ImportItem.state == ItemState.BEGUN.value
        )
    )
    due = sa.case((Task.status == TaskStatus.IN_PROGRESS, now()), else_=Task.run_at)
    first = sa.select(sa.func.min(due, type_=UtcDateTime())).where(ACTIVE_ROWS)
    moments = [session.scalar(first.where(which)) for which in (its_own, its_videos)]
    times = [moment for moment in moments if moment is not None]
    return max((min(times) - datetime.now(UTC)).total_seconds(), 0.0) if times else None


@dataclass(frozen=True, slots=True)
class FailedVideo:
    """A video of an import of which nothing will come, and why."""

    video_id: str
    title: str | None
    code: str | None
    message: str | None


def failures(session: Session, import_id: int) -> list[FailedVideo]:
    """Return the first of the import's videos that failed."""
    reasons = [
        sa.func.coalesce(
            _newest(TaskType.GENERATE_SUMMARY, _SUBJECT_OF_TRANSCRIPT, column),
            _newest(TaskType.FETCH_TRANSCRIPT, _SUBJECT_OF_VIDEO, column),
        )
        for column in (Task.error_code, Task.error_message)
    ]
    rows: Any = session.execute(
        sa.select(ImportItem.video_id, ImportItem.title, *reasons)
        .outerjoin(
            Transcript,
            sa.and_(Transcript.video_id == ImportItem.video_id, Transcript.owner_id.is_(None)),
        )
        .where(ImportItem.import_id == import_id, _STATE.in_([ItemState.FAILED.value]))
        .order_by(ImportItem.id)
        .limit(MOST_FAILURES_SHOWN)
    )
    return [FailedVideo(*tuple(row)) for row in rows]
