"""Pokes: RQ jobs that say "look at these tasks" and that may be lost, doubled or reordered."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from redis.exceptions import RedisError
from rq import Queue

from vidwiz.ports import TaskType
from vidwiz.queueing.connections import impatient
from vidwiz.queueing.messages import ENTRY_POINT, PokeJob, SignedJson

if TYPE_CHECKING:
    from collections.abc import Sequence

    from redis import Redis

log = logging.getLogger(__name__)

QUEUE_OF_TYPE = {
    TaskType.FETCH_METADATA: "metadata",
    TaskType.FETCH_TRANSCRIPT: "transcript",
    TaskType.GENERATE_SUMMARY: "summary",
    TaskType.GENERATE_NOTE: "note",
}
TYPE_OF_QUEUE = {queue: task_type for task_type, queue in QUEUE_OF_TYPE.items()}

# The hard limit of a job, a minute past the longest time its tasks may take by themselves.
JOB_TIMEOUT = {"metadata": 180, "transcript": 300, "summary": 720, "note": 240}
RESULT_TTL = 300
FAILURE_TTL = 86_400

# One queued poke makes a worker go on until no task is due, so a few keep all workers busy.
ENOUGH_POKES = 4
IDS_A_POKE = 10
PAUSE_AFTER_FAILURE = 2.0


def queue_named(name: str, connection: Redis) -> Queue:
    """Return the RQ queue with our message format."""
    return Queue(name, connection=connection, serializer=SignedJson, job_class=PokeJob)


class RedisTaskQueue:
    """Sends pokes. When Redis fails it is left alone for a moment; the sweeper makes up for it."""

    def __init__(self, url: str) -> None:
        self._redis = impatient(url)
        self._silent_until = 0.0

    def poke(self, task_type: TaskType, task_ids: Sequence[int]) -> bool:
        """Send pokes for these tasks, unless the queue holds enough; False when Redis fails.

        No ids at all ask for whatever is due.
        """
        if time.monotonic() < self._silent_until:
            return False
        name = QUEUE_OF_TYPE[task_type]
        try:
            queue = queue_named(name, self._redis)
            room = ENOUGH_POKES - self._redis.llen(queue.key)
            with self._redis.pipeline() as pipeline:
                for batch in _batches(task_ids)[: max(room, 0)]:
                    queue.enqueue_call(
                        ENTRY_POINT,
                        args=(batch,),
                        timeout=JOB_TIMEOUT[name],
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

    def is_reachable(self) -> bool:
        """Say whether Redis answers within half a second."""
        try:
            return bool(self._redis.ping())
        except RedisError:
            return False


def _batches(task_ids: Sequence[int]) -> list[list[int]]:
    starts = range(0, len(task_ids), IDS_A_POKE)
    return [list(task_ids[start : start + IDS_A_POKE]) for start in starts] or [[]]
