"""`GET /videos/{id}`, beside a bare view with one query."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.figures import Bar, Figure
from benchmarks.installation import installation
from benchmarks.load import Load
from benchmarks.note_rate import VIDEO, prepare
from benchmarks.side_by_side import side_by_side

if TYPE_CHECKING:
    from collections.abc import Iterator


def read_video() -> Iterator[Figure]:
    """Measure one client that asks for one ready video again and again."""
    with installation() as running:
        prepare(running)
        path = f"/api/v2/videos/{VIDEO}"
        ours, bare = side_by_side(
            running,
            Load(running.port, path, running.token),
            Load(running.bare_port, f"/videos/{VIDEO}"),
        )
    yield Figure(
        "GET /videos/{id}, 1 client",
        ours.outcome.percentile(0.5),
        "ms",
        bare.outcome.percentile(0.5),
        "a bare view, one query",
        Bar(ratio_at_most=2.5, others={"not 2xx": 0}),
        ours.cpu_ms,
        sum(bare.cpu_ms.values()),
        {"p99 ms": ours.outcome.percentile(0.99), "not 2xx": ours.outcome.failed},
    )
