"""A thousand waiting videos: how fast the workers drain them, and what each one costs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from benchmarks import cpu, statements
from benchmarks.bare_rows import bare_videos
from benchmarks.figures import Bar, Figure
from benchmarks.installation import Installation, installation
from benchmarks.instant import SEGMENT_COUNT
from benchmarks.readiness import READY
from benchmarks.timing import wait_until
from vidwiz.runtime import runtime_of
from vidwiz.services import videos

if TYPE_CHECKING:
    from collections.abc import Iterator

VIDEOS = 1000
COUNTED = 60
KINDS_SHOWN = 14
WORKERS = "vidwiz-workers"
_ACTIVE = """
    SELECT count(*) FROM (
        SELECT 1 FROM tasks WHERE status IN ('pending', 'in_progress') LIMIT 1
    ) AS active
"""
_FLOOR = "the effects alone, one bare process"


def drain() -> Iterator[Figure]:
    """Measure a drain, and in a second installation count the statements of a short one."""
    with installation() as running:
        start(running)
        before = cpu.by_kind(running)
        taken = drained(running, VIDEOS)
        each = cpu.each_ms(cpu.between(before, cpu.by_kind(running)), VIDEOS)
        bare, bare_cpu = bare_videos(running, VIDEOS)
    what = f"{VIDEOS:,} new videos of {SEGMENT_COUNT:,} segments drained"
    yield Figure(
        what, VIDEOS / taken, "a second", VIDEOS / bare, _FLOOR, Bar(at_least=40), cpu=each
    )
    yield Figure(
        f"{what}, CPU of each",
        sum(each.values()),
        "ms",
        bare_cpu / VIDEOS * 1000,
        _FLOOR,
        Bar(at_most=40),
    )
    yield _statements()


def _statements() -> Figure:
    with installation() as running:
        start(running)
        assert running.postgresql is not None
        with statements.counted(running.postgresql, WORKERS) as counts:
            drained(running, COUNTED)
    return Figure(
        "statements for each new video drained",
        counts.total() / COUNTED,
        "",
        bar=Bar(at_most=22),
        others={kind: count / COUNTED for kind, count in counts.most_common(KINDS_SHOWN)},
    )


def start(running: Installation) -> None:
    """Start the workers and warm them up with one video."""
    running.start_workers(env={"PGAPPNAME": WORKERS})
    drained(running, 1)


def drained(running: Installation, count: int) -> float:
    """Return the seconds from the moment at which new videos are known until all are ready.

    They are made in one transaction, so that workers which run already see all of them at once.
    """
    before = running.count(READY)
    with running.app.app_context():
        with runtime_of(running.app).unit_of_work() as uow:
            for number in range(before, before + count):
                videos.ensure(uow, f"{number:011d}")
            # What is left is the commit and a few notifications.
            started = time.perf_counter()
        taken = wait_until(lambda: running.count(_ACTIVE) == 0, 300, pause=0.05) - started
    assert running.count(READY) == before + count
    return taken
