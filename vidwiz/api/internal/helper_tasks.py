"""Tasks for helpers: being given one, keeping it, and submitting what came of it."""

from __future__ import annotations

import dataclasses
import json
import logging
import time
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from flask import Response, current_app, jsonify, request

from vidwiz.api.blueprints import Blueprint
from vidwiz.api.internal.polling import never_by_head
from vidwiz.api.schemas.submissions import ResultIn, metadata_of, results_of
from vidwiz.api.schemas.tasks import AssignmentOut, HeartbeatIn, LeaseOut, PollIn, ResultOut
from vidwiz.errors import StaleError
from vidwiz.http.auth import ADMINS
from vidwiz.http.bodies import takes_transcripts
from vidwiz.http.connections import ClientConnection, DeliveredBody
from vidwiz.http.presenters import present_assignment
from vidwiz.http.replies import reply
from vidwiz.http.transactions import read_transaction, write_transaction
from vidwiz.pipeline import submissions
from vidwiz.pipeline.flow import KINDS
from vidwiz.pipeline.submissions import Submission, helper_of
from vidwiz.plugin_api import Segment
from vidwiz.runtime import current
from vidwiz.services import fetcher_health
from vidwiz.tasks import claims, query
from vidwiz.tasks.types import WorkerId

if TYPE_CHECKING:
    from flask import Flask

    from vidwiz.api.internal.polling import LongPolls
    from vidwiz.models import Task
    from vidwiz.tasks.types import Claim

blueprint = Blueprint("helpers", __name__, description="Work for helpers")
log = logging.getLogger(__name__)
_ASSIGNMENT = AssignmentOut()
# Seconds.
_SHORTEST_POLL, _LONGEST_POLL = 1, 60


@blueprint.get("/tasks", access=ADMINS)
@never_by_head
@blueprint.arguments(PollIn(), location="query")
@blueprint.response(200, AssignmentOut)
@blueprint.alt_response(204, description="Nothing came to do", success=True)
def claim_task(asked: dict[str, Any]) -> Response:
    """Wait for a task of this type and claim it."""
    seconds = min(max(asked["timeout"], _SHORTEST_POLL), _LONGEST_POLL)
    worker = WorkerId(asked["worker"] or "helper", "helper", asked["network"] or "helper")
    client = ClientConnection(request.environ)
    assignment = _take(asked["type"], worker, client)
    if assignment is None:
        assignment = _wait_for(asked["type"], worker, client, until=time.monotonic() + seconds)
    return Response(status=204) if assignment is None else assignment


def _wait_for(
    task_type: str, worker: WorkerId, client: ClientConnection, *, until: float
) -> Response | None:
    polls: LongPolls = current_app.extensions["vidwiz.polls"]
    with polls.place():
        while (left := until - time.monotonic()) > 0 and polls.wait(left):
            if client.is_closed():
                return None
            assignment = _take(task_type, worker, client)
            if assignment is not None:
                return assignment
    return None


def _take(task_type: str, worker: WorkerId, client: ClientConnection) -> Response | None:
    with read_transaction() as session:
        # A look takes no lock; claiming takes SQLite's only one.
        if not claims.is_due(session, task_type, worker.network):
            return None
        if fetcher_health.is_left_alone(session, helper_of(task_type), worker.network):
            return None
    if client.is_closed():
        return None
    try:
        claim, shown = _claim(task_type, worker)
    except _NothingToGiveError:
        return None
    return _handed_out(shown, claim, client)


class _NothingToGiveError(Exception):
    """Rolls back: a probe without a task would keep all others from it for a while."""


def _claim(task_type: str, worker: WorkerId) -> tuple[Claim, dict[str, Any]]:
    """Claim a task and return it as it is shown; raise `_NothingToGiveError`."""
    lease = current().config.lease_seconds
    with write_transaction() as uow:
        # One that was refused is given one task when its time has come, to find out.
        if fetcher_health.may_call(uow, helper_of(task_type), worker.network) is not None:
            raise _NothingToGiveError
        taken = claims.claim(uow, task_type, worker, lease_seconds=lease)
        if not taken:
            raise _NothingToGiveError
        claim = taken[0]
        shown = {
            "task_id": claim.task_id,
            "task_type": claim.task_type,
            "task_details": present_assignment(uow.session, claim),
            "retry_count": claim.failures,
            "attempt": claim.attempt,
            "lease_seconds": lease,
            "message": "Work on it, renew the lease, and post the result.",
        }
    return claim, shown


