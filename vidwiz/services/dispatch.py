"""Dispatch: scheduling what a stored transcript makes possible, its summary and waiting notes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from vidwiz.models import Note, PeriodicRun, Priority, Task, TaskStatus, User, Video, now
from vidwiz.models.upsert import insert_ignoring
from vidwiz.ports import VideoChanged
from vidwiz.services import transcripts, videos
from vidwiz.statements import followers
from vidwiz.tasks import scheduling, subjects
from vidwiz.tasks.types import TaskType

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from vidwiz.ports import UnitOfWork
    from vidwiz.statements.dialects import PerDialect

_NAMES_OF_SUMMARIES = {
    "summary_type": TaskType.GENERATE_SUMMARY.value,
    "summary_prefix": subjects.TRANSCRIPT_PREFIX,
}
_NAMES_OF_NOTES = {
    "note_type": TaskType.GENERATE_NOTE.value,
    "note_prefix": subjects.NOTE_PREFIX,
}
_NOTE_SUBJECT = sa.literal(subjects.NOTE_PREFIX) + sa.cast(Note.id, sa.String)
FORGOTTEN_NOTES = "forgotten notes"
_SLICE = 5000


def dispatch(
    uow: UnitOfWork, transcript_id: int, video_id: str, *, priority: int = Priority.PERSON
) -> None:
    """Schedule what a shared transcript of the locked video lacks: summary and waiting notes.

    The lock keeps notes from being created unseen at this moment.
    """
    of_transcript = {"of_transcript": transcript_id, "of_video": video_id}
    values = {**_NAMES_OF_SUMMARIES, **_NAMES_OF_NOTES, **of_transcript, "of_priority": priority}
    if TaskType.GENERATE_SUMMARY in _insert(uow, followers.INSERT_OF_TRANSCRIPT, values):
        uow.publish(VideoChanged(video_id))


def schedule_note(uow: UnitOfWork, note_id: int) -> None:
    """Schedule the text of this note if it waits for the AI. Its row must have been flushed."""
    values = {**_NAMES_OF_NOTES, "of_note": note_id, "of_priority": Priority.PERSON}
    _insert(uow, followers.INSERT_OF_NOTE, values)


def _insert(uow: UnitOfWork, insert: PerDialect, values: dict[str, Any]) -> set[str]:
    """Insert tasks and have workers notified of them; return their types."""
    inserted = uow.connection.execute(insert.on(uow.connection), values).all()
    for task_id, task_type in inserted:
        uow.notify(task_type, task_id)
    return {task_type for _, task_type in inserted}


def dispatch_if_due(uow: UnitOfWork, video_id: str) -> None:
    """Dispatch the video's shared transcript unless somebody else just did."""
    videos.lock(uow, video_id)
    transcript = transcripts.shared(uow.session, video_id)
    if transcript is not None and transcript.dispatched_at is None:
        dispatch(uow, transcript.id, video_id)
        transcript.dispatched_at = now()


def schedule_notes(
    uow: UnitOfWork, which: sa.ColumnElement[bool], *, priority: int = Priority.PERSON
) -> int:
    """Schedule all of these notes that wait for the AI, with one statement; count the new tasks."""
    waiting = (
        sa.select(_NOTE_SUBJECT, Note.video_id, Note.id, sa.literal(priority))
        .join(User, User.id == Note.user_id)
        .where(which, Note.text.is_(None), User.ai_notes_enabled.is_(True))
        .order_by(Note.id)
    )
    columns = ("subject", "video_id", "note_id", "priority")
    return len(scheduling.insert_from_select(uow, TaskType.GENERATE_NOTE, columns, waiting))


@dataclass(frozen=True, slots=True)
class ForgottenNotes:
    """What one look through a slice of the waiting notes has found."""

    note_ids: tuple[int, ...]
    begin: int
    end: int
    """The next look begins after this id; 0 is the beginning."""


def find_forgotten_notes(session: Session) -> ForgottenNotes:
    """Look through the next slice of the waiting notes.

    A note is forgotten when it is wanted and possible, and its newest task neither is active nor
    failed for good. A slice keeps the look short however many notes wait.
    """
    run = session.get(PeriodicRun, FORGOTTEN_NOTES)
    begin = run.cursor if run is not None else 0
    ids = session.scalars(
        sa.select(Note.id)
        .where(Note.text.is_(None), Note.id > begin)
        .order_by(Note.id)
        .limit(_SLICE)
    ).all()
    if not ids:
        return ForgottenNotes((), begin, 0)
    newest = (
        sa.select(Task.status)
        .where(Task.subject == _NOTE_SUBJECT, Task.task_type == TaskType.GENERATE_NOTE)
        .order_by(Task.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    taken_care_of = (TaskStatus.PENDING, TaskStatus.IN_PROGRESS, TaskStatus.FAILED)
    forgotten = session.scalars(
        sa.select(Note.id)
        .join(User, User.id == Note.user_id)
        .join(Video, Video.video_id == Note.video_id)
        .where(Note.text.is_(None), Note.id > begin, Note.id <= ids[-1])
        .where(User.ai_notes_enabled.is_(True), Video.transcript_available.is_(True))
        .where(sa.or_(newest.is_(None), newest.not_in(taken_care_of)))
    )
    return ForgottenNotes(tuple(forgotten), begin, ids[-1] if len(ids) == _SLICE else 0)


def schedule_forgotten_notes(uow: UnitOfWork, found: ForgottenNotes) -> int:
    """Schedule what was found, as far as it still waits, and keep where the next look begins."""
    uow.session.execute(
        insert_ignoring(uow.session, PeriodicRun).values(name=FORGOTTEN_NOTES, started_at=now())
    )
    uow.session.execute(
        sa.update(PeriodicRun)
        .where(PeriodicRun.name == FORGOTTEN_NOTES)
        .values(cursor=found.end, started_at=now())
    )
    return schedule_notes(uow, Note.id.in_(found.note_ids)) if found.note_ids else 0
