"""The one function that RQ calls, and the app that every job of a process works in."""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
from typing import TYPE_CHECKING

from redis.exceptions import RedisError
from rq import get_current_job
from rq.timeouts import BaseTimeoutException

from vidwiz import log as logs
from vidwiz.config import Config
from vidwiz.jobs.handlers import Handlers, Tools
from vidwiz.jobs.leases import LeaseKeeper
from vidwiz.jobs.ledger import DatabaseHealth, DatabaseLedger
from vidwiz.jobs.runner import Runner
from vidwiz.plugin_host.chain import Chain
from vidwiz.queueing.pokes import TYPE_OF_QUEUE
from vidwiz.runtime import Runtime, build_app
from vidwiz.services.claims import WorkerId

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Flask
    from rq.job import Job

    from vidwiz.ports import TaskType

log = logging.getLogger(__name__)

_app: Flask | None = None


def app() -> Flask:
    """Return the process's app, built on first use: in a worker before it forks."""
    global _app  # noqa: PLW0603 - the one thing that a work horse inherits
    if _app is None:
        config = Config.from_env()
        logs.configure(config.log_level)
        _app = build_app(config)
    return _app


def runtime_of(flask_app: Flask) -> Runtime:
    """Return the parts that the app was built with."""
    runtime: Runtime = flask_app.extensions["vidwiz"]
    return runtime


def run_tasks(task_ids: Sequence[int]) -> dict[str, int]:
    """Work on these tasks, then on others of the queue's type; return how the attempts ended."""
    job = get_current_job()
    if job is None:
        raise RuntimeError("this runs as an RQ job only")
    task_type = TYPE_OF_QUEUE[job.origin]
    flask_app = app()
    runtime = runtime_of(flask_app)
    with flask_app.app_context(), _Bench(flask_app, job.worker_name or "worker") as bench:
        bench.listen_for_stop(job)
        if bench.runner.drain(task_type, [int(task_id) for task_id in task_ids]):
            runtime.queue.poke(task_type, [])
        return dict(bench.runner.outcomes)


class _Bench:
    """What one process needs to work: a ledger, tools, and a thread that keeps the leases."""

    def __init__(self, flask_app: Flask, worker_name: str) -> None:
        runtime = runtime_of(flask_app)
        interrupts = (BaseTimeoutException,)
        network = runtime.config.network
        ledger = DatabaseLedger(
            runtime, WorkerId(f"{socket.gethostname()}:{worker_name}"[:128], "queue", network)
        )
        tools = Tools(
            runtime.metadata_fetchers(),
            runtime.transcript_fetchers(),
            runtime.llm_provider(),
            Chain(DatabaseHealth(runtime), interrupts),
        )
        self._app = flask_app
        self._grace = runtime.config.grace_seconds
        self._leases = LeaseKeeper(
            ledger,
            lease_seconds=runtime.config.lease_seconds,
            context=flask_app.app_context,
            end_process=lambda: os._exit(1),
        )
        self.runner = Runner(ledger, Handlers(ledger, tools), self._leases, interrupts=interrupts)

    def __enter__(self) -> _Bench:
        self._leases.__enter__()
        return self

    def __exit__(self, *exc: object) -> None:
        self._leases.__exit__(*exc)

    def listen_for_stop(self, job: Job) -> None:
        """On SIGTERM finish what fits the grace time, then give the rest back."""

        def stop(*_: object) -> None:
            if not self.runner.stopping:
                self.runner.stopping = True
                timer = threading.Timer(self._grace, self._give_back, args=(job,))
                timer.daemon = True
                timer.start()

        signal.signal(signal.SIGTERM, stop)
        # Blocked since before the fork, so that a signal that came early is not lost.
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})

    def _give_back(self, job: Job) -> None:
        with self._app.app_context():
            self.runner.give_back()
        try:
            # Nobody finished it and nothing is wrong with it: it must not show among the failed.
            job.delete()
        except RedisError:
            log.warning("the job could not be deleted", exc_info=True)
        os._exit(0)


def work_here(task_types: Sequence[TaskType]) -> None:
    """Work on everything that is due in this process, without Redis: one round of all types."""
    flask_app = app()
    with flask_app.app_context(), _Bench(flask_app, f"local-{os.getpid()}") as bench:
        for task_type in task_types:
            bench.runner.drain(task_type)
