"""Results that arrive over HTTP: which of them count, and what an operator writes himself.

Objects are in the store before; a helper says only that they are there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from vidwiz.errors import ConflictError, InvalidInputError, StaleError
from vidwiz.models import ACTIVE, Note, Task, Transcript
from vidwiz.plugin_api import FAILURES, Handling
from vidwiz.ports import TaskType
from vidwiz.services import claims, ledger, notes, results, setbacks, subjects, transcripts, videos
from vidwiz.services.claims import Claim
from vidwiz.services.failures import TaskFailure
from vidwiz.services.results import MetadataResult, Result, SummaryResult, TranscriptResult
from vidwiz.services.writing import Summary

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

    from vidwiz.ports import UnitOfWork

_SHARED_FETCHES = (TaskType.FETCH_METADATA, TaskType.FETCH_TRANSCRIPT)
_UNKNOWN_FAILURE = "The helper could not do it. It will be tried again."


@dataclass(frozen=True, slots=True)
class Posted:
    """What a helper says of a task; `digest` is of all he sent, to know a repetition by."""

    attempt: int | None
    digest: str
    failure: TaskFailure | None = None
    results: Mapping[TaskType, Result] = field(default_factory=dict)


def failure(code: str | None, message: str | None) -> TaskFailure:
    """Classify a helper's failure: by the table, else as one that another try may cure."""
    row = FAILURES.get(code or "")
    if code is not None and row is not None:
        return TaskFailure(code, row.message, row.handling)
    return TaskFailure(code or "helper_failed", message or _UNKNOWN_FAILURE, Handling.RETRY)


def find(session: Session, task_id: int, *, video_id: str) -> Task:
    """Return the task that a helper speaks of; raise when it is of another video."""
    task = ledger.get(session, task_id)
    if task.video_id != video_id:
        raise InvalidInputError(f"task {task_id} is of another video", field="video_id")
    return task


def hand_in(uow: UnitOfWork, task_id: int, posted: Posted) -> Task:
    """Write what a helper brought and end the task; raise `StaleError` when it comes too late.

    With an attempt the fence decides. Without one, as helpers of the first kind post, a success
    counts while the video lacks it, and a failure while the lease runs.
    """
    task = ledger.get(uow.session, task_id)
    if task.note_id is None:
        videos.lock(uow, task.video_id)
    uow.session.refresh(task)
    if posted.failure is not None:
        _fail(uow, task, posted, posted.failure)
    else:
        _succeed(uow, task, posted)
    uow.session.flush()
    uow.session.refresh(task)
    return task


def repeated(session: Session, task_id: int, digest: str) -> Task:
    """Return the task if this very result was taken before; raise `StaleError`."""
    task = ledger.get(session, task_id)
    if (task.result_details or {}).get("digest") != digest:
        raise StaleError(f"task {task_id} is no longer this attempt's")
    return task


def claim_of(task: Task, attempt: int | None) -> Claim:
    return Claim(
        task_id=task.id,
        task_type=task.task_type,
        subject=task.subject,
        video_id=task.video_id,
        note_id=task.note_id,
        attempt=task.attempt if attempt is None else attempt,
        failures=task.failures,
        alone=task.alone,
    )


def _fail(uow: UnitOfWork, task: Task, posted: Posted, reason: TaskFailure) -> None:
    setbacks.fail(uow, claim_of(task, posted.attempt), reason)
    uow.session.refresh(task)
    task.result_details = {**(task.result_details or {}), "digest": posted.digest}


