"""From a request to a ready video, one after another, beside two RQ jobs in sequence."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING

import psutil
import rq
from redis import Redis

from benchmarks import cpu
from benchmarks.bare_worker import QUEUE
from benchmarks.figures import Bar, Figure
from benchmarks.installation import Installation, installation
from benchmarks.instant import SEGMENT_COUNT
from benchmarks.readiness import ask_and_wait, make_ready, watching
from benchmarks.timing import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

ROUNDS = 30
ROUNDS_AFTER_PAUSE = 8
WARM_UP = 5
# What a work horse waits here for its next notification, in seconds: short, to be waited for.
LINGER = "1"
_FLOOR = "two RQ jobs in sequence, app preloaded"


def one_video() -> Iterator[Figure]:
    """Conversation for a new video until metadata, transcript and summary are there."""
    with installation() as running, watching(running) as is_ready:
        _start(running)
        ours: list[float] = []
        floor: list[float] = []
        # By kind of process, so that what the bare jobs take is not in it.
        for number in range(ROUNDS + WARM_UP):
            ours.append(ask_and_wait(running, is_ready, f"{number:011d}"))
            floor.append(_two_bare_jobs(running, number))
        before = cpu.by_kind(running)
        for number in range(ROUNDS + WARM_UP, 2 * ROUNDS + WARM_UP):
            ask_and_wait(running, is_ready, f"{number:011d}")
        spent = cpu.between(before, cpu.by_kind(running))
    ours, floor = sorted(ours[WARM_UP:]), floor[WARM_UP:]
    yield Figure(
        f"new video of {SEGMENT_COUNT:,} segments -> all ready",
        statistics.median(ours) * 1000,
        "ms",
        statistics.median(floor) * 1000,
        _FLOOR,
        Bar(at_most=100, ratio_at_most=1.6),
        cpu.each_ms(spent, ROUNDS),
        others={"p95 ms": ours[int(len(ours) * 0.95)] * 1000},
    )


def after_a_pause() -> Iterator[Figure]:
    """Measure the first video after all work horses have ended."""
    with installation(VIDWIZ_LINGER_SECONDS=LINGER) as running, watching(running) as is_ready:
        _start(running)
        make_ready(running, "0" * 11)
        ours, floor = [], []
        for number in range(1, ROUNDS_AFTER_PAUSE + 1):
            wait_until(lambda: not _work_horses(running), pause=0.1)
            ours.append(ask_and_wait(running, is_ready, f"{number:011d}"))
            floor.append(_two_bare_jobs(running, number))
    yield Figure(
        "the same, the first after a pause",
        statistics.median(ours) * 1000,
        "ms",
        statistics.median(floor) * 1000,
        _FLOOR,
        Bar(ratio_at_most=2.5),
    )


def _start(running: Installation) -> None:
    running.start_web()
    running.start_workers()
    running.start("-m", "benchmarks.bare_worker")


def _work_horses(running: Installation) -> list[psutil.Process]:
    assert running.pool is not None
    workers = psutil.Process(running.pool.pid).children()
    return [horse for worker in workers for horse in worker.children()]


def _two_bare_jobs(running: Installation, number: int) -> float:
    with Redis.from_url(running.redis.url) as client:
        queue = rq.Queue(QUEUE, connection=client, serializer="json")
        started = time.perf_counter()
        queue.enqueue("benchmarks.bare_worker.step", 2, f"bare:{number}", result_ttl=0)
        return wait_until(lambda: client.exists(f"bare:{number}")) - started
