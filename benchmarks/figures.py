"""What a benchmark reports."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


@dataclass(frozen=True)
class Figure:
    """One measured figure beside its floor; `is_met` is None where there is no bar."""

    what: str
    measured: str
    floor: str = ""
    ratio: str = ""
    bar: str = ""
    is_met: bool | None = None


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms" if seconds < 0.1 else f"{seconds * 1000:.0f} ms"


def median_seconds(call: Callable[[], object], times: int) -> float:
    return statistics.median(durations(call, times))


def durations(call: Callable[[], object], times: int) -> list[float]:
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        call()
        taken.append(time.perf_counter() - started)
    return taken


def spread(values: Iterable[float]) -> str:
    ordered = sorted(values)
    worst = ordered[int(len(ordered) * 0.95)]
    return f"{milliseconds(statistics.median(ordered))} (p95 {milliseconds(worst)})"


def wait_until(
    condition: Callable[[], object], seconds: float = 120.0, pause: float = 0.002
) -> float:
    """Wait for a condition; return the moment at which it was seen to hold."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        if condition():
            return time.perf_counter()
        time.sleep(pause)
    raise TimeoutError(f"not within {seconds:.0f} s")
