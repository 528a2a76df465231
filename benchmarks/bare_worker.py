"""The floor of the flow: RQ's own fork worker, with our app preloaded and nothing of it used."""

from __future__ import annotations

import os

import rq
from redis import Redis

QUEUE = "bare"


def step(left: int, done_key: str) -> None:
    """Ask for the next job, or say that the last one is done."""
    job = rq.get_current_job()
    assert job is not None
    if left > 1:
        rq.Queue(QUEUE, connection=job.connection, serializer="json").enqueue(
            "benchmarks.bare_worker.step", left - 1, done_key, result_ttl=0
        )
    else:
        job.connection.set(done_key, 1)


def main() -> None:
    from vidwiz.worker import entry  # noqa: PLC0415 - what our own worker preloads

    entry.app()
    connection = Redis.from_url(os.environ["VIDWIZ_REDIS_URL"])
    rq.Worker([QUEUE], connection=connection, serializer="json").work(logging_level="WARNING")


if __name__ == "__main__":
    main()
