"""The worker that a command starts for itself when nobody else works."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from vidwiz.cli import running_instance
from vidwiz.pipeline.flow import KINDS
from vidwiz.queueing.registered_workers import worker_counts

if TYPE_CHECKING:
    from pathlib import Path

    from vidwiz.config import Config

_STOP_SECONDS = 10.0
_RESTART_SECONDS = 2.0
_RECHECK_SECONDS = 2.0


class LocalWorker:
    """At most one process, started when it is needed and gone with this one."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = float("-inf")
        self._checked_at = float("-inf")

    @property
    def log_file(self) -> Path:
        """Where the worker writes what would disturb the display."""
        return self._config.data_dir / "local-worker.log"

    @property
    def is_used(self) -> bool:
        """Say whether it was started."""
        return self._process is not None

    def start_if_queue_is_away(self) -> None:
        """Start it at once where no Redis answers that could tell other workers of the work."""
        if running_instance.describe(self._config) is None and self._workers() is None:
            self.start()

    def start_if_a_queue_is_idle(self) -> None:
        """Start it unless each queue has a living worker, which is busy then.

        To be called when nothing has changed for longer than workers take to register again.
        """
        if time.monotonic() - self._checked_at < _RECHECK_SECONDS:
            return
        self._checked_at = time.monotonic()
        workers = self._workers() or {}
        if not all(workers.get(queue) for queue in KINDS.queues):
            self.start()

    def _workers(self) -> dict[str, int] | None:
        return worker_counts(self._config.redis_url)

    def start(self) -> None:
        """Start it if it does not run."""
        running = self._process is not None and self._process.poll() is None
        if running or time.monotonic() - self._started_at < _RESTART_SECONDS:
            return
        self._started_at = time.monotonic()
        with self.log_file.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 - this Python and a module of ours
                [sys.executable, "-P", "-m", "vidwiz.worker.local", str(os.getpid())],
                env={"LOG_LEVEL": "warning", **os.environ},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def keep_running(self) -> None:
        """Start it again if it was started and has died, as after a task that hung."""
        if self.is_used:
            self.start()

    def stop(self) -> None:
        """Let it finish or give back what it works on."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
