"""The RQ worker: RQ's own, with signed messages, a sweeper, and work horses that end with it.

A work horse is what RQ calls the child process that a worker forks for each job.
"""

from __future__ import annotations

import os
import signal
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import rq

from vidwiz.pipeline.flow import KINDS
from vidwiz.processes import die_with_parent
from vidwiz.queueing.messages import NotificationJob, SignedJson
from vidwiz.queueing.notifications import queue_named
from vidwiz.runtime import runtime_of
from vidwiz.supervisor import forked
from vidwiz.worker import entry
from vidwiz.worker.sweeper import sweep_until

if TYPE_CHECKING:
    from collections.abc import Iterable

    from redis import Redis
    from rq.job import Job

# RQ's defaults notice a dead worker after up to a quarter of an hour.
_WORKER_TTL = 30
_MAINTENANCE_SECONDS = 60
_MONITORING_SECONDS = 10


class Worker(rq.Worker):
    """Works on notifications of the given queues; starts a sweeper unless told not to."""

    def __init__(
        self,
        queues: Iterable[str | rq.Queue],
        name: str | None = None,
        *,
        connection: Redis,
        sweeps: bool = True,
        **options: Any,  # noqa: ANN401 - what RQ's command line passes on
    ) -> None:
        names = [queue if isinstance(queue, str) else queue.name for queue in queues]
        for queue in names:
            KINDS.of_queue(queue)
        options |= {
            "serializer": SignedJson,
            "job_class": NotificationJob,
            "worker_ttl": _WORKER_TTL,
            "default_worker_ttl": None,
            "maintenance_interval": _MAINTENANCE_SECONDS,
            "job_monitoring_interval": _MONITORING_SECONDS,
            "log_job_description": False,
        }
        super().__init__(
            [queue_named(queue, connection) for queue in names],
            name=name,
            connection=connection,
            **options,
        )
        self._sweeps = sweeps
        self._sweeper_pid = 0

    def work(self, *args: Any, **options: Any) -> bool:  # noqa: ANN401 - as RQ declares it
        """Work until stopped; never with RQ's scheduler, as the ledger delays and repeats."""
        options["with_scheduler"] = False
        # Before anything forks, so that no work horse pays for it.
        entry.preload()
        self._ensure_sweeper()
        worked: bool = super().work(*args, **options)
        return worked

    def heartbeat(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - as RQ declares it
        """Keep the registration alive, and the sweeper."""
        super().heartbeat(*args, **options)
        if not self._is_horse:
            self._ensure_registered()
            self._ensure_sweeper()

    def _ensure_registered(self) -> None:
        """Register again when Redis has lost its data; RQ itself does so only once, at the start.

        A heartbeat leaves a key with nothing but its time then.
        """
        if not self.connection.hexists(self.key, "birth"):
            self.connection.delete(self.key)
            self.register_birth()  # type: ignore[no-untyped-call]
            self.set_state(self.get_state())

    def _ensure_sweeper(self) -> None:
        if not self._sweeps:
            return
        if self._sweeper_pid and os.waitpid(self._sweeper_pid, os.WNOHANG) == (0, 0):
            return
        self._sweeper_pid = forked(run_sweeper)

    def teardown(self) -> None:
        """Leave nothing behind."""
        super().teardown()  # type: ignore[no-untyped-call]
        if not self._is_horse:
            runtime_of(entry.app()).plugins.close()
        if self._sweeper_pid and not self._is_horse:
            with suppress(ProcessLookupError, ChildProcessError):
                os.kill(self._sweeper_pid, signal.SIGTERM)
                os.waitpid(self._sweeper_pid, 0)
            self._sweeper_pid = 0

    def fork_work_horse(self, job: Job, queue: rq.Queue) -> None:
        """Fork with SIGTERM blocked until the work horse handles it."""
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        try:
            super().fork_work_horse(job, queue)
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})

    def main_work_horse(self, job: Job, queue: rq.Queue) -> None:
        """Run in the forked child, which ends when its worker does."""
        die_with_parent(self.pid or os.getppid())
        super().main_work_horse(job, queue)

    def handle_warm_shutdown_request(self) -> None:
        """Ask the work horse to finish, so that a stop does not wait for it without limit."""
        super().handle_warm_shutdown_request()  # type: ignore[no-untyped-call]
        if self.horse_pid:
            # It may just have ended by itself.
            with suppress(ProcessLookupError):
                os.kill(self.horse_pid, signal.SIGTERM)


def run_sweeper() -> None:
    """Sweep until SIGTERM; run it in a forked child."""
    stopped = threading.Event()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    app = entry.app()
    sweep_until(app, runtime_of(app), stopped)
    runtime_of(app).plugins.close()
