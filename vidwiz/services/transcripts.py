"""Transcripts: their objects in the store, and the rows that point to them."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, TypedDict

import sqlalchemy as sa

from vidwiz.errors import InvalidInputError, ObjectMissingError
from vidwiz.models import Note, Task, Transcript, now, now_plus
from vidwiz.plugin_api import Segment
from vidwiz.ports import VideoChanged
from vidwiz.services import publishing, videos
from vidwiz.services.cleaning import clean_language
from vidwiz.statements.effects import insert_first_transcript
from vidwiz.tasks import scheduling, subjects
from vidwiz.tasks.types import TaskType

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

    from vidwiz.models import Video
    from vidwiz.plugin_api import Transcript as Captions
    from vidwiz.ports import TranscriptStore, UnitOfWork

MOST_SEGMENTS = 200_000
MOST_BYTES = 32 * 1024 * 1024


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
    return StoredObject(key, digest, clean_language(captions.language), source)


def encode(segments: Iterable[Segment]) -> bytes:
    """Return the object's bytes: the original's format, one `{text, offset, duration}` each."""
    kept: list[_Row] = []
    for row in map(_checked, segments):
        if row["text"].strip():
            kept.append(row)
        if len(kept) > MOST_SEGMENTS:
            raise _too_long()
    if not kept:
        raise InvalidInputError(
            "The transcript holds no words.", field="transcript", code="empty_transcript"
        )
    kept.sort(key=lambda row: row["offset"])
    # A surrogate without its pair is no text; it would come out of the store as an error.
    body = json.dumps(kept, ensure_ascii=False).encode("utf-8", "replace")
    if len(body) > MOST_BYTES:
        raise _too_long()
    return body


def _too_long() -> InvalidInputError:
    return InvalidInputError(
        "The transcript is longer than this server takes.", field="transcript", code="too_long"
    )


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


def shared(session: Session, video_id: str) -> Transcript | None:
    """Return the transcript that everybody sees."""
    return session.scalar(
        sa.select(Transcript).where(Transcript.video_id == video_id, Transcript.owner_id.is_(None))
    )


@dataclass(frozen=True, slots=True)
class Accepted:
    """A shared transcript that has just become the current version; it has no summary yet."""

    transcript_id: int
    video_id: str


def accept(uow: UnitOfWork, video_id: str, stored: StoredObject) -> Accepted | None:
    """Lock the video and let its shared row point to the object; None when it does already.

    What was made from a replaced version counts no more: its summary goes, and what is being
    made from it is cancelled. The caller dispatches what follows from the new version, in
    this transaction. Raises `NotFoundError` for a video that is not known.
    """
    transcript_id = insert_first_transcript(
        uow.connection,
        {
            "of_video": video_id,
            "new_key": stored.key,
            "new_sha256": stored.sha256,
            "new_language": stored.language,
            "new_source": stored.source,
            "publish_after": publishing.FIRST_PAUSE,
        },
    )
    if transcript_id is None:
        transcript_id = _replace(uow, videos.lock(uow, video_id), stored)
    if transcript_id is None:
        return None
    publication = publishing.Publication(video_id, stored.key, stored.sha256)
    publishing.publish_after_commit(uow, publication)
    uow.publish(VideoChanged(video_id))
    return Accepted(transcript_id, video_id)


def _replace(uow: UnitOfWork, video: Video, stored: StoredObject) -> int | None:
    """Let the locked video's row point to another object; None when it points to this one."""
    transcript = shared(uow.session, video.video_id)
    if transcript is not None and transcript.sha256 == stored.sha256:
        return None
    if transcript is None:
        transcript = Transcript(video_id=video.video_id)
        uow.session.add(transcript)
    else:
        _discard_texts(uow, transcript)
    transcript.object_key = stored.key
    transcript.sha256 = stored.sha256
    transcript.language = stored.language
    transcript.source = stored.source
    transcript.dispatched_at = now()
    transcript.published_at = None
    transcript.publish_failures = 0
    transcript.publish_at = now_plus(publishing.FIRST_PAUSE)
    video.transcript_available = True
    uow.session.flush()
    return transcript.id


def _discard_texts(uow: UnitOfWork, transcript: Transcript) -> None:
    transcript.summary = None
    transcript.suggested_questions = None
    transcript.summary_made_by = None
    scheduling.cancel(uow, subjects.summary_of(transcript.id, transcript.video_id))
    notes = sa.select(Note.id).where(Note.video_id == transcript.video_id)
    scheduling.cancel_where(
        uow, sa.and_(Task.task_type == TaskType.GENERATE_NOTE, Task.note_id.in_(notes))
    )


def undispatched(session: Session, *, limit: int = 20) -> list[str]:
    """Return the videos of shared transcripts that nothing has followed from yet."""
    return list(
        session.scalars(
            sa.select(Transcript.video_id)
            .where(Transcript.dispatched_at.is_(None), Transcript.owner_id.is_(None))
            .order_by(Transcript.id)
            .limit(limit)
        )
    )
