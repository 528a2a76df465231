"""Writing the summary of a transcript, and the text of a note."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from vidwiz.errors import NotFoundError, StaleError
from vidwiz.models import Transcript, Video
from vidwiz.pipeline.work import NoteResult, SummaryResult, TextInputs
from vidwiz.ports import VideoChanged
from vidwiz.services import notes, transcripts, videos, writing
from vidwiz.services.writing import VideoContext
from vidwiz.tasks import subjects

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from vidwiz.pipeline.kinds import InputReader
    from vidwiz.pipeline.providers import Providers
    from vidwiz.ports import UnitOfWork
    from vidwiz.tasks.types import Claim, WorkItem


EXAMPLE_SUMMARY = SummaryResult("An example.", ("An example?",) * 3, {})
EXAMPLE_NOTE = NoteResult("An example.", {})


def needs_summary(session: Session, item: WorkItem) -> bool:
    """Say whether the transcript is there and has no summary."""
    transcript = session.get(Transcript, subjects.transcript_id(item))
    return transcript is not None and transcript.summary is None


def summary_inputs(reader: InputReader, claim: Claim) -> TextInputs | None:
    """Return the transcript to summarise; None when it is gone or has a summary."""
    with reader.read_transaction() as session:
        found = session.execute(
            _WITH_VIDEO.where(Transcript.id == subjects.transcript_id(claim))
        ).first()
        if found is None or found[0].summary is not None:
            return None
        transcript, about = found[0], _about(*found)
    segments = reader.segments(transcript.object_key)
    return TextInputs(about, segments, transcript.sha256)


def generate_summary(inputs: TextInputs, providers: Providers) -> SummaryResult:
    """Have the LLM provider write the summary and its questions; raise `PluginError`."""
    provider = providers.require_llm()
    request = writing.summary_request(inputs.about, inputs.segments)
    completion = providers.chain.write(provider, request.messages, request.options)
    spoken = sum(len(segment.text) for segment in inputs.segments)
    summary = writing.summary_from(completion, spoken=spoken)
    made_by = writing.made_by(provider.info.name, completion, request.prompt)
    return SummaryResult(summary.text, summary.questions, made_by, inputs.transcript_sha256)


def store_summary(uow: UnitOfWork, item: WorkItem, result: SummaryResult) -> Transcript:
    """Give the transcript its summary; raise `StaleError` when that is another version now."""
    videos.lock(uow, item.video_id)
    transcript = uow.session.get(Transcript, subjects.transcript_id(item), populate_existing=True)
    if transcript is None:
        raise NotFoundError(f"the transcript of {item.video_id} is gone")
    _check_version(transcript, result.transcript_sha256)
    transcript.summary = result.text
    transcript.suggested_questions = list(result.questions)
    transcript.summary_made_by = _with_version(result.made_by, transcript.sha256)
    uow.publish(VideoChanged(item.video_id))
    uow.session.flush()
    return transcript


def needs_note_text(session: Session, item: WorkItem) -> bool:
    """Say whether the note waits for the AI, and its owner wants that."""
    return notes.find_waiting(session, item.note_id or 0) is not None


def note_inputs(reader: InputReader, claim: Claim) -> TextInputs | None:
    """Return the transcript and the mark; None when the note is not to be filled any more."""
    with reader.read_transaction() as session:
        note = notes.find_waiting(session, claim.note_id or 0)
        found = session.execute(
            _WITH_VIDEO.where(Transcript.video_id == claim.video_id, Transcript.owner_id.is_(None))
        ).first()
        if note is None or found is None:
            return None
        transcript, about, mark = found[0], _about(*found), float(note.seconds)
    segments = reader.segments(transcript.object_key)
    return TextInputs(about, segments, transcript.sha256, mark)


def generate_note_text(inputs: TextInputs, providers: Providers) -> NoteResult:
    """Have the LLM provider write the line that belongs to the mark; raise `PluginError`."""
    provider = providers.require_llm()
    mark = inputs.mark or 0.0
    writing.check_mark(inputs.about, inputs.segments, mark)
    request = writing.note_request(inputs.about, inputs.segments, mark)
    completion = providers.chain.write(provider, request.messages, request.options)
    text = writing.note_from(completion)
    made_by = writing.made_by(provider.info.name, completion, request.prompt)
    return NoteResult(text, made_by, inputs.transcript_sha256)


def fill_note(uow: UnitOfWork, item: WorkItem, result: NoteResult) -> WorkItem | None:
    """Fill the note if it still waits; raise `StaleError` for text of another version."""
    made_from = result.transcript_sha256
    filled = notes.fill(
        *(uow, item.note_id or 0, result.text),
        made_by=_with_version(result.made_by, made_from),
        made_from=made_from,
        by_ai=result.by_ai,
    )
    if not filled and made_from is not None:
        _check_version(transcripts.shared(uow.session, item.video_id), made_from)
    return item if filled else None


def _check_version(transcript: Transcript | None, made_from: str | None) -> None:
    if made_from is not None and (transcript is None or transcript.sha256 != made_from):
        raise StaleError("the transcript was replaced since this text was made from it")


def _with_version(made_by: dict[str, Any] | None, sha256: str | None) -> dict[str, Any] | None:
    """Let a generated text name the transcript version that it was made from."""
    if made_by is None or sha256 is None:
        return made_by
    return {**made_by, "transcript_sha256": sha256}


_WITH_VIDEO = sa.select(Transcript, Video).join(Video, Video.video_id == Transcript.video_id)


def _about(transcript: Transcript, video: Video) -> VideoContext:
    metadata = video.video_metadata or {}
    return VideoContext(
        title=video.title,
        channel=metadata.get("channel") or metadata.get("uploader"),
        duration=metadata.get("duration"),
        language=transcript.language,
        chapters=tuple(
            (chapter["start_time"], chapter["title"]) for chapter in metadata.get("chapters") or ()
        ),
    )
