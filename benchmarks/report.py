"""The table of a run: of each figure the median and the range of all repeats."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from benchmarks.figures import Figure


class Report:
    """Collects figures, each once a repeat."""

    def __init__(self) -> None:
        self._figures: dict[str, list[Figure]] = {}

    def add(self, figure: Figure) -> None:
        self._figures.setdefault(figure.what, []).append(figure)

    def table(self) -> Table:
        table = Table(
            *("what", "measured", "floor", "ratio", "CPU each", "beside", "bar", "met"),
            show_lines=True,
        )
        for what, figures in self._figures.items():
            table.add_row(what, *_cells(figures))
        return table

    def missed(self) -> list[str]:
        """Return the names of the figures that do not reach their bar."""
        return [what for what, figures in self._figures.items() if _is_met(figures) is False]


def _cells(figures: Sequence[Figure]) -> list[str]:
    last = figures[-1]
    floors = [figure.floor for figure in figures if figure.floor is not None]
    floor = f"{median_and_range(floors, last.unit)}: {last.floor_is}" if floors else last.floor_is
    met = {True: "yes", False: "NO", None: ""}[_is_met(figures)]
    return [
        median_and_range([figure.value for figure in figures], last.unit),
        floor,
        median_and_range(_ratios(figures)),
        _cpu(figures),
        _beside(figures),
        last.bar.words(last.unit),
        met,
    ]


def _is_met(figures: Sequence[Figure]) -> bool | None:
    value = statistics.median(figure.value for figure in figures)
    ratios = _ratios(figures)
    ratio = statistics.median(ratios) if ratios else None
    return figures[-1].bar.is_met(value, ratio, _medians([figure.others for figure in figures]))


def _ratios(figures: Iterable[Figure]) -> list[float]:
    return [figure.ratio for figure in figures if figure.ratio is not None]


def _medians(named: Sequence[dict[str, float]]) -> dict[str, float]:
    return {name: statistics.median(each[name] for each in named) for name in named[-1]}


def _cpu(figures: Sequence[Figure]) -> str:
    if not figures[-1].cpu:
        return ""
    medians = _medians([figure.cpu for figure in figures])
    parts = ", ".join(f"{kind} {short(ms)}" for kind, ms in medians.items() if ms >= 0.05)
    floors = [figure.floor_cpu for figure in figures if figure.floor_cpu is not None]
    floor = f"; floor {short(statistics.median(floors))}" if floors else ""
    return f"{short(sum(medians.values()))} ms ({parts}){floor}"


def _beside(figures: Sequence[Figure]) -> str:
    medians = _medians([figure.others for figure in figures])
    parts = [f"{name} {short(value)}" for name, value in medians.items()]
    return "; ".join([*parts, figures[-1].note] if figures[-1].note else parts)


def median_and_range(values: Sequence[float], unit: str = "") -> str:
    if not values:
        return ""
    median = f"{short(statistics.median(values))} {unit}".rstrip()
    if len(values) == 1:
        return median
    return f"{median} ({short(min(values))} to {short(max(values))})"


def short(value: float) -> str:
    """Return three digits of a number, more where it has more before the point."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
