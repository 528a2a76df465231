"""What a benchmark reports: one value beside its floor, and the bar that both must reach."""

from __future__ import annotations

from dataclasses import dataclass, field

NONE = float("inf")
UNITS = {"s": "s", "ms": "ms", "MB": "MB", "a second": "a second"}


@dataclass(frozen=True)
class Bar:
    """What the value and its ratio to the floor may be; without limits nothing is demanded."""

    at_most: float = NONE
    at_least: float = 0.0
    ratio_at_most: float = NONE
    ratio_at_least: float = 0.0
    others: dict[str, float] = field(default_factory=dict)
    """The most that named `Figure.others` may be."""

    def words(self, unit: str) -> str:
        parts = [
            f"<= {self.at_most:g} {unit}" if self.at_most != NONE else "",
            f">= {self.at_least:g} {unit}" if self.at_least else "",
            f"<= {self.ratio_at_most:g} x floor" if self.ratio_at_most != NONE else "",
            f">= {self.ratio_at_least:g} x floor" if self.ratio_at_least else "",
            *(f"{name} <= {limit:g}" for name, limit in self.others.items()),
        ]
        return ", ".join(part for part in parts if part)

    def is_met(self, value: float, ratio: float | None, others: dict[str, float]) -> bool | None:
        """Return None where there is no bar."""
        if self == Bar():
            return None
        if not self.at_least <= value <= self.at_most:
            return False
        if ratio is not None and not self.ratio_at_least <= ratio <= self.ratio_at_most:
            return False
        return all(others[name] <= limit for name, limit in self.others.items())


NO_BAR = Bar()


@dataclass(frozen=True)
class Figure:
    """One measured value of one run; the report takes the median of several runs."""

    what: str
    value: float
    unit: str
    floor: float | None = None
    floor_is: str = ""
    bar: Bar = NO_BAR
    cpu: dict[str, float] = field(default_factory=dict)
    """Milliseconds of CPU for one unit, by kind of process."""
    floor_cpu: float | None = None
    """The same of the floor, in sum."""
    others: dict[str, float] = field(default_factory=dict)
    """More values of the same run, by name."""
    note: str = ""

    @property
    def ratio(self) -> float | None:
        return self.value / self.floor if self.floor else None
