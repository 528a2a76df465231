"""Transcripts: their objects in the store, the rows that point to them, and what follows."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, TypedDict

import sqlalchemy as sa

from vidwiz.errors import InvalidInputError, ObjectMissingError
from vidwiz.models import Note, Priority, Task, Transcript, User, Video, now
from vidwiz.plugin_api import Segment
from vidwiz.plugin_api import Transcript as Captions
from vidwiz.ports import TaskType
from vidwiz.services import ledger, subjects, videos

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

    from vidwiz.ports import TranscriptStore, UnitOfWork

MOST_SEGMENTS = 200_000
MOST_BYTES = 32 * 1024 * 1024
_NOTE_SUBJECT = sa.literal(subjects.NOTE_PREFIX) + sa.cast(Note.id, sa.String)


@dataclass(frozen=True, slots=True)
class StoredObject:
    """A transcript object that is in the store and that no row may point to yet."""

    key: str
    sha256: str
    language: str | None
    source: str


class _Row(TypedDict):
    text: str
    offset: float
    duration: float


def put_object(
    store: TranscriptStore, video_id: str, captions: Captions, *, source: str
) -> StoredObject:
    """Store the captions under a key of their content; call it before the transaction.

    Raises `InvalidInputError` (`empty_transcript`, `too_long`, `invalid_input`) for captions that
    must not be stored, `StoreError` when they could not be.
    """
    body = encode(captions.segments)
    digest = sha256(body).hexdigest()
    key = f"transcripts/{video_id}/{digest}.json"
    store.put(key, body)
    return StoredObject(key, digest, captions.language, source)


def encode(segments: Iterable[Segment]) -> bytes:
    """Return the object's bytes: the original's format, one `{text, offset, duration}` each."""
    kept = [row for row in map(_checked, segments) if row["text"].strip()]
    if not kept:
        raise InvalidInputError(
            "The transcript holds no words.", field="transcript", code="empty_transcript"
        )
    kept.sort(key=lambda row: row["offset"])
    # A surrogate without its pair is no text; it would come out of the store as an error.
    body = json.dumps(kept, ensure_ascii=False).encode("utf-8", "replace")
    if len(kept) > MOST_SEGMENTS or len(body) > MOST_BYTES:
        raise InvalidInputError(
            "The transcript is longer than this server takes.", field="transcript", code="too_long"
        )
    return body


def _checked(segment: Segment) -> _Row:
    offset, duration = segment.offset, segment.duration
    if not (0 <= offset <= sys.float_info.max and 0 <= duration <= sys.float_info.max):
        raise InvalidInputError("Times of a transcript are seconds.", field="transcript")
    return {"text": segment.text.replace("\x00", ""), "offset": offset, "duration": duration}


def load(store: TranscriptStore, key: str) -> tuple[Segment, ...]:
    """Return the segments of an object; raise `StoreError` when it cannot be read."""
    body = store.get(key)
    if sha256(body).hexdigest() not in key:
        raise ObjectMissingError(f"the object {key} is damaged")
    try:
        rows = json.loads(body)
        return tuple(Segment(row["text"], row["offset"], row["duration"]) for row in rows)
    except (ValueError, KeyError, TypeError) as exc:
        raise ObjectMissingError(f"the object {key} is damaged") from exc


def accept(uow: UnitOfWork, video: Video, stored: StoredObject) -> Transcript:
    """Let the locked video's shared row point to the object, and dispatch what follows from it."""
    transcript = videos.shared_transcript(uow.session, video.video_id)
    if transcript is None:
        transcript = Transcript(video_id=video.video_id)
        uow.session.add(transcript)
    elif transcript.sha256 == stored.sha256:
        return transcript
    transcript.object_key = stored.key
    transcript.sha256 = stored.sha256
    transcript.language = stored.language
    transcript.source = stored.source
    transcript.published_at = None
    transcript.dispatched_at = now()
    video.transcript_available = True
    uow.session.flush()
    _schedule_followers(uow, transcript)
    return transcript


