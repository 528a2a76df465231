"""Notifications: RQ jobs that name due tasks; they may be lost, doubled or reordered."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from redis.exceptions import RedisError
from rq import Queue

from vidwiz.queueing.connections import client_for_requests
from vidwiz.queueing.messages import ENTRY_POINT, NotificationJob, SignedJson

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from redis import Redis

log = logging.getLogger(__name__)

RESULT_TTL = 300
FAILURE_TTL = 86_400

# One queued notification makes a worker go on until no task is due, so a few keep all busy.
ENOUGH_NOTIFICATIONS = 4
IDS_PER_NOTIFICATION = 10
PAUSE_AFTER_FAILURE = 2.0
# Less than a worker goes on with what it finds, so that one elsewhere is never idle for long; and
# long enough that workers with nothing to do cost nothing by handing a notification about.
PASS_ON_SECONDS = 2


@dataclass(frozen=True, slots=True)
class Route:
    """Where notifications of one kind of task go, and how long RQ lets their jobs run."""

    queue: str
    job_timeout: int
    """Seconds; a hard limit past the time that the tasks may take by themselves."""


def queue_named(name: str, connection: Redis) -> Queue:
    """Return the RQ queue with our message format."""
    return Queue(name, connection=connection, serializer=SignedJson, job_class=NotificationJob)


class RedisTaskQueue:
    """Sends notifications. When Redis fails it is not asked again for a moment.

    The sweeper makes up for what was not sent.
    """

    def __init__(self, url: str, routes: Mapping[str, Route]) -> None:
        self._routes = routes
        self._redis = client_for_requests(url)
        self._silent_until = 0.0

    def notify(self, task_type: str, task_ids: Sequence[int]) -> bool:
        """Notify of these tasks, unless the queue holds enough; False when Redis fails.

        No ids at all ask for whatever is due. Raises `KeyError` for an unknown type.
        """
        route = self._routes[task_type]
        if time.monotonic() < self._silent_until:
            return False
        try:
            queue = queue_named(route.queue, self._redis)
            room = ENOUGH_NOTIFICATIONS - self._redis.llen(queue.key)
            with self._redis.pipeline() as pipeline:
                for batch in _batches(task_ids)[: max(room, 0)]:
                    queue.enqueue_call(
                        ENTRY_POINT,
                        args=(batch,),
                        timeout=route.job_timeout,
                        result_ttl=RESULT_TTL,
                        failure_ttl=FAILURE_TTL,
                        description=f"look at {task_type} tasks",
                        pipeline=pipeline,
                    )
                pipeline.execute()
        except RedisError as exc:
            self._silent_until = time.monotonic() + PAUSE_AFTER_FAILURE
            log.warning("redis does not answer; the sweeper will send this later: %s", exc)
            return False
        return True

    def pass_on(self, task_type: str, *, network: str) -> None:
        """Notify again, for a worker that may do what no worker on this network may now.

        Once in `PASS_ON_SECONDS` for a network; Redis gives it to the worker that waits longest.
        """
        key = f"vidwiz:passed-on:{self._routes[task_type].queue}:{network}"
        try:
            first = self._redis.set(key, 1, nx=True, ex=PASS_ON_SECONDS)
        except RedisError:
            return
        if first:
            self.notify(task_type, [])

    def is_reachable(self) -> bool:
        """Say whether Redis answers within half a second."""
        try:
            return bool(self._redis.ping())
        except RedisError:
            return False


def _batches(task_ids: Sequence[int]) -> list[list[int]]:
    starts = range(0, len(task_ids), IDS_PER_NOTIFICATION)
    return [list(task_ids[start : start + IDS_PER_NOTIFICATION]) for start in starts] or [[]]
