"""Notes: marks that users make, and the text that the AI puts at them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from vidwiz.errors import InvalidInputError, NotFoundError
from vidwiz.models import Note, Task, User, Video
from vidwiz.ports import NoteChanged
from vidwiz.services import dispatch, timestamps, video_ids, videos
from vidwiz.services.video_stages import of_videos
from vidwiz.statements import notes as statements
from vidwiz.statements.effects import FILL_NOTE, FILL_NOTE_OF_VERSION, REPLACE_NOTE
from vidwiz.tasks import query, scheduling, subjects
from vidwiz.tasks.stages import Stage, stage_of_task
from vidwiz.tasks.types import TaskType

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from vidwiz.ports import UnitOfWork
    from vidwiz.services.quotas import Allowance
    from vidwiz.services.video_ids import NamedVideo

LONGEST_TEXT = 10_000


def create(  # noqa: PLR0913 - all that makes a note
    uow: UnitOfWork,
    *,
    user_id: int,
    video_id: str | NamedVideo,
    timestamp: str,
    text: str | None = None,
    video_title: str | None = None,
    allowance: Allowance | None = None,
) -> Note:
    """Put a mark into a video, which becomes known if it was not; blank text waits for the AI.

    The returned object is a copy that the session does not know.
    """
    asked = video_ids.named(video_id) if isinstance(video_id, str) else video_id
    seconds = timestamps.seconds(timestamp)
    new = _NewNote(asked.video_id, user_id, timestamp, seconds, _kept_text(text))
    note = _insert(uow, statements.INSERT_INTO_COMPLETE_VIDEO, new)
    transcript_available = True
    if note is None:
        video = videos.ensure(uow, asked, title=video_title, allowance=allowance)
        _check_is_inside(new.seconds, video.duration)
        note = _insert(uow, statements.INSERT, new)
        assert note is not None
        transcript_available = video.transcript_available
    if transcript_available and note.text is None:
        dispatch.schedule_note(uow, note.id)
    return note


def create_at_once(
    uow: UnitOfWork, *, user_id: int, video_id: str, timestamp: str, text: str
) -> Note | None:
    """Put a mark with a text into a video of which nothing is missing, with one statement.

    None, and nothing done, where something is missing or the moment is not in the video. Raises
    `InvalidInputError` for a time that is none.
    """
    new = _NewNote(video_id, user_id, timestamp, timestamps.seconds(timestamp), text)
    return _insert(uow, statements.INSERT_INTO_COMPLETE_VIDEO, new)


@dataclass(frozen=True, slots=True)
class _NewNote:
    video_id: str
    user_id: int
    timestamp: str
    seconds: int
    text: str | None


def _insert(uow: UnitOfWork, statement: sa.Insert, new: _NewNote) -> Note | None:
    values = asdict(new)
    made = uow.connection.execute(statement, values).mappings().first()
    if made is None:
        return None
    note = Note(**values, **made, generated_by_ai=False)
    uow.publish(NoteChanged(note.id, note.video_id))
    return note


def _duration(video: Video) -> float | None:
    return (video.video_metadata or {}).get("duration")


def _check_is_inside(seconds: int, duration: float | None) -> None:
    if duration and seconds > duration:
        end = timestamps.label(duration)
        raise InvalidInputError(f"the video ends at {end}", field="timestamp")


def _kept_text(text: str | None) -> str | None:
    return text if text and text.strip() else None


def _schedule_if_waiting(uow: UnitOfWork, note: Note, video: Video) -> None:
    """Schedule the text now, if it is wanted and possible; else dispatch will do it."""
    if video.transcript_available and note.text is None:
        dispatch.schedule_note(uow, note.id)


def get(session: Session, note_id: int, *, user_id: int) -> Note:
    """Return the user's note; raise `NotFoundError`, also for another user's."""
    note = session.scalar(sa.select(Note).where(Note.id == note_id, Note.user_id == user_id))
    if note is None:
        raise unknown(note_id)
    return note


def get_any(session: Session, note_id: int) -> Note:
    """Return the note, whoever it belongs to; raise `NotFoundError`."""
    note = session.get(Note, note_id)
    if note is None:
        raise unknown(note_id)
    return note


def unknown(note_id: int) -> NotFoundError:
    """Return the error for a note that is not there or is somebody else's."""
    return NotFoundError(f"there is no note {note_id}", code="note_not_found")


def of_video(session: Session, video_id: str, *, user_id: int) -> list[Note]:
    """Return the user's notes in the order of the video."""
    return list(
        session.scalars(
            sa.select(Note)
            .where(Note.video_id == video_id, Note.user_id == user_id)
            .order_by(Note.seconds, Note.id)
        )
    )


def update(uow: UnitOfWork, note_id: int, *, user_id: int, changes: dict[str, Any]) -> Note:
    """Change text, timestamp or mark of origin.

    A new text or time cancels what the AI is doing; where the note waits (again) for text, work
    on it starts anew with what it says now.
    """
    known = get(uow.session, note_id, user_id=user_id)
    video = videos.lock(uow, known.video_id)
    note = _locked(uow, note_id, user_id=user_id)
    if "timestamp" in changes:
        note.seconds = timestamps.seconds(changes["timestamp"])
        note.timestamp = changes["timestamp"]
        _check_is_inside(note.seconds, _duration(video))
    if "text" in changes:
        note.text = _kept_text(changes["text"])
        note.generated_by_ai = False
        note.made_by = None
    if "generated_by_ai" in changes and note.text is not None:
        note.generated_by_ai = changes["generated_by_ai"]
    if "text" in changes or "timestamp" in changes:
        scheduling.cancel(uow, subjects.text_of_note(note.id, note.video_id))
        uow.session.flush()
        _schedule_if_waiting(uow, note, video)
    uow.session.flush()
    uow.publish(NoteChanged(note.id, note.video_id))
    return note


