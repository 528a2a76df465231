"""Results: one function writes them, whether a job, a helper or an operator brings them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from vidwiz.errors import ConflictError, InvalidInputError, StaleError
from vidwiz.models import ACTIVE, Priority
from vidwiz.pipeline import fetches
from vidwiz.pipeline.kinds import schedule_nothing
from vidwiz.pipeline.work import NoteResult, NotNeeded, SummaryResult
from vidwiz.plugin_api import FAILURES
from vidwiz.plugin_host import outcomes
from vidwiz.services import fetcher_health, notes, transcripts, videos
from vidwiz.tasks import claims, failures, query, subjects
from vidwiz.tasks.types import FETCHES, Claim, TaskFailure, WorkItem, known_failure

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

    from vidwiz.models import Note, Task
    from vidwiz.pipeline.kinds import TaskKind, TaskKinds
    from vidwiz.ports import UnitOfWork
    from vidwiz.tasks.claims import NextClaim


def write_result(
    uow: UnitOfWork,
    kind: TaskKind,
    item: WorkItem,
    stored: Any,  # noqa: ANN401 - what the kind's `store` returned
    *,
    details: dict[str, Any] | None = None,
) -> None:
    """Write a result, end its task and schedule what follows, all in this transaction.

    With a `Claim` the attempt has to hold its task still; raises `StaleError` otherwise, upon
    which the caller's transaction rolls everything back. With a plain `WorkItem` the result
    counts as it is, and ends the active task of its subject, whoever works on it.
    """
    # Locks go video, note, task; so the effect comes before the end of the task.
    written = _write(uow, kind, item, stored)
    priority: int | None
    if isinstance(item, Claim):
        priority = claims.complete(uow, item, details)
    else:
        priority = claims.complete_active(uow, item, details)
    if written is not None:
        kind.then(uow, written, Priority.PERSON if priority is None else priority)


def write_and_claim(
    uow: UnitOfWork,
    kind: TaskKind,
    claim: Claim,
    stored: Any,  # noqa: ANN401 - what the kind's `store` returned
    following: NextClaim,
) -> list[Claim]:
    """Write a result as above, and as the last thing of the transaction claim the next task.

    Last, because nothing may be waited for that a holder of that task might hold.
    """
    if kind.then is not schedule_nothing:
        write_result(uow, kind, claim, stored)
        return claims.claim_next(uow, following)
    _write(uow, kind, claim, stored)
    return claims.complete_and_claim(uow, claim, None, following)


def _write(uow: UnitOfWork, kind: TaskKind, item: WorkItem, stored: Any) -> object | None:  # noqa: ANN401
    """Return what the kind has written into the rows, None when nothing changes."""
    if isinstance(stored, NotNeeded):
        return None
    written = kind.write(uow, item, stored)
    # The ledger's statements go past the session.
    uow.session.flush()
    return written


HELPERS = "helper:"
"""What the names begin with by which the health of helpers is kept."""


@dataclass(frozen=True, slots=True)
class Submission:
    """What a helper submits for a task; `digest` is of its meaning, to know a repetition by.

    `results` has, for each kind of task, what that kind's `store` returned.
    """

    attempt: int | None
    digest: str
    failure: TaskFailure | None = None
    results: Mapping[str, Any] = field(default_factory=dict)


def helper_failure(code: str | None, message: str | None) -> TaskFailure:
    """Classify a helper's failure: by the table, else as one that another try may cure."""
    row = known_failure(code)
    if code is not None and row is not None:
        return TaskFailure(code, row.message, row.handling)
    unknown = TaskFailure.of_code("helper_failed")
    return TaskFailure(unknown.code, message or unknown.message, unknown.handling)


def find(session: Session, task_id: int, *, video_id: str) -> Task:
    """Return the task that a helper speaks of; raise when it is of another video."""
    task = query.get(session, task_id)
    if task.video_id != video_id:
        raise InvalidInputError(f"task {task_id} is of another video", field="video_id")
    return task


def submit(uow: UnitOfWork, kinds: TaskKinds, task_id: int, submission: Submission) -> Task:
    """Write what a helper brought and end the task; raise `StaleError` when it comes too late.

    With an attempt the fence decides. Without one, as helpers of the first kind post, a success
    counts while the video lacks it, and a failure while the lease runs.
    """
    task = query.get(uow.session, task_id)
    if task.note_id is None:
        videos.lock(uow, task.video_id)
    uow.session.refresh(task)
    if submission.failure is not None:
        claim = query.claim_of(task, submission.attempt)
        failure = fetches.as_recorded(uow.session, claim, submission.failure)
        failures.fail(uow, claim, failure)
        _tell_health(uow, task, failure)
        uow.session.refresh(task)
        task.result_details = {**(task.result_details or {}), "digest": submission.digest}
    else:
        _succeed(uow, kinds, task, submission)
        if task.worker_kind == "helper" and task.worker_network is not None:
            fetcher_health.succeeded(uow, helper_of(task.task_type), task.worker_network)
    uow.session.flush()
    uow.session.refresh(task)
    return task


