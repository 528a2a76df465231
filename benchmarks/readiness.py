"""Asking for a video, and noticing when all of it is ready."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import psycopg

from benchmarks.timing import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.installation import Installation

READY = """
    SELECT count(*) FROM videos JOIN transcripts USING (video_id)
    WHERE videos.metadata IS NOT NULL AND transcripts.summary IS NOT NULL
"""
_IS_READY = """
    SELECT 1 FROM transcripts JOIN videos USING (video_id)
    WHERE video_id = %s AND summary IS NOT NULL AND metadata IS NOT NULL
"""


def make_ready(running: Installation, video_id: str) -> None:
    """Ask for a video that is new, and wait until it is ready."""
    before = running.count(READY)
    ask(running, video_id)
    wait_until(lambda: running.count(READY) > before, pause=0.02)


def ask(running: Installation, video_id: str) -> None:
    """Begin a conversation about the video, which makes it known."""
    running.api.post("/conversations", json={"video_id": video_id}).raise_for_status()


@contextmanager
def watching(running: Installation) -> Iterator[Callable[[str], bool]]:
    """Yield a cheap question whether a video is ready, so that looking costs the watched little."""
    assert running.postgresql is not None
    with psycopg.connect(running.postgresql.url, autocommit=True) as connection:
        yield (
            lambda video_id: (
                connection.execute(_IS_READY, (video_id,), prepare=True).fetchone() is not None
            )
        )


def ask_and_wait(
    running: Installation, is_ready: Callable[[str], bool], video_id: str, seconds: float = 120.0
) -> float:
    """Return the seconds from the request for a new video until it is ready."""
    started = time.perf_counter()
    ask(running, video_id)
    return wait_until(lambda: is_ready(video_id), seconds) - started