def _locked(uow: UnitOfWork, note_id: int, *, user_id: int) -> Note:
    note = uow.session.scalar(
        sa.select(Note)
        .where(Note.id == note_id, Note.user_id == user_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if note is None:
        raise unknown(note_id)
    return note


def delete(uow: UnitOfWork, note_id: int, *, user_id: int) -> None:
    """Delete the note and cancel what the AI does on it."""
    note = _locked(uow, note_id, user_id=user_id)
    scheduling.cancel(uow, subjects.text_of_note(note_id, note.video_id))
    uow.session.delete(note)
    uow.publish(NoteChanged(note_id, note.video_id))


def fill(  # noqa: PLR0913 - all that is to be said of a text
    uow: UnitOfWork,
    note_id: int,
    text: str,
    *,
    made_by: dict[str, Any] | None,
    made_from: str | None = None,
    by_ai: bool = True,
    replaces: str | None = None,
) -> bool:
    """Give a waiting note its text; False, and nothing changed, when it does not wait any more.

    Nor does it change a note whose video's transcript is another version than `made_from`, if
    that is given. With `replaces` also a text that this provider made is replaced.
    """
    values = {"of_note": note_id, "new_text": text, "by_ai": by_ai, "new_made_by": made_by}
    if made_from is None:
        video_id = uow.connection.scalar(FILL_NOTE, values)
    else:
        video_id = uow.connection.scalar(FILL_NOTE_OF_VERSION, {**values, "made_from": made_from})
    if video_id is None and replaces is not None and made_from is not None:
        values = {**values, "made_from": made_from, "replaced": replaces}
        del values["by_ai"]
        video_id = uow.connection.scalar(REPLACE_NOTE, values)
    if video_id is None:
        return False
    uow.publish(NoteChanged(note_id, video_id))
    return True


def set_ai_notes(uow: UnitOfWork, user: User, *, enabled: bool) -> None:
    """Switch AI notes; off cancels what is under way, on schedules what waits.

    Each with one statement, however many notes wait.
    """
    user.ai_notes_enabled = enabled
    uow.session.flush()
    if enabled:
        ready = sa.select(Video.video_id).where(Video.transcript_available.is_(True))
        dispatch.schedule_notes(uow, sa.and_(Note.user_id == user.id, Note.video_id.in_(ready)))
        return
    mine = sa.select(Note.id).where(Note.user_id == user.id, Note.text.is_(None))
    scheduling.cancel_where(
        uow, sa.and_(Task.task_type == TaskType.GENERATE_NOTE, Task.note_id.in_(mine))
    )


def waiting(session: Session, video_id: str) -> list[Note]:
    """Return the video's notes that wait for the AI."""
    return list(
        session.scalars(
            sa.select(Note)
            .join(User, User.id == Note.user_id)
            .where(Note.video_id == video_id, Note.text.is_(None), User.ai_notes_enabled.is_(True))
            .order_by(Note.id)
        )
    )


def written_stage(note: Note) -> Stage:
    """Return what the AI did on a note that has a text."""
    return Stage("ready" if note.generated_by_ai else "none")


def ai_stages(session: Session, notes: Sequence[Note]) -> dict[int, Stage]:
    """Return what the AI does on each note."""
    subject_of = {note.id: subjects.of_note(note.id) for note in notes if note.text is None}
    tasks = query.newest_tasks(session, subject_of.values()) if subject_of else {}
    asked = {
        note_id: tasks.get((TaskType.GENERATE_NOTE.value, subject))
        for note_id, subject in subject_of.items()
    }
    outlook = _outlook(session, [note_id for note_id, task in asked.items() if task is None])
    stages = {}
    for note in notes:
        task = asked.get(note.id)
        if note.text is not None:
            stages[note.id] = written_stage(note)
        elif task is not None:
            stages[note.id] = stage_of_task(task)
        else:
            stages[note.id] = outlook.get(note.id, Stage("none"))
    return stages


def _outlook(session: Session, note_ids: Sequence[int]) -> dict[int, Stage]:
    """Return what wanted notes without a task wait for: their video's transcript."""
    if not note_ids:
        return {}
    rows = session.execute(
        sa.select(Note.id, Video)
        .join(Video, Video.video_id == Note.video_id)
        .join(User, User.id == Note.user_id)
        .where(Note.id.in_(note_ids), User.ai_notes_enabled.is_(True))
    ).all()
    known = of_videos(session, list({video.video_id: video for _, video in rows}.values()))
    return {note_id: _until(known[video.video_id].transcript) for note_id, video in rows}


def _until(transcript: Stage) -> Stage:
    if transcript.state == "unavailable":
        return Stage("unavailable", "no_transcript", "There is no transcript to make a note from.")
    return Stage("waiting", transcript.code, transcript.message, transcript.next_try_at)


def is_made_by(session: Session, note_id: int, provider: str) -> bool:
    """Say whether the note has the text of this provider, and its owner wants AI notes."""
    made_by = session.scalar(
        sa.select(Note.made_by)
        .join(User, User.id == Note.user_id)
        .where(Note.id == note_id, Note.generated_by_ai, User.ai_notes_enabled.is_(True))
    )
    return (made_by or {}).get("provider") == provider


def find_waiting(session: Session, note_id: int) -> Note | None:
    """Return the note if it waits for the AI and its owner wants that."""
    return session.scalar(
        sa.select(Note)
        .join(User, User.id == Note.user_id)
        .where(Note.id == note_id, Note.text.is_(None), User.ai_notes_enabled.is_(True))
    )
