"""Taking the time of calls, and waiting for what is to happen."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def median_ms(call: Callable[[], object], times: int) -> float:
    return statistics.median(durations_ms(call, times))


def durations_ms(call: Callable[[], object], times: int) -> list[float]:
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        call()
        taken.append((time.perf_counter() - started) * 1000)
    return taken


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
