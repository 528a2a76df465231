"""Videos and notes for helpers and operators: reading what is there, writing as a result would."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vidwiz.api.blueprints import Blueprint
from vidwiz.api.schemas.notes import NoteOut, WaitingNotesOut
from vidwiz.api.schemas.submissions import (
    MetadataWriteIn,
    NoteFillIn,
    SummaryWriteIn,
    TranscriptOut,
    TranscriptWriteIn,
    metadata_of,
)
from vidwiz.api.schemas.videos import VideoOut
from vidwiz.errors import NotFoundError
from vidwiz.http.auth import ADMINS
from vidwiz.http.bodies import takes_transcripts
from vidwiz.http.presenters import present_notes, present_video
from vidwiz.http.replies import reply
from vidwiz.http.transactions import read_transaction, write_transaction
from vidwiz.pipeline import submissions
from vidwiz.pipeline.flow import KINDS
from vidwiz.pipeline.work import MetadataResult, TranscriptResult
from vidwiz.runtime import current
from vidwiz.services import notes, transcripts, video_ids, videos
from vidwiz.tasks import subjects
from vidwiz.tasks.types import TaskType

if TYPE_CHECKING:
    from flask import Response

blueprint = Blueprint("material", __name__, description="What tasks work from and bring about")
_VIDEO = VideoOut()
_NOTE = NoteOut()
_WAITING = WaitingNotesOut()


@blueprint.get("/videos/<video:video_id>", access=ADMINS)
@blueprint.response(200, VideoOut)
def get_any_video(video_id: str) -> Response:
    """Return a video with its summary and stages."""
    video_ids.check(video_id)
    with read_transaction() as session:
        return reply(_VIDEO, present_video(session, video_id))


@blueprint.get("/videos/<video:video_id>/transcript", access=ADMINS)
@blueprint.response(200, TranscriptOut)
def get_any_transcript(video_id: str) -> dict[str, Any]:
    """Return the shared transcript."""
    video_ids.check(video_id)
    with read_transaction() as session:
        videos.get(session, video_id)
        known = transcripts.shared(session, video_id)
    if known is None:
        raise NotFoundError("the video has no transcript yet", code="transcript_not_found")
    segments = transcripts.load(current().store, known.object_key)
    return {
        "video_id": video_id,
        "language": known.language,
        "source": known.source,
        "transcript": segments,
    }


@blueprint.post("/videos/<video:video_id>/metadata", access=ADMINS)
@blueprint.arguments(MetadataWriteIn())
@blueprint.response(200, VideoOut)
def write_metadata(posted: dict[str, Any], video_id: str) -> Response:
    """Write metadata, which ends the task that would have fetched it."""
    video_ids.check(video_id)
    metadata = metadata_of(video_id, posted["metadata"])
    with write_transaction() as uow:
        kind = KINDS.named(TaskType.FETCH_METADATA)
        result = MetadataResult(metadata, posted["source"])
        submissions.write_result(uow, kind, subjects.metadata_of(video_id), result)
        return reply(_VIDEO, present_video(uow.session, video_id))


@blueprint.post("/videos/<video:video_id>/transcript", access=ADMINS)
@blueprint.arguments(TranscriptWriteIn())
@blueprint.response(200, VideoOut)
@takes_transcripts
def write_transcript(posted: dict[str, Any], video_id: str) -> Response:
    """Write the shared transcript, which ends the task that would have fetched it."""
    video_ids.check(video_id)
    with read_transaction() as session:
        videos.get(session, video_id)
    kind = KINDS.named(TaskType.FETCH_TRANSCRIPT)
    result = TranscriptResult(posted["transcript"], posted["source"])
    stored = kind.store(current().store, video_id, result)
    with write_transaction() as uow:
        submissions.write_result(uow, kind, subjects.transcript_of(video_id), stored)
        return reply(_VIDEO, present_video(uow.session, video_id))


@blueprint.post("/videos/<video:video_id>/summary", access=ADMINS)
@blueprint.arguments(SummaryWriteIn())
@blueprint.response(200, VideoOut)
def write_summary(posted: dict[str, Any], video_id: str) -> Response:
    """Write the summary, which ends the task that would have written it."""
    video_ids.check(video_id)
    with write_transaction() as uow:
        submissions.write_summary(uow, KINDS.named(TaskType.GENERATE_SUMMARY), video_id, **posted)
        return reply(_VIDEO, present_video(uow.session, video_id))


@blueprint.get("/videos/<video:video_id>/ai-notes", access=ADMINS)
@blueprint.response(200, WaitingNotesOut)
def list_waiting_notes(video_id: str) -> Response:
    """List the notes that wait for the AI; 404 when none does."""
    video_ids.check(video_id)
    with read_transaction() as session:
        found = notes.waiting(session, video_id)
        if not found:
            raise NotFoundError("no note of this video waits for the AI", code="no_waiting_notes")
        shown = present_notes(session, found)
        message = f"{len(found)} notes wait for the AI."
        return reply(_WAITING, {"video_id": video_id, "notes": shown, "message": message})


@blueprint.patch("/notes/<id:note_id>", access=ADMINS)
@blueprint.arguments(NoteFillIn())
@blueprint.response(200, NoteOut)
def fill_note(posted: dict[str, Any], note_id: int) -> Response:
    """Give a note that still waits its text."""
    by_ai = posted["generated_by_ai"]
    with write_transaction() as uow:
        kind = KINDS.named(TaskType.GENERATE_NOTE)
        note = submissions.fill_note(uow, kind, note_id, posted["text"], by_ai=by_ai)
        return reply(_NOTE, present_notes(uow.session, [note])[0])
