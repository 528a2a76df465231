"""Writing the summary of a transcript, and the text of a note."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from vidwiz.errors import NotFoundError, StaleError
from vidwiz.models import Transcript
from vidwiz.pipeline.work import EXAMPLE_SHA256, NoteResult, SummaryResult, TextInputs
from vidwiz.ports import VideoChanged
from vidwiz.services import notes, transcripts, videos, writing
from vidwiz.services.writing import VideoContext
from vidwiz.statements.effects import STORE_SUMMARY
from vidwiz.statements.inputs import NOTE_INPUTS, SUMMARY_INPUTS
from vidwiz.tasks import subjects

if TYPE_CHECKING:
    from sqlalchemy import Row
    from sqlalchemy.orm import Session

    from vidwiz.pipeline.kinds import InputReader
    from vidwiz.pipeline.providers import Providers
    from vidwiz.ports import UnitOfWork
    from vidwiz.tasks.types import Claim, WorkItem


EXAMPLE_SUMMARY = SummaryResult("An example.", ("An example?",) * 3, {}, EXAMPLE_SHA256)
EXAMPLE_NOTE = NoteResult("An example.", {}, EXAMPLE_SHA256)


def needs_summary(session: Session, item: WorkItem) -> bool:
    """Say whether the transcript is there and has no summary."""
    transcript = session.get(Transcript, subjects.transcript_id(item))
    return transcript is not None and transcript.summary is None


def summary_inputs(reader: InputReader, claim: Claim) -> TextInputs | None:
    """Return the transcript to summarise; None when it is gone or has a summary."""
    row = reader.row(SUMMARY_INPUTS, {"of_transcript": subjects.transcript_id(claim)})
    if row is None:
        return None
    return TextInputs(_about(row), reader.segments(row.object_key), row.sha256)


def generate_summary(inputs: TextInputs, providers: Providers) -> SummaryResult:
    """Have the LLM provider write the summary and its questions; raise `PluginError`."""
    provider = providers.require_llm()
    request = writing.summary_request(inputs.about, inputs.segments)
    completion = providers.chain.write(provider, request.messages, request.options)
    spoken = sum(len(segment.text) for segment in inputs.segments)
    summary = writing.summary_from(completion, spoken=spoken)
    made_by = writing.made_by(provider.info.name, completion, request.prompt)
    return SummaryResult(summary.text, summary.questions, made_by, inputs.transcript_sha256)


def store_summary(uow: UnitOfWork, item: WorkItem, result: SummaryResult) -> WorkItem:
    """Give the transcript its summary; raise `StaleError` when that is another version now."""
    made_from = result.transcript_sha256 or _locked_version(uow, item)
    values = {
        "of_video": item.video_id,
        "of_transcript": subjects.transcript_id(item),
        "made_from": made_from,
        "new_summary": result.text,
        "new_questions": list(result.questions),
        "new_made_by": _with_version(result.made_by, made_from),
    }
    if uow.connection.scalar(STORE_SUMMARY, values) is None:
        _locked_version(uow, item)
        raise _replaced()
    uow.publish(VideoChanged(item.video_id))
    return item


def _locked_version(uow: UnitOfWork, item: WorkItem) -> str:
    """Lock the video and return the version of its transcript; raise `NotFoundError`."""
    videos.lock(uow, item.video_id)
    transcript_id = subjects.transcript_id(item)
    version = uow.session.scalar(sa.select(Transcript.sha256).where(Transcript.id == transcript_id))
    if version is None:
        raise NotFoundError(f"the transcript of {item.video_id} is gone")
    return version


def needs_note_text(session: Session, item: WorkItem) -> bool:
    """Say whether the note waits for the AI, and its owner wants that."""
    return notes.find_waiting(session, item.note_id or 0) is not None


def note_inputs(reader: InputReader, claim: Claim) -> TextInputs | None:
    """Return the transcript and the mark; None when the note is not to be filled any more."""
    row = reader.row(NOTE_INPUTS, {"of_note": claim.note_id or 0})
    if row is None:
        return None
    segments = reader.segments(row.object_key)
    return TextInputs(_about(row), segments, row.sha256, float(row.seconds))


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
        current = transcripts.shared(uow.session, item.video_id)
        if current is None or current.sha256 != made_from:
            raise _replaced()
    return item if filled else None


def _replaced() -> StaleError:
    return StaleError("the transcript was replaced since this text was made from it")


def _with_version(made_by: dict[str, Any] | None, sha256: str | None) -> dict[str, Any] | None:
    """Let a generated text name the transcript version that it was made from."""
    if made_by is None or sha256 is None:
        return made_by
    return {**made_by, "transcript_sha256": sha256}


def _about(row: Row[Any]) -> VideoContext:
    metadata = row.metadata or {}
    return VideoContext(
        title=row.title,
        channel=metadata.get("channel") or metadata.get("uploader"),
        duration=metadata.get("duration"),
        language=row.language,
        chapters=tuple(
            (chapter["start_time"], chapter["title"]) for chapter in metadata.get("chapters") or ()
        ),
    )
