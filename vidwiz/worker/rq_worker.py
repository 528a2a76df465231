"""The RQ worker: RQ's own, with signed messages, a sweeper, and work horses that linger.

A work horse is what RQ calls the child process that a worker forks for a job. Ours waits some
seconds for another job before it ends, as a fork takes longer than most jobs.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import rq
from rq.exceptions import NoSuchJobError
from rq.executions import Execution
from rq.worker import WorkerStatus

from vidwiz.pipeline.flow import KINDS
from vidwiz.processes import die_with_parent
from vidwiz.queueing.messages import NotificationJob, SignedJson
from vidwiz.queueing.notifications import queue_named
from vidwiz.runtime import runtime_of
from vidwiz.supervisor import forked
from vidwiz.worker import entry, presence
from vidwiz.worker.sweeper import sweep_until
from vidwiz.worker.work_horse import HorseLine, NextJob

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from redis import Redis
    from redis.client import Pipeline
    from rq.job import Job

    from vidwiz.worker.presence import Announcement
    from vidwiz.worker.work_horse import JobSource, WorkHorse

# RQ's defaults notice a dead worker after up to a quarter of an hour.
_WORKER_TTL = 30
_MAINTENANCE_SECONDS = 60
_MONITORING_SECONDS = 10
_BEAT_SECONDS = 1.0
_STOP_SIGNALS = {signal.SIGTERM, signal.SIGINT}


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
        self._line: HorseLine | None = None
        self._horse: WorkHorse | None = None
        """The work horse that runs a job or waits for one."""
        self._horse_status: int | None = None
        """How the last work horse that ended did so, as the kernel says it; 0 is well."""
        self._announcement: Announcement | None = None
        self._beat_at = float("-inf")
        self._looks_again = False
        """Whether what a dead work horse held is to be given back once more."""

    def work(self, *args: Any, **options: Any) -> bool:  # noqa: ANN401 - as RQ declares it
        """Work until stopped; never with RQ's scheduler, as the ledger delays and repeats."""
        options["with_scheduler"] = False
        # Before anything forks, so that no work horse pays for it.
        entry.preload(self.queue_names())
        self._announcement = presence.announce(entry.app(), self.name)
        self._ensure_sweeper()
        worked: bool = super().work(*args, **options)
        return worked

    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        """Keep the registration alive, and look after the children.

        RQ calls it three times a job, for three round trips each; once a second is enough.
        """
        if timeout is not None or pipeline is not None:
            super().heartbeat(timeout, pipeline)
            if not self._is_horse:
                self._ensure_registered()
                self._look_after_children()
        elif time.monotonic() - self._beat_at >= _BEAT_SECONDS:
            with self.connection.pipeline(transaction=False) as together:
                super().heartbeat(pipeline=together)
                together.hexists(self.key, "birth")
                is_registered = together.execute()[-1]
            self._ensure_registered(is_registered=is_registered)
            self._look_after_children()
            if self._looks_again:
                self._looks_again = False
                presence.recover_tasks_of(entry.app(), self.name)
            self._beat_at = time.monotonic()

    def set_state(self, state: str, pipeline: Pipeline | None = None) -> None:
        """Tell Redis of a new state; RQ sets the same one again and again."""
        if pipeline is not None or state != self.get_state():
            super().set_state(state, pipeline)

    def _look_after_children(self) -> None:
        self._ensure_sweeper()
        if self._horse is not None and not self.horse_pid and self._horse.has_ended():
            self._horse = None

    def _ensure_registered(self, *, is_registered: bool | None = None) -> None:
        """Register again when Redis has lost its data; RQ itself does so only once, at the start.

        A heartbeat leaves a key with nothing but its time then.
        """
        if is_registered is None:
            is_registered = self.connection.hexists(self.key, "birth")
        if not is_registered:
            self.connection.delete(self.key)
            self.register_birth()  # type: ignore[no-untyped-call]
            super().set_state(self.get_state())

    def _ensure_sweeper(self) -> None:
        if not self._sweeps:
            return
        if self._sweeper_pid and os.waitpid(self._sweeper_pid, os.WNOHANG) == (0, 0):
            return
        self._sweeper_pid = forked(run_sweeper)

    def teardown(self) -> None:
        """Leave nothing behind."""
        super().teardown()  # type: ignore[no-untyped-call]
        if self._is_horse:
            return
        if self._horse is not None:
            self._horse.end()
        # A work horse that was killed with us may hold tasks; whoever finds the file sees to them.
        if self._announcement is not None and not self.horse_pid:
            self._announcement.withdraw()
        runtime_of(entry.app()).plugins.close()
        if self._sweeper_pid:
            with suppress(ProcessLookupError, ChildProcessError):
                os.kill(self._sweeper_pid, signal.SIGTERM)
                os.waitpid(self._sweeper_pid, 0)
            self._sweeper_pid = 0

    def execute_job(self, job: Job, queue: rq.Queue) -> None:
        """Have the work horse that waits run the job, else a new one; wait until it is done."""
        execution = self.prepare_execution(job)
        if not self._given_to_waiting_horse(job, execution):
            self.fork_work_horse(job, queue)
        if self._stop_requested:
            # Asked before there was a work horse to be told: another thread may take the signal.
            self._ask_horse_to_stop()
        self.monitor_work_horse(job, queue, execution)
        if self._horse is not None and not self._horse.is_waiting():
            self._horse = None
            if self._horse_status != os.EX_OK:
                presence.recover_tasks_of(entry.app(), self.name)
                # The database may still be busy with the last statement that it was sent.
                self._looks_again = True
        self.set_state(WorkerStatus.IDLE)

    def kill_horse(self, sig: signal.Signals = signal.SIGKILL) -> None:
        """Kill the work horse that runs a job; without one RQ would kill this process."""
        if self.horse_pid:
            super().kill_horse(sig)

    def _given_to_waiting_horse(self, job: Job, execution: Execution) -> bool:
        if self._horse is None:
            return False
        with _stop_signals_blocked():
            if self._horse.take(NextJob(job.id, execution.id)):
                self._horse_pid = self._horse.pid
                return True
        self._horse = None
        return False

    def fork_work_horse(self, job: Job, queue: rq.Queue) -> None:
        """Fork with the signals that stop blocked until the work horse handles them."""
        with _stop_signals_blocked():
            self._line = HorseLine()
            super().fork_work_horse(job, queue)
            self._horse = self._line.for_worker(self.horse_pid)
            self._line = None

    def wait_for_horse(self) -> Any:  # noqa: ANN401 - as RQ declares it
        """Wait until the work horse is done or has ended."""
        if self._horse is not None and self._horse.wait():
            return self.horse_pid, os.EX_OK, None
        ended = super().wait_for_horse()
        self._horse_status = ended[1]
        return ended

    def main_work_horse(self, job: Job, queue: rq.Queue) -> None:
        """Run in the forked child, which ends when its worker does."""
        die_with_parent(self.pid or os.getppid())
        super().main_work_horse(job, queue)

    def perform_job(self, job: Job, queue: rq.Queue, execution: Execution) -> bool:
        """Perform the job, and in a work horse those that the worker then has for it.

        After a job that failed the work horse ends, as something may be wrong with it.
        """
        if self._line is None:
            return super().perform_job(job, queue, execution)
        jobs = self._line.for_horse()
        try:
            while super().perform_job(job, queue, execution):
                following = self._next_job(jobs)
                if following is None:
                    return True
                job, execution = following
            return False
        finally:
            if entry.close():
                # Such as after RQ's time limit; the worker then gives back what was held.
                os._exit(1)

    def _next_job(self, jobs: JobSource) -> tuple[Job, Execution] | None:
        """Wait for the next job, and read it."""
        self.executions.clear()
        self.procline(f"Waiting on {','.join(self.queue_names())}")  # type: ignore[no-untyped-call]
        if (asked := jobs.next(entry.linger_seconds(), stopping=entry.is_stopping)) is None:
            return None
        try:
            job = self.job_class.fetch(asked.job_id, self.connection, self.serializer)
        except NoSuchJobError:
            # Redis has lost its data meanwhile; the sweeper notifies again.
            return None
        job.redis_server_version = self.get_redis_server_version()  # type: ignore[no-untyped-call]
        execution = Execution(asked.execution_id, job.id, self.connection, self.name)
        self.executions[execution.id] = execution
        return job, execution

    def handle_warm_shutdown_request(self) -> None:
        """Ask the work horse to finish, so that a stop does not wait for it without limit."""
        super().handle_warm_shutdown_request()  # type: ignore[no-untyped-call]
        self._ask_horse_to_stop()

    def _ask_horse_to_stop(self) -> None:
        if self.horse_pid:
            # It may just have ended by itself.
            with suppress(ProcessLookupError):
                os.kill(self.horse_pid, signal.SIGTERM)


@contextmanager
def _stop_signals_blocked() -> Iterator[None]:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _STOP_SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def run_sweeper() -> None:
    """Sweep until SIGTERM; run it in a forked child."""
    stopped = threading.Event()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    app = entry.app()
    sweep_until(app, runtime_of(app), stopped)
    runtime_of(app).plugins.close()
