"""`python -m benchmarks.profile [FOLDER]`: draws where a video and a note spend their time.

py-spy looks at the processes from outside, a hundred times a second, and draws flame graphs.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from benchmarks import drain, note_rate
from benchmarks.installation import installation
from benchmarks.load import run

if TYPE_CHECKING:
    from collections.abc import Iterator

VIDEOS = 400
NOTE_SECONDS = 15.0
NOTE_CLIENTS = 4


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default=Path("var/profile"))
def main(folder: Path) -> None:
    """Write flame graphs of a drained video and of a posted note into FOLDER."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in (_video(folder), _note(folder)):
        print(path)


def _video(folder: Path) -> Path:
    """Draw the workers and their work horses, each process by itself, while they drain videos."""
    path = folder / "video.svg"
    with installation() as running:
        drain.start(running)
        assert running.pool is not None
        with _recorded(running.pool.pid, path):
            drain.drained(running, VIDEOS)
    return path


def _note(folder: Path) -> Path:
    """Draw the web server while notes are posted."""
    path = folder / "note.svg"
    with installation() as running:
        note_rate.prepare(running)
        assert running.web is not None
        load = replace(note_rate.note_load(running, NOTE_CLIENTS), seconds=NOTE_SECONDS)
        with _recorded(running.web.pid, path):
            run(load)
    return path


@contextmanager
def _recorded(pid: int, path: Path) -> Iterator[None]:
    """Record a process and all its descendants until the block ends."""
    path.unlink(missing_ok=True)
    options = ("--subprocesses", "--rate", "100", "--function", "--output", str(path))
    program = Path(sys.executable).with_name("py-spy")
    recorder = subprocess.Popen([program, "record", *options, "--pid", str(pid)])
    try:
        yield
    finally:
        recorder.send_signal(signal.SIGINT)
        recorder.wait(60)
    assert path.exists(), "py-spy wrote nothing; what it said stands above"


if __name__ == "__main__":
    main()
