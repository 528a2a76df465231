"""A worker for a while, without Redis: `vidwiz ingest` starts one where nobody else works.

Run as `python -m vidwiz.worker.local PARENT_PID`; it ends with its parent or on SIGTERM.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from vidwiz.pipeline.flow import KINDS
from vidwiz.processes import die_with_parent
from vidwiz.runtime import runtime_of
from vidwiz.worker import entry
from vidwiz.worker.context import WorkerContext
from vidwiz.worker.presence import Announcement, recover_lost_workers
from vidwiz.worker.sweeper import publish_due, sweep

if TYPE_CHECKING:
    from flask import Flask

    from vidwiz.worker.runner import Runner

log = logging.getLogger(__name__)

_PAUSE_SECONDS = 0.2
# Somebody has pressed Ctrl-C and waits; what needs longer than this is given back.
_GRACE_SECONDS = 2.0


class LocalWorker:
    """Works on all that is due, again and again, until it is asked to stop."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._runner: Runner | None = None
        self._swept_at = float("-inf")
        self._name = f"local-{os.getpid()}"
        self.stopped = threading.Event()

    def run(self) -> None:
        """Work until `stop` is called."""
        announcement = Announcement(runtime_of(self.app), self._name)
        self._repeat_rounds()
        announcement.withdraw()

    def _repeat_rounds(self) -> None:
        while not self.stopped.is_set():
            try:
                self._round()
            except SQLAlchemyError:
                log.warning("the database did not answer; it is tried again", exc_info=True)
            except Exception:
                # The runner has written the failure down; the next round has a new runner.
                log.exception("a task met a bug")
            self.stopped.wait(_PAUSE_SECONDS)

    def stop(self) -> None:
        """Finish what fits a short grace time, then give the rest back and end the process."""
        self.stopped.set()
        if self._runner is not None:
            self._runner.stopping = True
        timer = threading.Timer(_GRACE_SECONDS, self._give_back)
        timer.daemon = True
        timer.start()

    def _round(self) -> None:
        runtime = runtime_of(self.app)
        if time.monotonic() - self._swept_at >= runtime.config.sweep_seconds:
            self._swept_at = time.monotonic()
            with self.app.app_context():
                recover_lost_workers(runtime)
                sweep(runtime)
                publish_due(runtime)
        with self.app.app_context(), WorkerContext(self.app, self._name) as context:
            self._runner = context.runner
            context.runner.stopping = self.stopped.is_set()
            for kind in KINDS:
                context.runner.drain(kind.name)

    def _give_back(self) -> None:
        if self._runner is None:
            os._exit(0)
        entry.give_back_and_exit(self.app, self._runner)


def main() -> None:
    """Work for the parent, which the first argument names."""
    # Ctrl-C is meant for the parent, which then stops this process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    worker = LocalWorker(entry.app())
    signal.signal(signal.SIGTERM, lambda *_: worker.stop())
    die_with_parent(int(sys.argv[1]), signal.SIGTERM)
    # That Redis is not there is why this worker is.
    logging.getLogger("vidwiz.queueing").setLevel(logging.CRITICAL)
    worker.run()
    runtime_of(worker.app).plugins.close()


if __name__ == "__main__":
    main()
