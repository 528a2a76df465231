"""Tasks for helpers: being given one, holding it, and handing in what came of it."""

from __future__ import annotations

import time
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from flask import Response, current_app, jsonify, request

from vidwiz.api.auth import ADMINS
from vidwiz.api.blueprints import Blueprint
from vidwiz.api.bodies import takes_transcripts
from vidwiz.api.schemas.results import ResultIn, metadata_of
from vidwiz.api.schemas.tasks import AssignmentOut, HeartbeatIn, LeaseOut, PollIn, ResultOut
from vidwiz.api.transactions import looking, writing
from vidwiz.errors import StaleError
from vidwiz.ports import TaskType
from vidwiz.publishing import publish
from vidwiz.runtime import current
from vidwiz.services import claims, ledger, posted_results, task_lists, transcripts
from vidwiz.services.claims import WorkerId
from vidwiz.services.posted_results import Posted
from vidwiz.services.results import (
    MetadataResult,
    NoteResult,
    Result,
    SummaryResult,
    TranscriptResult,
)
from vidwiz.services.writing import Summary

if TYPE_CHECKING:
    from vidwiz.api.internal.polling import LongPolls
    from vidwiz.models import Task

blueprint = Blueprint("helpers", __name__, description="Work for helpers")
_SHORTEST_POLL, _LONGEST_POLL = 1, 60


@blueprint.get("/tasks", door=ADMINS)
@blueprint.arguments(PollIn(), location="query")
@blueprint.response(200, AssignmentOut)
@blueprint.alt_response(204, description="Nothing came to do", success=True)
def claim_task(asked: dict[str, Any]) -> dict[str, Any] | Response:
    """Wait for a task of this type and claim it."""
    seconds = min(max(asked["timeout"], _SHORTEST_POLL), _LONGEST_POLL)
    worker = WorkerId(asked["worker"], "helper", asked["network"])
    assignment = _take(asked["type"], worker)
    if assignment is None:
        assignment = _wait_for(asked["type"], worker, until=time.monotonic() + seconds)
    return Response(status=204) if assignment is None else assignment


def _wait_for(task_type: TaskType, worker: WorkerId, *, until: float) -> dict[str, Any] | None:
    polls: LongPolls = current_app.extensions["vidwiz.polls"]
    with polls.place():
        while (left := until - time.monotonic()) > 0 and polls.wait(left):
            assignment = _take(task_type, worker)
            if assignment is not None:
                return assignment
    return None


def _take(task_type: TaskType, worker: WorkerId) -> dict[str, Any] | None:
    with looking() as session:
        # A look takes no lock; claiming takes SQLite's only one.
        if not claims.is_due(session, task_type):
            return None
    lease = current().config.lease_seconds
    with writing() as uow:
        taken = claims.claim(uow, task_type, worker, lease_seconds=lease)
        if not taken:
            return None
        claim = taken[0]
        return {
            "task_id": claim.task_id,
            "task_type": claim.task_type,
            "task_details": task_lists.details_of(uow.session, claim),
            "retry_count": claim.failures,
            "attempt": claim.attempt,
            "lease_seconds": lease,
            "message": "Work on it, renew the lease, and post the result.",
        }


@blueprint.post("/tasks/<id:task_id>/heartbeat", door=ADMINS)
@blueprint.arguments(HeartbeatIn())
@blueprint.response(200, LeaseOut)
def renew_lease(held: dict[str, Any], task_id: int) -> dict[str, float]:
    """Prolong the lease of an attempt; 409 means stop."""
    lease = current().config.lease_seconds
    with writing() as uow:
        task = ledger.get(uow.session, task_id)
        claim = posted_results.claim_of(task, held["attempt"])
        if not claims.renew(uow, claim, lease_seconds=lease):
            raise StaleError(f"task {task_id} is no longer attempt {held['attempt']}'s")
    return {"lease_seconds": lease}


@blueprint.post("/tasks/<id:task_id>/result", door=ADMINS)
@blueprint.arguments(ResultIn())
@blueprint.response(200, ResultOut)
@takes_transcripts
def hand_in_result(posted: dict[str, Any], task_id: int) -> Response:
    """Hand in what came of a task; the same result again changes nothing."""
    with looking() as session:
        task = posted_results.find(session, task_id, video_id=posted["video_id"])
    digest = sha256(request.get_data(cache=True)).hexdigest()
    if posted["success"]:
        word = Posted(posted["attempt"], digest, results=_results(task, posted))
    else:
        failure = posted_results.failure(posted["error_code"], posted["error_message"])
        word = Posted(posted["attempt"], digest, failure)
    try:
        with writing() as uow:
            task = posted_results.hand_in(uow, task_id, word)
    except StaleError:
        with looking() as session:
            task = posted_results.repeated(session, task_id, digest)
        return _taken(task, "This result was taken before.")
    brought = word.results.get(TaskType.FETCH_TRANSCRIPT)
    if isinstance(brought, TranscriptResult):
        stored = brought.stored
        publish(current(), task.video_id, object_key=stored.key, digest=stored.sha256)
    return _taken(task, "The result was taken.")


def _taken(task: Task, message: str) -> Response:
    return jsonify({"message": message, "task_id": task.id, "status": task.status})


def _results(task: Task, posted: dict[str, Any]) -> dict[TaskType, Result]:
    """Return what the post brought, by the type of task that it ends; objects are stored here."""
    found: dict[TaskType, Result] = {}
    source = posted["source"]
    if posted["metadata"] is not None:
        found[TaskType.FETCH_METADATA] = MetadataResult(
            metadata_of(task.video_id, posted["metadata"]), source
        )
    captions = posted["transcript"]
    if captions is not None and (captions.segments or task.task_type is TaskType.FETCH_TRANSCRIPT):
        found[TaskType.FETCH_TRANSCRIPT] = TranscriptResult(
            transcripts.put_object(current().store, task.video_id, captions, source=source)
        )
    made_by = {"provider": source}
    if posted["summary"] is not None:
        written = posted["summary"]
        summary = Summary(written["summary"], tuple(written["suggested_questions"]))
        found[TaskType.GENERATE_SUMMARY] = SummaryResult(summary, made_by)
    if posted["note"] is not None:
        found[TaskType.GENERATE_NOTE] = NoteResult(posted["note"]["text"], made_by)
    return found