def _succeed(uow: UnitOfWork, task: Task, posted: Posted) -> None:
    main = posted.results.get(task.task_type)
    if main is None:
        raise InvalidInputError(
            "a success brings what the task is about", field="success", code="empty_result"
        )
    details = {"digest": posted.digest}
    if posted.attempt is None and not _is_lacking(uow.session, task):
        raise StaleError(f"what task {task.id} is about is there already")
    if posted.attempt is not None or task.status in ACTIVE:
        results.apply(uow, claim_of(task, posted.attempt), main, details=details)
    elif isinstance(main, MetadataResult | TranscriptResult):
        write(uow, task.video_id, main, details=details)
    else:
        raise StaleError(f"task {task.id} has ended")
    for task_type in _SHARED_FETCHES:
        other = posted.results.get(task_type)
        if task_type is not task.task_type and isinstance(other, MetadataResult | TranscriptResult):
            _take_along(uow, task.video_id, other, details=details)


def _is_lacking(session: Session, task: Task) -> bool:
    """Say whether what the task is about is not there."""
    if task.task_type is TaskType.GENERATE_NOTE:
        return notes.find_waiting(session, int(task.note_id or 0)) is not None
    if task.task_type is TaskType.GENERATE_SUMMARY:
        transcript = session.get(Transcript, int(task.subject.partition(":")[2]))
        return transcript is not None and transcript.summary is None
    video = videos.get(session, task.video_id)
    if task.task_type is TaskType.FETCH_METADATA:
        return video.video_metadata is None
    return not video.transcript_available


def _take_along(
    uow: UnitOfWork,
    video_id: str,
    result: MetadataResult | TranscriptResult,
    *,
    details: dict[str, str],
) -> None:
    """Write what came beside the task's own result, if the video still lacks it."""
    video = videos.get(uow.session, video_id)
    there = (
        video.video_metadata is not None
        if isinstance(result, MetadataResult)
        else video.transcript_available
    )
    if not there:
        write(uow, video_id, result, details=details)


def write(
    uow: UnitOfWork,
    video_id: str,
    result: MetadataResult | TranscriptResult,
    *,
    details: dict[str, str] | None = None,
) -> None:
    """Write as a result would, ending the active task of this kind, whoever holds it."""
    video = videos.lock(uow, video_id)
    if isinstance(result, MetadataResult):
        claims.complete_any(uow, TaskType.FETCH_METADATA, subjects.of_video(video_id), details)
        videos.store_metadata(video, result.metadata, source=result.source)
    else:
        claims.complete_any(uow, TaskType.FETCH_TRANSCRIPT, subjects.of_video(video_id), details)
        transcripts.accept(uow, video, result.stored)


def write_summary(
    uow: UnitOfWork, video_id: str, *, text: str | None, questions: Sequence[str] | None
) -> None:
    """Write summary, questions or both of the shared transcript, ending the active task."""
    videos.lock(uow, video_id)
    transcript = videos.shared_transcript(uow.session, video_id)
    if transcript is None:
        raise ConflictError("the video has no transcript yet", code="no_transcript")
    if text is None and transcript.summary is None:
        # Questions without a summary end nothing: the summary is still to be written.
        transcript.suggested_questions = list(questions or ())
        return
    kept = questions if questions is not None else transcript.suggested_questions
    summary = Summary(text if text is not None else transcript.summary or "", tuple(kept or ()))
    claims.complete_any(uow, TaskType.GENERATE_SUMMARY, subjects.of_transcript(transcript.id))
    results.keep_summary(uow, transcript, SummaryResult(summary, {"provider": "operator"}))


def fill_note(uow: UnitOfWork, note_id: int, text: str, *, by_ai: bool) -> Note:
    """Fill a note that still waits, ending its task; raise `ConflictError` when it does not."""
    note = uow.session.get(Note, note_id)
    if note is None:
        raise notes.unknown(note_id)
    waits = notes.find_waiting(uow.session, note_id) is not None
    if not waits or not notes.fill(uow, note_id, text, made_by={"provider": "operator"}):
        raise ConflictError(f"note {note_id} does not wait for text", code="note_not_waiting")
    claims.complete_any(uow, TaskType.GENERATE_NOTE, subjects.of_note(note_id))
    uow.session.refresh(note)
    note.generated_by_ai = by_ai
    uow.session.flush()
    return note