def helper_of(task_type: str) -> str:
    """Return the name by which the health of helpers with this work is kept, beside fetchers'."""
    return f"{HELPERS}{task_type}"


def _tell_health(uow: UnitOfWork, task: Task, failure: TaskFailure) -> None:
    """Give helpers on a network that a site refuses no more of this work for a while.

    One that was let in to find out is given more when the site has told it of the video.
    """
    if task.worker_kind != "helper" or task.worker_network is None:
        return
    helper = helper_of(task.task_type)
    known = FAILURES.get(failure.code)
    if known is not None and known.opens_breaker and task.task_type in FETCHES:
        fetcher_health.refused(
            *(uow, helper, task.worker_network), code=failure.code, retry_at=failure.retry_at
        )
    elif outcomes.is_answer(failure.code, failure.handling):
        fetcher_health.succeeded(uow, helper, task.worker_network)


def repeated(session: Session, task_id: int, digest: str) -> Task:
    """Return the task if this very result was taken before; raise `StaleError`."""
    task = query.get(session, task_id)
    if (task.result_details or {}).get("digest") != digest:
        raise StaleError(f"task {task_id} is no longer this attempt's")
    return task


def _succeed(uow: UnitOfWork, kinds: TaskKinds, task: Task, submission: Submission) -> None:
    kind = kinds.named(task.task_type)
    if kind.name not in submission.results:
        raise InvalidInputError(
            "a success brings what the task is about", field="success", code="empty_result"
        )
    details = {"digest": submission.digest}
    item = query.item_of(task)
    if submission.attempt is not None or task.status in ACTIVE:
        if submission.attempt is None and not kind.is_needed(uow.session, item):
            raise StaleError(f"what task {task.id} is about is there already")
        claim = query.claim_of(task, submission.attempt)
        write_result(uow, kind, claim, submission.results[kind.name], details=details)
    elif kind.outlives_its_task and kind.is_needed(uow.session, item):
        write_result(uow, kind, item, submission.results[kind.name], details=details)
    else:
        raise StaleError(f"task {task.id} has ended")
    # What came beside the task's own result is written where the video still lacks it.
    for name, stored in submission.results.items():
        other = kinds.named(name)
        beside = WorkItem(name, subjects.of_video(task.video_id), task.video_id)
        is_wanted = name != kind.name and other.outlives_its_task
        if is_wanted and other.is_needed(uow.session, beside):
            write_result(uow, other, beside, stored, details=details)


def write_summary(
    uow: UnitOfWork,
    kind: TaskKind,
    video_id: str,
    *,
    text: str | None,
    questions: Sequence[str] | None,
) -> None:
    """Write an operator's summary, questions or both of the shared transcript."""
    videos.lock(uow, video_id)
    transcript = transcripts.shared(uow.session, video_id)
    if transcript is None:
        raise ConflictError("the video has no transcript yet", code="no_transcript")
    if text is None and transcript.summary is None:
        # Questions without a summary end nothing: the summary is still to be written.
        transcript.suggested_questions = list(questions or ())
        return
    kept = questions if questions is not None else transcript.suggested_questions
    summary = SummaryResult(
        text if text is not None else transcript.summary or "",
        tuple(kept or ()),
        {"provider": "operator"},
    )
    write_result(uow, kind, subjects.summary_of(transcript.id, video_id), summary)
    uow.session.refresh(transcript)


def fill_note(uow: UnitOfWork, kind: TaskKind, note_id: int, text: str, *, by_ai: bool) -> Note:
    """Fill a note that still waits, as an operator; raise `ConflictError` when it does not."""
    note = notes.find_waiting(uow.session, note_id)
    if note is None:
        notes.get_any(uow.session, note_id)
        raise ConflictError(f"note {note_id} does not wait for text", code="note_not_waiting")
    result = NoteResult(text, {"provider": "operator"}, by_ai=by_ai)
    write_result(uow, kind, subjects.text_of_note(note_id, note.video_id), result)
    uow.session.refresh(note)
    return note
