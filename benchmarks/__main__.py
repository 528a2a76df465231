"""`python -m benchmarks [NAME...]`: prints every figure beside its floor and its bar."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table

from benchmarks import drain, flow, ledger, notes, reading, stack, sweep

if TYPE_CHECKING:
    from benchmarks.figures import Figure

ALL = {
    "one-video": flow.one_video,
    "many-videos": flow.many_videos,
    "drain": drain.drain,
    "notes": notes.hundred_notes,
    "rows": ledger.rows,
    "sweep": sweep.sweep,
    "rest": stack.at_rest,
    "extractive": reading.ten_hours,
}


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(list(ALL)))
def main(names: tuple[str, ...]) -> None:
    """Run all benchmarks, or those named."""
    table = Table("what", "measured", "floor", "ratio", "bar", "met")
    missed = 0
    for name in names or ALL:
        Console(stderr=True).print(f"running {name} ...")
        for figure in ALL[name]():
            table.add_row(*_row(figure))
            missed += figure.is_met is False
    Console(width=150).print(table)
    sys.exit(1 if missed else 0)


def _row(figure: Figure) -> tuple[str, ...]:
    met = {True: "yes", False: "NO", None: ""}[figure.is_met]
    return (figure.what, figure.measured, figure.floor, figure.ratio, figure.bar, met)


if __name__ == "__main__":
    main()
