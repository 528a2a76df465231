"""From a request to a ready video: one after another, and two hundred at once."""

from __future__ import annotations

import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import rq
from redis import Redis

from benchmarks.bare_worker import QUEUE
from benchmarks.figures import Figure, milliseconds, spread, wait_until
from benchmarks.installation import Installation, installation
from benchmarks.instant import MINUTES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROUNDS = 40
WARM_UP = 5
MANY = 200
_IS_READY = """
    SELECT 1 FROM transcripts JOIN videos USING (video_id)
    WHERE video_id = %s AND summary IS NOT NULL AND metadata IS NOT NULL
"""
_READY = """
    SELECT count(*) FROM videos JOIN transcripts USING (video_id)
    WHERE videos.metadata IS NOT NULL AND transcripts.summary IS NOT NULL
"""


def one_video() -> Iterator[Figure]:
    """Conversation for a new video until metadata, transcript and summary are there."""
    with installation() as running, running.watching(_IS_READY) as is_ready:
        running.start_web()
        running.start_workers()
        running.start("-m", "benchmarks.bare_worker")
        ours, floor = [], []
        for number in range(ROUNDS + WARM_UP):
            ours.append(_one(running, is_ready, number))
            floor.append(_two_bare_jobs(running, number))
    ours, floor = ours[WARM_UP:], floor[WARM_UP:]
    median, bare = statistics.median(ours), statistics.median(floor)
    yield Figure(
        f"conversation for a new video of {MINUTES} min -> all three ready",
        spread(ours),
        f"{spread(floor)}: two bare RQ jobs",
        f"{median / bare:.2f}",
        "<= 150 ms and <= 3 x floor",
        median <= 0.150 and median <= 3 * bare,
    )


def _one(running: Installation, is_ready: Callable[[str], bool], number: int) -> float:
    video_id = f"{number:011d}"
    started = time.perf_counter()
    running.api.post("/conversations", json={"video_id": video_id}).raise_for_status()
    return wait_until(lambda: is_ready(video_id)) - started


def _two_bare_jobs(running: Installation, number: int) -> float:
    with Redis.from_url(running.env["VIDWIZ_REDIS_URL"]) as client:
        queue = rq.Queue(QUEUE, connection=client, serializer="json")
        started = time.perf_counter()
        queue.enqueue("benchmarks.bare_worker.step", 2, f"bare:{number}", result_ttl=0)
        return wait_until(lambda: client.exists(f"bare:{number}")) - started


def many_videos() -> Iterator[Figure]:
    """Two hundred new videos at once until all are ready."""
    with installation() as running:
        running.start_web()
        running.start_workers()
        with running.watching(_IS_READY) as is_ready:
            _one(running, is_ready, MANY)
        started = time.perf_counter()
        with ThreadPoolExecutor(MANY) as pool:
            codes = list(pool.map(lambda number: _ask(running, number), range(MANY)))
        asked = time.perf_counter() - started
        taken = wait_until(lambda: running.count(_READY) == MANY + 1, pause=0.05) - started
        floor = _bare_inserts(running)
    good = sum(200 <= code < 300 for code in codes)
    yield Figure(
        f"{MANY} new videos of {MINUTES} min at once -> all ready",
        f"{taken:.2f} s ({good} x 2xx, asked in {asked:.2f} s)",
        f"{milliseconds(floor)}: {4 * MANY} bare inserts, one commit each",
        f"{taken / floor:.1f}",
        "<= 8 s, every request 2xx",
        taken <= 8 and good == MANY,
    )


def _ask(running: Installation, number: int) -> int:
    return running.api.post("/conversations", json={"video_id": f"{number:011d}"}).status_code


def _bare_inserts(running: Installation) -> float:
    """A video takes at the least a row for itself and one for each of three tasks."""
    with running.engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE bare (id serial PRIMARY KEY, text text)")
        connection.commit()
        started = time.perf_counter()
        for _ in range(4 * MANY):
            connection.exec_driver_sql("INSERT INTO bare (text) VALUES ('x')")
            connection.commit()
        return time.perf_counter() - started
