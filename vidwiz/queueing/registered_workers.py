"""Which queues somebody works on, as RQ's own registrations say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from redis.exceptions import RedisError
from rq import Worker

from vidwiz.queueing.connections import client_for_requests

if TYPE_CHECKING:
    from rq.worker import BaseWorker

# Ours beat every 15 s; a registration itself outlives a killed worker by a minute and a half.
_SILENCE = timedelta(seconds=40)


def worker_counts(url: str) -> dict[str, int] | None:
    """Return how many living workers each queue has; None when Redis does not answer."""
    counts: dict[str, int] = {}
    try:
        with client_for_requests(url) as connection:
            for worker in Worker.all(connection=connection):
                if _is_alive(worker):
                    for name in worker.queue_names():
                        counts[name] = counts.get(name, 0) + 1
    except RedisError:
        return None
    return counts


def _is_alive(worker: BaseWorker) -> bool:
    beat = worker.last_heartbeat
    if beat is None:
        return False
    beat = beat if beat.tzinfo else beat.replace(tzinfo=UTC)
    return datetime.now(UTC) - beat < _SILENCE
