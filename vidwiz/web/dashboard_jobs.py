"""The routes of rq-dashboard that read jobs, with our serializer.

rq-dashboard reads a single job, and the one that a worker is at, with RQ's default serializer:
pickle, which runs whatever stands in Redis. These views come before its own and answer the same.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import rq
from flask import Blueprint, current_app, jsonify, render_template, url_for
from rq.exceptions import DeserializationError, InvalidJobOperation, NoSuchJobError
from rq.version import VERSION as rq_version  # noqa: N811 - a template's name
from rq_dashboard.version import VERSION
from rq_dashboard.web import escape_format_instance_list, serialize_current_job
from werkzeug.exceptions import Conflict

from vidwiz.queueing.messages import NotificationJob, SignedJson

if TYPE_CHECKING:
    from flask import Response
    from redis import Redis
    from rq.job import Job
    from rq.registry import BaseRegistry
    from rq.worker.base import BaseWorker

CONNECTION = "vidwiz.redis"
"""Under which name the dashboard's app keeps its Redis client."""
blueprint = Blueprint("dashboard_jobs", __name__)


def connection() -> Redis:
    """Return the client of the dashboard's app, which gives up after half a second."""
    client: Redis = current_app.extensions[CONNECTION]
    return client


def _job(job_id: str) -> Job:
    """Return the job; raise `NoSuchJobError` or, for one that we did not sign, ValueError."""
    return NotificationJob.fetch(job_id, connection=connection(), serializer=SignedJson)


def _queue(name: str) -> rq.Queue:
    return rq.Queue(name, connection=connection(), serializer=SignedJson, job_class=NotificationJob)


def _registries(queue: rq.Queue) -> dict[str, BaseRegistry]:
    return {
        "failed": queue.failed_job_registry,
        "deferred": queue.deferred_job_registry,
        "started": queue.started_job_registry,
        "finished": queue.finished_job_registry,
        "scheduled": queue.scheduled_job_registry,
        "canceled": queue.canceled_job_registry,
    }


@blueprint.get("/<int:instance_number>/view/job/<job_id>")
def job_view(instance_number: int, job_id: str) -> str:
    """Show one job."""
    return render_template(
        "rq_dashboard/job.html",
        current_instance=instance_number,
        instance_list=escape_format_instance_list(current_app.config["RQ_DASHBOARD_REDIS_URL"]),
        id=_job(job_id).id,
        rq_url_prefix=url_for("rq_dashboard.queues_overview"),
        rq_dashboard_version=VERSION,
        rq_version=rq_version,
        enable_delete=True,
    )


@blueprint.post("/job/<job_id>/delete")
def delete_job(job_id: str) -> Response:
    """Delete one job; its tasks stay, and the sweeper sends another for them."""
    _job(job_id).delete()
    return jsonify(status="OK")


@blueprint.post("/job/<job_id>/requeue")
def requeue_job(job_id: str) -> Response:
    """Put a failed job into its queue again."""
    try:
        _job(job_id).requeue()
    except InvalidJobOperation as exc:
        raise Conflict("This job has not failed.") from exc
    return jsonify(status="OK")


@blueprint.post("/requeue/<queue_name>")
def requeue_all(queue_name: str) -> Response:
    """Put all failed jobs of a queue into it again."""
    registry = _queue(queue_name).failed_job_registry
    job_ids = registry.get_job_ids(cleanup=False)
    for job_id in job_ids:
        with suppress(NoSuchJobError, InvalidJobOperation):
            registry.requeue(job_id)
    return jsonify(status="OK", count=len(job_ids))


@blueprint.post("/queue/<queue_name>/<registry_name>/empty")
def empty_queue(queue_name: str, registry_name: str) -> Response:
    """Delete all jobs of a queue, or of one of its registries."""
    queue = _queue(queue_name)
    if registry_name == "queued":
        queue.empty()  # type: ignore[no-untyped-call]
        return jsonify(status="OK")
    registry = _registries(queue)[registry_name]
    for job_id in registry.get_job_ids(cleanup=False):
        with suppress(NoSuchJobError):
            registry.remove(job_id, delete_job=True)
    return jsonify(status="OK")


@blueprint.post("/queue/<queue_name>/compact")
def compact_queue(queue_name: str) -> Response:
    """Remove what is left of deleted jobs; an empty queue has nothing of that."""
    queue = _queue(queue_name)
    if not queue.is_empty():
        queue.compact()  # type: ignore[no-untyped-call]
    return jsonify(status="OK")


@blueprint.get("/<int:instance_number>/data/workers.json")
def list_workers(instance_number: int) -> Response:  # noqa: ARG001 - one Redis is all there is
    """Show the workers and what each is at."""
    found = rq.Worker.all(connection=connection(), job_class=NotificationJob, serializer=SignedJson)
    shown = [_worker(worker) for worker in found]
    return jsonify(
        workers=sorted(shown, key=lambda one: (one["state"], one["queues"], one["name"]))
    )


def _current_job(worker: BaseWorker) -> Any:  # noqa: ANN401 - what the page shows, or `idle`
    try:
        return serialize_current_job(worker.get_current_job())
    except (NoSuchJobError, DeserializationError):
        return "idle"


def _worker(worker: BaseWorker) -> dict[str, Any]:
    return {
        "name": worker.name,
        "pid": worker.pid,
        "queues": [queue.name for queue in worker.queues],
        "state": str(worker.get_state()),
        "current_job": _current_job(worker),
        "last_heartbeat": worker.last_heartbeat,
        "birth_date": worker.birth_date,
        "successful_job_count": worker.successful_job_count,
        "failed_job_count": worker.failed_job_count,
        "total_working_time": worker.total_working_time,
        "version": getattr(worker, "version", ""),
        "python_version": getattr(worker, "python_version", ""),
    }
