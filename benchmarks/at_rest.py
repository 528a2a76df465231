"""`vidwiz up` on an empty data dir: how soon it is ready, and what it takes at rest."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from typing import TYPE_CHECKING

import psutil

from benchmarks.figures import Bar, Figure
from benchmarks.timing import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

SETTLE_SECONDS = 8.0
AFTER_WORK_SECONDS = 3.0


def at_rest() -> Iterator[Figure]:
    """Measure the first start, a second one, and the memory of the whole tree."""
    with tempfile.TemporaryDirectory() as folder:
        for what, options in (
            ("vidwiz up, empty data dir", ()),
            ("vidwiz up again", ("--sample",)),
        ):
            with _running(folder, *options) as (process, ready):
                yield Figure(
                    f"{what} -> /readyz",
                    ready,
                    "s",
                    _python_start(),
                    "python with flask, sqlalchemy and redis",
                    Bar(at_most=2.5),
                )
                if options:
                    # Now each queue has worked, so that what lingers after that is there.
                    wait_until(lambda: _made(folder) == 1, pause=0.05)
                    time.sleep(AFTER_WORK_SECONDS)
                    yield _rest("work horses idle", _memory(process.pid))
                else:
                    time.sleep(SETTLE_SECONDS)
                    yield _rest("no work yet", _memory(process.pid))


def _rest(when: str, memory: dict[str, float]) -> Figure:
    return Figure(
        f"whole stack at rest (PSS), {when}",
        sum(memory.values()),
        "MB",
        bar=Bar(at_most=290),
        others=memory,
    )


def _made(folder: str) -> int:
    """Return how many notes of the sample have their text."""
    with closing(sqlite3.connect(f"file:{folder}/vidwiz.db?mode=ro", uri=True)) as connection:
        (many,) = connection.execute(
            "SELECT count(*) FROM notes JOIN transcripts USING (video_id)"
            " WHERE notes.text IS NOT NULL AND transcripts.summary IS NOT NULL"
        ).fetchone()
    return int(many)


@contextmanager
def _running(folder: str, *options: str) -> Iterator[tuple[subprocess.Popen[bytes], float]]:
    """Yield the running `vidwiz up` and the seconds that it took to be ready."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    env = {name: value for name, value in os.environ.items() if not name.startswith("VIDWIZ_")}
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "vidwiz", "up", "--port", str(port), *options],
        env={**env, "VIDWIZ_DATA_DIR": folder},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process, wait_until(lambda: _is_ready(port), pause=0.02) - started
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


def _is_ready(port: int) -> bool:
    try:
        with closing(HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
    except OSError:
        return False


def _memory(pid: int) -> dict[str, float]:
    """Return the proportional set size in MB by kind of process."""
    sizes: dict[str, float] = {}
    supervisor = psutil.Process(pid)
    for process in [supervisor, *supervisor.children(recursive=True)]:
        name = process.name()
        kind = "supervisor" if process.pid == pid else name.removeprefix("vidwiz-")
        sizes[kind] = sizes.get(kind, 0.0) + process.memory_full_info().pss / 1e6
    return sizes


def _python_start() -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import flask, sqlalchemy, redis"], check=True)
    return time.perf_counter() - started
