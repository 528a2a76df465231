"""A load on the application, and the same on the bare view, one after the other."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from benchmarks import cpu
from benchmarks.load import Load, Outcome, run

if TYPE_CHECKING:
    from benchmarks.installation import Installation

SLICES = 3
SECONDS = 1.5
WARM_UP = 0.5


@dataclass
class Measured:
    """What came of a load in all its slices, and the milliseconds of CPU that one request took.

    The client's own CPU is not in it, but it runs on the same cores.
    """

    outcome: Outcome = field(default_factory=Outcome)
    cpu_seconds: dict[str, float] = field(default_factory=dict)

    @property
    def cpu_ms(self) -> dict[str, float]:
        return cpu.each_ms(self.cpu_seconds, max(self.outcome.answered, 1))

    def add(self, running: Installation, load: Load) -> None:
        """Load once more."""
        before = cpu.by_kind(running)
        # Many clients take longer until each has had its turn.
        longer = 1 + load.clients / 128
        load = replace(load, seconds=SECONDS * longer, warm_up=WARM_UP * longer)
        self.outcome.add(run(load))
        for kind, seconds in cpu.between(before, cpu.by_kind(running)).items():
            self.cpu_seconds[kind] = self.cpu_seconds.get(kind, 0.0) + seconds


def side_by_side(running: Installation, ours: Load, bare: Load) -> tuple[Measured, Measured]:
    """Measure both in turns, so that whatever else the machine does meets both."""
    both = Measured(), Measured()
    for _ in range(SLICES):
        for measured, load in zip(both, (ours, bare), strict=True):
            measured.add(running, load)
    return both
