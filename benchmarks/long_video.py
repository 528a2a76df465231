"""A video of ten hours: from the request to all ready, with an instant writer and an extractive."""

from __future__ import annotations

import json
import statistics
from typing import TYPE_CHECKING

from benchmarks.figures import Bar, Figure
from benchmarks.installation import installation
from benchmarks.instant import segments
from benchmarks.readiness import ask_and_wait, watching
from benchmarks.timing import median_ms

if TYPE_CHECKING:
    from collections.abc import Iterator

SEGMENTS = 12_000
ROUNDS = 8
WARM_UP = 2
BARS = {"instant": 200.0, "extractive": 700.0}


def long_video() -> Iterator[Figure]:
    """Measure both writers."""
    floor = median_ms(_as_json, 5)
    for writer, bar in BARS.items():
        with (
            installation(
                VIDWIZ_PLUGIN_INSTANT_SEGMENTS=str(SEGMENTS), VIDWIZ_LLM_PROVIDER=writer
            ) as running,
            watching(running) as is_ready,
        ):
            running.start_web()
            running.start_workers()
            taken = [
                ask_and_wait(running, is_ready, f"{number:011d}")
                for number in range(ROUNDS + WARM_UP)
            ]
        yield Figure(
            f"new video of {SEGMENTS:,} segments, {writer} -> all ready",
            statistics.median(taken[WARM_UP:]) * 1000,
            "ms",
            floor,
            "its segments to JSON and back, once",
            Bar(at_most=bar),
        )


def _as_json() -> None:
    rows = [
        {"text": segment.text, "offset": segment.offset, "duration": segment.duration}
        for segment in segments(SEGMENTS)
    ]
    json.loads(json.dumps(rows, ensure_ascii=False))
