"""Two hundred new videos at once until all are ready."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from benchmarks import cpu
from benchmarks.bare_rows import bare_commits
from benchmarks.figures import Bar, Figure
from benchmarks.installation import installation
from benchmarks.instant import SEGMENT_COUNT
from benchmarks.load import Load, run
from benchmarks.readiness import READY, make_ready
from benchmarks.timing import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

MANY = 200
# A row for the video and one for each of three tasks.
_COMMITS_EACH = 4


def many_videos() -> Iterator[Figure]:
    """Measure, each request on a connection of its own."""
    with installation() as running:
        running.start_web()
        running.start_workers()
        make_ready(running, "0" * 11)
        load = Load(
            *(running.port, "/api/v2/conversations", running.token, "POST"),
            '{"video_id": "new{n}"}',
            clients=MANY,
            total=MANY,
        )
        before = cpu.by_kind(running)
        started = time.perf_counter()
        outcome = run(load)
        taken = wait_until(lambda: running.count(READY) == MANY + 1, pause=0.05) - started
        spent = cpu.between(before, cpu.by_kind(running))
        floor = bare_commits(running, _COMMITS_EACH * MANY)
    yield Figure(
        f"{MANY} new videos of {SEGMENT_COUNT:,} segments at once -> all ready",
        taken,
        "s",
        floor,
        f"{_COMMITS_EACH * MANY} bare inserts, one commit each",
        Bar(at_most=6, others={"not 2xx": 0}),
        cpu.each_ms(spent, MANY),
        others={"asked in s": outcome.seconds, "not 2xx": outcome.failed},
    )
