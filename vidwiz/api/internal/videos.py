"""Videos and notes for helpers and operators: reading what is there, writing as a result would."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vidwiz.api.auth import ADMINS
from vidwiz.api.blueprints import Blueprint
from vidwiz.api.bodies import takes_transcripts
from vidwiz.api.replies import reply
from vidwiz.api.schemas.notes import NoteOut, WaitingNotesOut
from vidwiz.api.schemas.results import (
    MetadataWriteIn,
    NoteFillIn,
    SummaryWriteIn,
    TranscriptOut,
    TranscriptWriteIn,
    metadata_of,
)
from vidwiz.api.schemas.videos import VideoOut
from vidwiz.api.shapes import shown_notes, whole_video
from vidwiz.api.transactions import looking, writing
from vidwiz.errors import NotFoundError
from vidwiz.publishing import publish
from vidwiz.runtime import current
from vidwiz.services import notes, posted_results, transcripts, video_ids, videos
from vidwiz.services.results import MetadataResult, TranscriptResult

if TYPE_CHECKING:
    from flask import Response

blueprint = Blueprint("material", __name__, description="What tasks work from and bring about")
_VIDEO = VideoOut()
_NOTE = NoteOut()
_WAITING = WaitingNotesOut()


@blueprint.get("/videos/<video_id>", door=ADMINS)
@blueprint.response(200, VideoOut)
def get_any_video(video_id: str) -> Response:
    """Return a video with its summary and stages."""
    video_ids.check(video_id)
    with looking() as session:
        return reply(_VIDEO, whole_video(session, videos.get(session, video_id)))


@blueprint.get("/videos/<video_id>/transcript", door=ADMINS)
@blueprint.response(200, TranscriptOut)
def get_any_transcript(video_id: str) -> dict[str, Any]:
    """Return the shared transcript."""
    video_ids.check(video_id)
    with looking() as session:
        videos.get(session, video_id)
        known = videos.shared_transcript(session, video_id)
    if known is None:
        raise NotFoundError("the video has no transcript yet", code="transcript_not_found")
    segments = transcripts.load(current().store, known.object_key)
    return {
        "video_id": video_id,
        "language": known.language,
        "source": known.source,
        "transcript": segments,
    }


@blueprint.post("/videos/<video_id>/metadata", door=ADMINS)
@blueprint.arguments(MetadataWriteIn())
@blueprint.response(200, VideoOut)
def write_metadata(posted: dict[str, Any], video_id: str) -> Response:
    """Write metadata, which ends the task that would have fetched it."""
    video_ids.check(video_id)
    metadata = metadata_of(video_id, posted["metadata"])
    with writing() as uow:
        posted_results.write(uow, video_id, MetadataResult(metadata, posted["source"]))
        return reply(_VIDEO, whole_video(uow.session, videos.get(uow.session, video_id)))


@blueprint.post("/videos/<video_id>/transcript", door=ADMINS)
@blueprint.arguments(TranscriptWriteIn())
@blueprint.response(200, VideoOut)
@takes_transcripts
def write_transcript(posted: dict[str, Any], video_id: str) -> Response:
    """Write the shared transcript, which ends the task that would have fetched it."""
    video_ids.check(video_id)
    with looking() as session:
        videos.get(session, video_id)
    stored = transcripts.put_object(
        current().store, video_id, posted["transcript"], source=posted["source"]
    )
    with writing() as uow:
        posted_results.write(uow, video_id, TranscriptResult(stored))
        answer = reply(_VIDEO, whole_video(uow.session, videos.get(uow.session, video_id)))
    publish(current(), video_id, object_key=stored.key, digest=stored.sha256)
    return answer


@blueprint.post("/videos/<video_id>/summary", door=ADMINS)
@blueprint.arguments(SummaryWriteIn())
@blueprint.response(200, VideoOut)
def write_summary(posted: dict[str, Any], video_id: str) -> Response:
    """Write the summary, which ends the task that would have written it."""
    video_ids.check(video_id)
    with writing() as uow:
        posted_results.write_summary(uow, video_id, **posted)
        return reply(_VIDEO, whole_video(uow.session, videos.get(uow.session, video_id)))


@blueprint.get("/videos/<video_id>/ai-notes", door=ADMINS)
@blueprint.response(200, WaitingNotesOut)
def list_waiting_notes(video_id: str) -> Response:
    """List the notes that wait for the AI; 404 when none does."""
    video_ids.check(video_id)
    with looking() as session:
        found = notes.waiting(session, video_id)
        if not found:
            raise NotFoundError("no note of this video waits for the AI", code="no_waiting_notes")
        shown = shown_notes(session, found)
        message = f"{len(found)} notes wait for the AI."
        return reply(_WAITING, {"video_id": video_id, "notes": shown, "message": message})


@blueprint.patch("/notes/<id:note_id>", door=ADMINS)
@blueprint.arguments(NoteFillIn())
@blueprint.response(200, NoteOut)
def fill_note(posted: dict[str, Any], note_id: int) -> Response:
    """Give a note that still waits its text."""
    by_ai = posted["generated_by_ai"]
    with writing() as uow:
        note = posted_results.fill_note(uow, note_id, posted["text"], by_ai=by_ai)
        return reply(_NOTE, shown_notes(uow.session, [note])[0])
