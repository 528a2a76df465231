"""`vidwiz up` on an empty data dir: how soon it is ready, and what it takes at rest."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from typing import TYPE_CHECKING

import httpx
import psutil

from benchmarks.figures import Figure, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

SETTLE_SECONDS = 8.0


def at_rest() -> Iterator[Figure]:
    """Measure the first start, a second one, and the memory of the whole tree."""
    with tempfile.TemporaryDirectory() as folder:
        first, _ = _start(folder)
        second, memory = _start(folder)
    floor = _python_start()
    yield Figure(
        "vidwiz up, empty data dir -> /readyz",
        f"{first:.2f} s",
        f"{floor:.2f} s: python",
        "",
        "<= 5 s",
        first <= 5,
    )
    yield Figure("vidwiz up again -> /readyz", f"{second:.2f} s", "", "", "<= 5 s", second <= 5)
    total = sum(memory.values())
    parts = ", ".join(f"{name} {size:.0f}" for name, size in sorted(memory.items()))
    yield Figure(
        "whole stack at rest (PSS)", f"{total:.0f} MB ({parts})", "", "", "<= 320 MB", total <= 320
    )


def _start(folder: str) -> tuple[float, dict[str, float]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    env = {name: value for name, value in os.environ.items() if not name.startswith("VIDWIZ_")}
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "vidwiz", "up", "--port", str(port)],
        env={**env, "VIDWIZ_DATA_DIR": folder},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        ready = wait_until(lambda: _is_ready(port)) - started
        time.sleep(SETTLE_SECONDS)
        return ready, _memory(process.pid)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


def _is_ready(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz").is_success
    except httpx.HTTPError:
        return False


def _memory(pid: int) -> dict[str, float]:
    """Return the proportional set size in MB by kind of process."""
    sizes: dict[str, float] = {}
    supervisor = psutil.Process(pid)
    for process in [supervisor, *supervisor.children(recursive=True)]:
        command = " ".join(process.cmdline())
        kind = next(
            (word for word in ("gunicorn", "valkey", "redis", "pool") if word in command),
            "supervisor" if process.pid == pid else "other",
        )
        sizes[kind] = sizes.get(kind, 0.0) + process.memory_full_info().pss / 1e6
    return sizes


def _python_start() -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import flask, sqlalchemy, redis"], check=True)
    return time.perf_counter() - started
