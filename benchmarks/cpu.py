"""How much CPU each kind of process takes, with the time of children that have ended."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import psutil
from redis import Redis
from rq import Worker

if TYPE_CHECKING:
    from collections.abc import Mapping

    from benchmarks.installation import Installation


def by_kind(running: Installation) -> dict[str, float]:
    """Return the CPU seconds so far of each queue's workers, of the other processes, and in sum.

    A process's time moves to its parent when it ends, so each kind is a whole tree.
    """
    roots = {"redis": [running.redis.pid]}
    if running.postgresql:
        roots["postgresql"] = [running.postgresql.pid]
    with Redis.from_url(running.redis.url) as client:
        for worker in Worker.all(connection=client):
            assert worker.pid is not None
            roots.setdefault(worker.queue_names()[0], []).append(worker.pid)
    if running.web:
        roots["web"] = [running.web.pid]
    if running.bare_web:
        roots["bare"] = [running.bare_web.pid]
    times = {kind: sum(map(of_tree, pids)) for kind, pids in roots.items()}
    if running.pool:
        queues = sum(time for kind, time in times.items() if kind not in _NOT_OF_POOL)
        times["sweeper and pool"] = of_tree(running.pool.pid) - queues
    return times


_NOT_OF_POOL = ("postgresql", "redis", "web", "bare")


def of_tree(pid: int) -> float:
    """Return the CPU seconds of a process, its living descendants, and all that have ended."""
    total = 0.0
    with suppress(psutil.NoSuchProcess):
        root = psutil.Process(pid)
        for process in [root, *root.children(recursive=True)]:
            with suppress(psutil.NoSuchProcess):
                times = process.cpu_times()
                total += times.user + times.system
                total += times.children_user + times.children_system
    return total


def between(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, float]:
    """Return what each kind took in between, in seconds, the most first."""
    taken = {kind: seconds - before.get(kind, 0.0) for kind, seconds in after.items()}
    return dict(sorted(taken.items(), key=lambda item: -item[1]))


def each_ms(taken: Mapping[str, float], units: int) -> dict[str, float]:
    """Return the milliseconds that one unit takes."""
    return {kind: seconds / units * 1000 for kind, seconds in taken.items()}
