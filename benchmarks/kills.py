"""A work horse and a worker killed in the middle of a task: how much later its video is ready."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING

import psutil
from redis import Redis
from rq import Worker

from benchmarks.figures import Bar, Figure
from benchmarks.installation import Installation, installation
from benchmarks.readiness import ask, ask_and_wait, make_ready, watching
from benchmarks.timing import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

FETCH_SECONDS = 1.0
_RUNNING = """
    SELECT count(*) FROM tasks
    WHERE video_id = '{}' AND task_type = 'fetch_transcript' AND status = 'in_progress'
"""


def kills() -> Iterator[Figure]:
    """Kill while the transcript is fetched; beyond the work is what one undisturbed takes."""
    settings = {"VIDWIZ_PLUGIN_INSTANT_FETCH_SECONDS": str(FETCH_SECONDS)}
    for victim, find in (("work horse", _horse), ("worker", _worker)):
        with installation(**settings) as running, watching(running) as is_ready:
            running.start_web()
            running.start_workers()
            make_ready(running, "0" * 11)
            undisturbed = ask_and_wait(running, is_ready, "undisturbed")
            ask(running, "disturbed00")
            wait_until(lambda: running.count(_RUNNING.format("disturbed00")) == 1)
            os.kill(find(running), signal.SIGKILL)
            killed = time.perf_counter()
            ready = wait_until(lambda: is_ready("disturbed00"))
        yield Figure(
            f"{victim} killed -> its video ready, beyond the work itself",
            ready - killed - undisturbed,
            "s",
            floor_is=f"the work itself: {undisturbed:.2f} s",
            bar=Bar(at_most=3),
        )


def _worker(running: Installation) -> int:
    with Redis.from_url(running.redis.url) as client:
        (pid,) = [
            worker.pid
            for worker in Worker.all(connection=client)
            if worker.queue_names() == ["transcript"]
        ]
    assert pid is not None
    return pid


def _horse(running: Installation) -> int:
    (horse,) = psutil.Process(_worker(running)).children()
    return int(horse.pid)