def _schedule_followers(uow: UnitOfWork, transcript: Transcript) -> None:
    """Schedule what a stored transcript makes possible: its summary and the waiting notes.

    The caller holds the video's lock, so that no note is created unseen at this moment.
    """
    if transcript.summary is None:
        ledger.schedule(
            uow,
            TaskType.GENERATE_SUMMARY,
            subjects.of_transcript(transcript.id),
            video_id=transcript.video_id,
        )
    schedule_notes(uow, Note.video_id == transcript.video_id)


def schedule_notes(uow: UnitOfWork, which: sa.ColumnElement[bool]) -> int:
    """Schedule all of these notes that wait for the AI, with one statement; count the new tasks."""
    waiting = (
        sa.select(
            sa.literal(TaskType.GENERATE_NOTE.value),
            _NOTE_SUBJECT,
            Note.video_id,
            Note.id,
            *_task_defaults().values(),
        )
        .join(User, User.id == Note.user_id)
        .where(which, Note.text.is_(None), User.ai_notes_enabled.is_(True))
        .order_by(Note.id)
    )
    insert = ledger.insert_unless_active(uow.session).from_select(
        ["task_type", "subject", "video_id", "note_id", *_task_defaults()],
        waiting,
        include_defaults=False,
    )
    task_ids = uow.session.scalars(insert.returning(Task.id)).all()
    for task_id in task_ids:
        uow.poke(TaskType.GENERATE_NOTE, task_id)
    return len(task_ids)


def _task_defaults() -> dict[str, sa.ColumnElement[Any]]:
    """Return what the model would fill in, for an INSERT from a SELECT."""
    numbers = {"attempt": 0, "failures": 0, "waits": 0, "max_attempts": 5}
    return {
        "status": sa.literal("pending"),
        "priority": sa.literal(Priority.PERSON),
        "alone": sa.false(),
        **{name: sa.literal(number) for name, number in numbers.items()},
        **{name: now() for name in ("run_at", "created_at", "updated_at")},
    }


def undispatched(session: Session, *, limit: int = 20) -> list[tuple[int, str]]:
    """Return ids and videos of transcripts whose followers were never scheduled."""
    rows = session.execute(
        sa.select(Transcript.id, Transcript.video_id)
        .where(Transcript.dispatched_at.is_(None))
        .limit(limit)
    )
    return [(row.id, row.video_id) for row in rows]


def dispatch_again(uow: UnitOfWork, transcript_id: int, video_id: str) -> None:
    """Dispatch a transcript that has not been, if it still is not."""
    videos.lock(uow, video_id)
    transcript = uow.session.get(Transcript, transcript_id)
    if transcript is not None and transcript.dispatched_at is None:
        _schedule_followers(uow, transcript)
        transcript.dispatched_at = now()


def forgotten_notes() -> sa.ColumnElement[bool]:
    """Select notes whose video has a transcript and that never had a task."""
    had_task = sa.exists().where(Task.subject == _NOTE_SUBJECT)
    ready = sa.exists().where(Video.video_id == Note.video_id, Video.transcript_available.is_(True))
    return sa.and_(ready, ~had_task)


def unpublished(session: Session, *, limit: int = 20) -> list[Transcript]:
    """Return shared transcripts whose published copy is missing or old."""
    return list(
        session.scalars(
            sa.select(Transcript)
            .where(Transcript.owner_id.is_(None), Transcript.published_at.is_(None))
            .limit(limit)
        )
    )


def published_key(video_id: str) -> str:
    """Return the key of the copy that the original's readers know."""
    return f"transcripts/{video_id}.json"


def mark_published(uow: UnitOfWork, video_id: str, digest: str) -> bool:
    """Note that the copy is written; False when the transcript was replaced meanwhile."""
    result = uow.session.execute(
        sa.update(Transcript)
        .where(Transcript.video_id == video_id, Transcript.owner_id.is_(None))
        .where(Transcript.sha256 == digest)
        .values(published_at=now())
    )
    return bool(result.rowcount == 1)  # type: ignore[attr-defined]
