"""What is shown of videos, notes and tasks, gathered from rows and stages."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from vidwiz.models import Note
from vidwiz.plugin_api import VideoMetadata
from vidwiz.services import notes, video_ids, video_stages, videos

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from vidwiz.models import Video
    from vidwiz.services.video_stages import KnownVideo, Stages
    from vidwiz.tasks.stages import Stage
    from vidwiz.tasks.types import Claim

_METADATA = tuple(field.name for field in fields(VideoMetadata))
_NOTE = (
    *("id", "video_id", "timestamp", "text", "generated_by_ai"),
    *("created_at", "updated_at", "user_id"),
)


def present_listed_video(video: Video | KnownVideo, its_stages: Stages) -> dict[str, Any]:
    """Return what a list shows of a video."""
    metadata = video.video_metadata
    return {
        "video_id": video.video_id,
        "title": video.title,
        "metadata": metadata and {name: metadata.get(name) for name in _METADATA},
        "transcript_available": video.transcript_available,
        "stages": its_stages,
        "created_at": video.created_at,
    }


def present_video(session: Session, video_id: str) -> dict[str, Any]:
    """Return all that is shown of a video; raise `NotFoundError`."""
    video, its_stages = video_stages.look_up(session, video_id)
    return {
        **present_listed_video(video, its_stages),
        "id": video.id,
        "summary": video.summary,
        "suggested_questions": video.suggested_questions,
        "updated_at": video.updated_at,
    }


def present_notes(session: Session, found: Sequence[Note]) -> list[dict[str, Any]]:
    """Return what is shown of notes."""
    their_stages = notes.ai_stages(session, found)
    return [_present_note(note, their_stages[note.id]) for note in found]


def present_written_note(note: Note) -> dict[str, Any]:
    """Return what is shown of a note that has a text, for which nothing has to be read."""
    return _present_note(note, notes.written_stage(note))


def _present_note(note: Note, ai: Stage) -> dict[str, Any]:
    return {**{name: getattr(note, name) for name in _NOTE}, "ai": ai}


def present_assignment(session: Session, claim: Claim) -> dict[str, Any]:
    """Return what a helper needs to know to work on the task that it claimed."""
    video = videos.get(session, claim.video_id)
    details: dict[str, Any] = {
        "video_id": claim.video_id,
        "url": video_ids.ref(claim.video_id, video.url).url,
        "title": video.title,
    }
    if claim.note_id is not None:
        note = session.get(Note, claim.note_id)
        details |= {"note_id": claim.note_id, "timestamp": note.timestamp if note else None}
    return details
