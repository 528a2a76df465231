"""Writing the summary of a transcript, and the text of a note."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from vidwiz.errors import NotFoundError, StaleError
from vidwiz.models import Transcript
from vidwiz.pipeline import summarising
from vidwiz.pipeline.work import EXAMPLE_SHA256, NoteResult, SummaryResult, TextInputs
from vidwiz.pipeline.writer import Writer
from vidwiz.plugin_api import PluginError
from vidwiz.ports import VideoChanged
from vidwiz.services import asking, notes, transcripts, videos, writing
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


SUMMARY_SECONDS, NOTE_SECONDS = 580.0, 100.0
"""How long calls are waited for: less than the deadlines, so that no slow server ends a process."""

EXAMPLE_SUMMARY = SummaryResult("An example.", ("An example?",) * 3, {}, EXAMPLE_SHA256)
EXAMPLE_NOTE = NoteResult("An example.", {}, EXAMPLE_SHA256)


def needs_summary(session: Session, item: WorkItem) -> bool:
    """Say whether the transcript has no summary, or one that is to be replaced."""
    transcript = session.get(Transcript, subjects.transcript_id(item))
    if transcript is None:
        return False
    return _is_wanted(item, is_missing=transcript.summary is None, by=transcript.summary_made_by)


def _is_wanted(item: WorkItem, *, is_missing: bool, by: dict[str, Any] | None) -> bool:
    return is_missing or (item.replaces is not None and (by or {}).get("provider") == item.replaces)


def summary_inputs(reader: InputReader, claim: Claim) -> TextInputs | None:
    """Return the transcript to summarise; None when it is gone or has a summary.

    Raises `PluginError` (`budget_spent`).
    """
    row = reader.row(SUMMARY_INPUTS, {"of_transcript": subjects.transcript_id(claim)})
    if row is None or not _is_wanted(claim, is_missing=row.is_missing, by=row.made_by):
        return None
    reader.check_budget()
    segments = reader.segments(row.object_key)
    return TextInputs(_about(row), segments, row.sha256, reader.fence(row.sha256))


def generate_summary(inputs: TextInputs, providers: Providers) -> SummaryResult:
    """Have the LLM provider write the summary and its questions; raise `PluginError`."""
    writer = Writer(providers, inputs, seconds=SUMMARY_SECONDS)
    summary, prompt = summarising.summarise(writer.source(), writer, providers)
    made_by = writer.made_by(prompt)
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
    """Say whether the note waits for the AI, or for another text, and its owner wants that."""
    note_id = item.note_id or 0
    if item.replaces is not None and notes.is_made_by(session, note_id, item.replaces):
        return True
    return notes.find_waiting(session, note_id) is not None


def note_inputs(reader: InputReader, claim: Claim) -> TextInputs | None:
    """Return the transcript and the mark; None when the note is not to be filled any more.

    Raises `PluginError` (`budget_spent`).
    """
    row = reader.row(NOTE_INPUTS, {"of_note": claim.note_id or 0})
    if row is None or not _is_wanted(
        claim, is_missing=row.is_missing, by=row.made_by if row.generated_by_ai else None
    ):
        return None
    reader.check_budget()
    segments = reader.segments(row.object_key)
    return TextInputs(
        *(_about(row), segments, row.sha256, reader.fence(row.sha256), float(row.seconds)),
        language=row.user_language,
        user_id=row.user_id,
    )


def generate_note_text(inputs: TextInputs, providers: Providers) -> NoteResult:
    """Have the LLM provider write the line that belongs to the mark; raise `PluginError`."""
    mark = inputs.mark or 0.0
    writer = Writer(providers, inputs, seconds=NOTE_SECONDS)
    writing.check_mark(inputs.about, inputs.segments, mark)
    of = writer.source()
    request = asking.note_request(of, inputs.segments, mark, writer.language)
    try:
        completion = writer.ask(request)
    except PluginError as error:
        if error.code != "too_long" or not (of.by_model and of.is_sent_whole):
            raise
        # The surroundings of the mark are enough where the whole is too much.
        short = replace(of, tokens=asking.SHARED_TOKENS + 1)
        request = asking.note_request(short, inputs.segments, mark, writer.language)
        completion = writer.ask(request)
    text = writing.note_from(completion, reading=writer.reading())
    return NoteResult(text, writer.made_by(request.prompt), inputs.transcript_sha256)


def fill_note(uow: UnitOfWork, item: WorkItem, result: NoteResult) -> WorkItem | None:
    """Fill the note if it still waits; raise `StaleError` for text of another version."""
    made_from = result.transcript_sha256
    filled = notes.fill(
        *(uow, item.note_id or 0, result.text),
        made_by=_with_version(result.made_by, made_from),
        made_from=made_from,
        by_ai=result.by_ai,
        replaces=item.replaces,
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
