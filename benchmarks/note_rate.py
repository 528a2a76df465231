"""How many notes a second the web server takes, beside a bare view with one INSERT."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.figures import Bar, Figure
from benchmarks.installation import Installation, installation
from benchmarks.load import Load
from benchmarks.readiness import make_ready
from benchmarks.side_by_side import side_by_side

if TYPE_CHECKING:
    from collections.abc import Iterator

VIDEO = "breadrise01"
NOTE = '{"timestamp": "1:00", "text": "The yeast eats, note {n}"}'
_ALL_ANSWERED = {"not 2xx": 0.0}
_FAIR = {"p99/p50": 8.0, **_ALL_ANSWERED}


def on_postgresql() -> Iterator[Figure]:
    """Measure one client, sixteen, and whether 512 are all answered."""
    with installation() as running:
        prepare(running)
        yield _side_by_side(running, 1, Bar(ratio_at_least=0.55, others=_ALL_ANSWERED))
        yield _side_by_side(running, 16, Bar(ratio_at_least=0.45, others=_ALL_ANSWERED))
        yield _side_by_side(running, 512, Bar(others=_ALL_ANSWERED))


def on_sqlite() -> Iterator[Figure]:
    """Measure sixteen and sixty-four clients, and how evenly they are served."""
    with installation(database="sqlite") as running:
        prepare(running)
        for clients in (16, 64):
            yield _side_by_side(running, clients, Bar(ratio_at_least=0.4, others=_FAIR))


def prepare(running: Installation) -> None:
    """Start both servers; the video has all it needs, so that a note costs only itself."""
    running.start_web()
    running.start_workers()
    make_ready(running, VIDEO)
    running.start_bare_web()


def note_load(running: Installation, clients: int) -> Load:
    path = f"/api/v2/videos/{VIDEO}/notes"
    return Load(running.port, path, running.token, "POST", NOTE, clients)


def _side_by_side(running: Installation, clients: int, bar: Bar) -> Figure:
    bare_load = Load(running.bare_port, f"/notes/{VIDEO}", "", "POST", NOTE, clients)
    ours, bare = side_by_side(running, note_load(running, clients), bare_load)
    p50, p99 = ours.outcome.percentile(0.5), ours.outcome.percentile(0.99)
    bare50, bare99 = bare.outcome.percentile(0.5), bare.outcome.percentile(0.99)
    return Figure(
        f"notes, {running.database}, {clients} client{'s' * (clients > 1)}",
        ours.outcome.rate,
        "a second",
        bare.outcome.rate,
        f"a bare view, one INSERT and commit (p50 {bare50:.1f} ms, p99 {bare99:.0f} ms)",
        bar,
        ours.cpu_ms,
        sum(bare.cpu_ms.values()),
        {"p50 ms": p50, "p99 ms": p99, "p99/p50": p99 / p50, "not 2xx": ours.outcome.failed},
    )
