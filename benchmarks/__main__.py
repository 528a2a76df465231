"""`python -m benchmarks [--quick] [NAME...]`: prints every figure beside its floor and its bar."""

from __future__ import annotations

import sys

import click
from rich.console import Console

from benchmarks import (
    at_rest,
    drain,
    extractive,
    kills,
    ledger,
    library,
    long_video,
    many_videos,
    note_rate,
    one_video,
    reading,
    sweep,
    waiting_notes,
)
from benchmarks.report import Report

ALL = {
    "one-video": one_video.one_video,
    "after-pause": one_video.after_a_pause,
    "many-videos": many_videos.many_videos,
    "drain": drain.drain,
    "notes": waiting_notes.hundred_notes,
    "note-rate": note_rate.on_postgresql,
    "note-rate-sqlite": note_rate.on_sqlite,
    "read-video": reading.read_video,
    "long-video": long_video.long_video,
    "kills": kills.kills,
    "rows": ledger.rows,
    "sweep": sweep.sweep,
    "rest": at_rest.at_rest,
    "extractive": extractive.ten_hours,
    "library": library.fifty_thousand_files,
}
REPEATS = 3


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(list(ALL)))
@click.option("--quick", is_flag=True, help="Measure once, instead of three times.")
@click.option("--repeats", type=click.IntRange(1), help="How often to measure; 3 without it.")
def main(names: tuple[str, ...], *, quick: bool, repeats: int | None) -> None:
    """Run all benchmarks, or those named, and print medians and ranges of the repeats.

    Exits with 1 when a bar is missed.
    """
    report = Report()
    progress = Console(stderr=True)
    for name in names or ALL:
        for number in range(repeats or (1 if quick else REPEATS)):
            progress.print(f"{name}, run {number + 1} ...")
            for figure in ALL[name]():
                report.add(figure)
    Console(width=180).print(report.table())
    sys.exit(1 if report.missed() else 0)


if __name__ == "__main__":
    main()
