"""The one function that RQ calls, and the app that every job of a process works in."""

from __future__ import annotations

import logging
import os
import signal
import threading
from typing import TYPE_CHECKING

from redis.exceptions import RedisError
from rq import get_current_job

from vidwiz import log as logs
from vidwiz.config import Config
from vidwiz.jobs.bench import Bench
from vidwiz.jobs.rehearsal import rehearse
from vidwiz.queueing.pokes import TYPE_OF_QUEUE
from vidwiz.runtime import build_app, runtime_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Flask
    from rq.job import Job

    from vidwiz.jobs.runner import Runner

log = logging.getLogger(__name__)

_app: Flask | None = None


def app() -> Flask:
    """Return the process's app, built on first use: in a worker before it forks."""
    global _app  # noqa: PLW0603 - the one thing that a work horse inherits
    if _app is None:
        config = Config.from_env()
        logs.configure(config.log_level)
        # A work horse is younger than any connection that could have died on it.
        _app = build_app(config, pre_ping=False)
    return _app


def preload() -> None:
    """Make what all work horses need, before any of them is forked."""
    flask_app = app()
    rehearse(flask_app, runtime_of(flask_app))


def run_tasks(task_ids: Sequence[int]) -> dict[str, int]:
    """Work on these tasks, then on others of the queue's type; return how the attempts ended."""
    job = get_current_job()
    if job is None:
        raise RuntimeError("this runs as an RQ job only")
    task_type = TYPE_OF_QUEUE[job.origin]
    flask_app = app()
    runtime = runtime_of(flask_app)
    with flask_app.app_context(), Bench(flask_app, job.worker_name or "worker") as bench:
        _listen_for_stop(flask_app, bench.runner, job)
        if bench.runner.drain(task_type, [int(task_id) for task_id in task_ids]):
            runtime.queue.poke(task_type, [])
        return dict(bench.runner.outcomes)


def _listen_for_stop(flask_app: Flask, runner: Runner, job: Job) -> None:
    """On SIGTERM finish what fits the grace time, then give the rest back."""
    grace = runtime_of(flask_app).config.grace_seconds

    def stop(*_: object) -> None:
        if not runner.stopping:
            runner.stopping = True
            timer = threading.Timer(grace, _give_back, args=(flask_app, runner, job))
            timer.daemon = True
            timer.start()

    signal.signal(signal.SIGTERM, stop)
    # Blocked since before the fork, so that a signal that came early is not lost.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})


def _give_back(flask_app: Flask, runner: Runner, job: Job) -> None:
    with flask_app.app_context():
        runner.give_back()
    try:
        # Nobody finished it and nothing is wrong with it: it must not show among the failed.
        job.delete()
    except RedisError:
        log.warning("the job could not be deleted", exc_info=True)
    os._exit(0)