def _handed_out(shown: dict[str, Any], claim: Claim, client: ClientConnection) -> Response:
    """Return the answer that gives a claim back, uncounted, when it cannot be delivered."""
    response = reply(_ASSIGNMENT, shown)
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - Flask's documented way
    body = response.get_data()
    response.response = DeliveredBody(body, client, partial(_give_back, app, claim))
    response.content_length = len(body)
    return response


def _give_back(app: Flask, claim: Claim) -> None:
    with app.app_context(), write_transaction() as uow:
        released = claims.release(uow, claim)
    if released:
        log.info("task %d is given back: its helper is gone", claim.task_id)


@blueprint.post("/tasks/<id:task_id>/heartbeat", access=ADMINS)
@blueprint.arguments(HeartbeatIn())
@blueprint.response(200, LeaseOut)
def renew_lease(held: dict[str, Any], task_id: int) -> dict[str, float]:
    """Prolong the lease of an attempt; 409 means stop."""
    lease = current().config.lease_seconds
    with write_transaction() as uow:
        claim = query.claim_of(query.get(uow.session, task_id), held["attempt"])
        if not claims.renew(uow, claim, lease_seconds=lease):
            raise StaleError(f"task {task_id} is no longer attempt {held['attempt']}'s")
    return {"lease_seconds": lease}


@blueprint.post("/tasks/<id:task_id>/result", access=ADMINS)
@blueprint.arguments(ResultIn())
@blueprint.response(200, ResultOut)
@takes_transcripts
def submit_result(posted: dict[str, Any], task_id: int) -> Response:
    """Submit what came of a task; the same result again changes nothing."""
    with read_transaction() as session:
        task = submissions.find(session, task_id, video_id=posted["video_id"])
    digest = _digest(posted)
    if posted["success"]:
        submission = Submission(posted["attempt"], digest, results=_stored(task, posted))
    else:
        failure = submissions.helper_failure(posted["error_code"], posted["error_message"])
        submission = Submission(posted["attempt"], digest, failure)
    try:
        with write_transaction() as uow:
            task = submissions.submit(uow, KINDS, task_id, submission)
    except StaleError:
        with read_transaction() as session:
            task = submissions.repeated(session, task_id, digest)
        return _taken(task, "This result was taken before.")
    return _taken(task, "The result was taken.")


def _digest(posted: dict[str, Any]) -> str:
    """Return a digest of what the result means, however its JSON was spelled.

    The schema has dropped unknown fields and made numbers and texts alike; what metadata leaves
    out is null.
    """
    known = posted["metadata"]
    metadata = None if known is None else metadata_of(posted["video_id"], known)
    meaning = json.dumps({**posted, "metadata": metadata}, sort_keys=True, default=_plain)
    return sha256(meaning.encode()).hexdigest()


def _plain(value: Any) -> Any:  # noqa: ANN401 - what a schema loaded
    """Return a dataclass as a list of its values; json asks again for those within."""
    # Of 200,000 segments asdict() would take two seconds, and this a fifth of one.
    if isinstance(value, Segment):
        return value.text, value.offset, value.duration
    return [getattr(value, field.name) for field in dataclasses.fields(value)]


def _taken(task: Task, message: str) -> Response:
    return jsonify({"message": message, "task_id": task.id, "status": task.status})


def _stored(task: Task, posted: dict[str, Any]) -> dict[str, Any]:
    """Return what the post brought, by kind of task; transcript objects are stored here."""
    store = current().store
    return {
        kind.name: kind.store(store, task.video_id, result)
        for result in results_of(posted, task.task_type)
        for kind in [KINDS.of_result(result)]
    }
