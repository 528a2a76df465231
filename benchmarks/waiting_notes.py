"""A hundred waiting notes, from the transcript's arrival on, with an LLM that takes a second."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

from benchmarks.figures import Bar, Figure
from benchmarks.installation import installation
from benchmarks.instant import SEGMENT_COUNT, segments
from benchmarks.timing import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

NOTES = 100
CALLS_AT_ONCE = 10
LLM_SECONDS = 1.0
VIDEO = "breadrise01"


def hundred_notes() -> Iterator[Figure]:
    """Measure with the default four note workers and with one."""
    for workers, bar in ((4, 4.0), (1, 12.0)):
        taken = _fill(workers)
        floor = math.ceil(NOTES / (workers * CALLS_AT_ONCE)) * LLM_SECONDS
        yield Figure(
            f"{NOTES} waiting notes, LLM {LLM_SECONDS:g} s, {workers} note worker(s)",
            taken,
            "s",
            floor,
            f"the calls alone, {CALLS_AT_ONCE} at once in each worker",
            Bar(at_most=bar),
        )


def _fill(workers: int) -> float:
    with installation(VIDWIZ_PLUGIN_INSTANT_SECONDS=str(LLM_SECONDS)) as running:
        running.start_web()
        for number in range(NOTES):
            minutes, seconds = divmod(number * 12, 60)  # all within the hour of speech
            timestamp = f"{minutes}:{seconds:02d}"
            running.api.post(
                f"/videos/{VIDEO}/notes", json={"timestamp": timestamp}
            ).raise_for_status()
        running.start_workers(f"summary=1,note={workers}")
        transcript = [
            {"text": s.text, "offset": s.offset, "duration": s.duration}
            for s in segments(SEGMENT_COUNT)
        ]
        running.api.post(
            f"/internal/videos/{VIDEO}/transcript",
            json={"transcript": transcript},
            headers=running.internal,
        ).raise_for_status()
        started = time.perf_counter()
        unfilled = "SELECT count(*) FROM notes WHERE text IS NULL"
        return wait_until(lambda: running.count(unfilled) == 0) - started
