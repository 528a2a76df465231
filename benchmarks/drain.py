"""A thousand waiting videos: how fast the workers drain them, and what each one costs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from benchmarks import cpu, statements
from benchmarks.figures import Figure, wait_until
from benchmarks.installation import Installation, installation
from benchmarks.instant import SEGMENT_COUNT
from vidwiz.runtime import runtime_of
from vidwiz.services import videos

if TYPE_CHECKING:
    from collections.abc import Iterator

VIDEOS = 1000
COUNTED = 60
WORKERS = "vidwiz-workers"
_ACTIVE = "SELECT count(*) FROM (SELECT 1 FROM tasks WHERE status IN ('pending', 'in_progress')"
_ACTIVE += " LIMIT 1) AS active"
_READY = """
    SELECT count(*) FROM videos JOIN transcripts USING (video_id)
    WHERE videos.metadata IS NOT NULL AND transcripts.summary IS NOT NULL
"""


def drain() -> Iterator[Figure]:
    """Measure a drain, and in a second installation count the statements of a short one."""
    with installation() as running:
        _start(running)
        before = cpu.by_kind(running)
        taken = drained(running, VIDEOS)
        spent = cpu.between(before, cpu.by_kind(running))
    with installation() as running:
        _start(running)
        assert running.postgresql is not None
        with statements.counted(running.postgresql, WORKERS) as counts:
            drained(running, COUNTED)
    each, sent = sum(spent.values()) / VIDEOS, counts.total() / COUNTED
    what = f"{VIDEOS:,} new videos of {SEGMENT_COUNT:,} segments drained"
    yield Figure(
        what, f"{VIDEOS / taken:.1f} a second", bar=">= 40 a second", is_met=VIDEOS / taken >= 40
    )
    yield Figure(
        f"{what}, each",
        cpu.per_unit(spent, VIDEOS),
        bar="<= 40 ms CPU",
        is_met=each <= 0.040,
    )
    yield Figure(
        f"{COUNTED} new videos drained, statements each",
        statements.per_unit(counts, COUNTED),
        bar="<= 22",
        is_met=sent <= 22,
    )


def _start(running: Installation) -> None:
    running.start_workers(env={"PGAPPNAME": WORKERS})
    drained(running, 1)


def drained(running: Installation, count: int) -> float:
    """Return the seconds from the moment at which new videos are known until all are ready.

    They are made in one transaction, so that workers which run already see all of them at once.
    """
    before = running.count(_READY)
    with running.app.app_context():
        with runtime_of(running.app).unit_of_work() as uow:
            for number in range(before, before + count):
                videos.ensure(uow, f"{number:011d}")
            # What is left is the commit and a few notifications.
            started = time.perf_counter()
        taken = wait_until(lambda: running.count(_ACTIVE) == 0, 300, pause=0.05) - started
    assert running.count(_READY) == before + count
    return taken
