"""Results: what an attempt brought, written together with the end of its task."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from vidwiz.errors import NotFoundError
from vidwiz.models import Transcript, Video
from vidwiz.services import claims, notes, transcripts, videos
from vidwiz.services.writing import About

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from vidwiz.plugin_api import VideoMetadata
    from vidwiz.ports import UnitOfWork
    from vidwiz.services.claims import Claim
    from vidwiz.services.transcripts import StoredObject
    from vidwiz.services.writing import Summary


@dataclass(frozen=True, slots=True)
class MetadataResult:
    """Metadata and the provider that knew it."""

    metadata: VideoMetadata
    source: str


@dataclass(frozen=True, slots=True)
class TranscriptResult:
    """A transcript whose object is in the store already."""

    stored: StoredObject


@dataclass(frozen=True, slots=True)
class SummaryResult:
    """A summary and how it was made."""

    summary: Summary
    made_by: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class NoteResult:
    """The text of a note and how it was made."""

    text: str
    made_by: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class NothingToDo:
    """The work was done or unwanted when the attempt looked."""


Result = MetadataResult | TranscriptResult | SummaryResult | NoteResult | NothingToDo


def apply(
    uow: UnitOfWork, claim: Claim, result: Result, *, details: dict[str, Any] | None = None
) -> None:
    """Write the effect, end the task and schedule what follows, all in this transaction.

    Raises `StaleError`, upon which the caller's transaction rolls everything back, when the task
    is no longer this attempt's.
    """
    if isinstance(result, NoteResult):
        # Locks go video, note, task; a note's end needs no lock on the video.
        notes.fill(uow, int(claim.note_id or 0), result.text, made_by=result.made_by)
        claims.complete(uow, claim, details)
        return
    if isinstance(result, NothingToDo):
        claims.complete(uow, claim, details)
        return
    video = videos.lock(uow, claim.video_id)
    claims.complete(uow, claim, details)
    if isinstance(result, MetadataResult):
        videos.store_metadata(video, result.metadata, source=result.source)
    elif isinstance(result, TranscriptResult):
        transcripts.accept(uow, video, result.stored)
    else:
        keep_summary(uow, _transcript_of(uow.session, claim), result)


def keep_summary(uow: UnitOfWork, transcript: Transcript, result: SummaryResult) -> None:
    """Give the transcript its summary."""
    transcript.summary = result.summary.text
    transcript.suggested_questions = list(result.summary.questions)
    transcript.summary_made_by = result.made_by
    uow.session.flush()


def _transcript_of(session: Session, claim: Claim) -> Transcript:
    transcript = session.get(Transcript, int(claim.subject.partition(":")[2]))
    if transcript is None:
        raise NotFoundError(f"the transcript of {claim.video_id} is gone")
    return transcript


@dataclass(frozen=True, slots=True)
class Inputs:
    """What an attempt on a text works from: the video, the object to read, the mark."""

    about: About
    object_key: str
    mark: float | None = None


def inputs_of(session: Session, claim: Claim) -> Inputs | None:
    """Return what the summary or the note is made from, or None when it is not wanted any more."""
    both = sa.select(Transcript, Video).join(Video, Video.video_id == Transcript.video_id)
    if claim.note_id is None:
        transcript_id = int(claim.subject.partition(":")[2])
        found = session.execute(both.where(Transcript.id == transcript_id)).first()
        if found is None or found[0].summary is not None:
            return None
        return Inputs(_about(*found), found[0].object_key)
    note = notes.find_waiting(session, claim.note_id)
    shared = both.where(Transcript.video_id == claim.video_id, Transcript.owner_id.is_(None))
    found = session.execute(shared).first()
    if note is None or found is None:
        return None
    return Inputs(_about(*found), found[0].object_key, float(note.seconds))


def _about(transcript: Transcript, video: Video) -> About:
    metadata = video.video_metadata or {}
    return About(
        title=video.title,
        channel=metadata.get("channel") or metadata.get("uploader"),
        duration=metadata.get("duration"),
        language=transcript.language,
        chapters=tuple(
            (chapter["start_time"], chapter["title"]) for chapter in metadata.get("chapters") or ()
        ),
    )
