"""The one function that RQ calls, and the app that every job of a process works in."""

from __future__ import annotations

import logging
import os
import signal
import threading
from functools import cache
from typing import TYPE_CHECKING

from redis.exceptions import RedisError
from rq import get_current_job

from vidwiz import log as logs
from vidwiz.config import Config
from vidwiz.pipeline.flow import KINDS
from vidwiz.processes import keep_files_private
from vidwiz.runtime import build_app, runtime_of
from vidwiz.worker.context import WorkerContext
from vidwiz.worker.warm_up import warm_up

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Flask
    from rq.job import Job

    from vidwiz.worker.runner import Runner

log = logging.getLogger(__name__)

# Less than what the parent adds to the grace time before it kills.
_GIVE_BACK_SECONDS = 4.0


@cache
def app() -> Flask:
    """Return the process's app, built on first use: in a worker before it forks."""
    keep_files_private()
    config = Config.from_env()
    logs.configure(config.log_level)
    # A work horse is younger than any connection that could have died on it. A commit that a power
    # cut takes back is work that is done again.
    return build_app(config, pre_ping=False, flush_commits=False)


@cache
def preload() -> None:
    """Make what all work horses need, before any of them is forked; once, also for its forks."""
    flask_app = app()
    warm_up(flask_app, runtime_of(flask_app))


def run_tasks(task_ids: Sequence[int]) -> dict[str, int]:
    """Work on these tasks, then on others of the queue's kind; return how the attempts ended."""
    job = get_current_job()
    if job is None:
        raise RuntimeError("this runs as an RQ job only")
    kind = KINDS.of_queue(job.origin)
    flask_app = app()
    runtime = runtime_of(flask_app)
    worker_name = job.worker_name or "worker"
    try:
        with flask_app.app_context(), WorkerContext(flask_app, worker_name) as context:
            _listen_for_stop(flask_app, context.runner, job)
            if context.runner.drain(kind.name, [int(task_id) for task_id in task_ids]):
                runtime.queue.notify(kind.name, [])
            return dict(context.runner.outcomes)
    finally:
        # The work horse ends with its job.
        runtime.plugins.close()


def _listen_for_stop(flask_app: Flask, runner: Runner, job: Job) -> None:
    """On SIGTERM finish what fits the grace time, then give the rest back."""
    grace = runtime_of(flask_app).config.grace_seconds

    def stop(*_: object) -> None:
        if not runner.stopping:
            runner.stopping = True
            timer = threading.Timer(grace, give_back_and_exit, args=(flask_app, runner, job))
            timer.daemon = True
            timer.start()

    signal.signal(signal.SIGTERM, stop)
    # Blocked since before the fork, so that a signal that came early is not lost.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})


def give_back_and_exit(flask_app: Flask, runner: Runner, job: Job | None = None) -> None:
    """Give back what is still held and end the process, also when database or Redis are away."""
    # What hangs is waited for no longer than this; then the leases run out.
    last = threading.Timer(_GIVE_BACK_SECONDS, os._exit, args=(0,))
    last.daemon = True
    last.start()
    try:
        with flask_app.app_context():
            runner.give_back()
        if job is not None:
            # Nobody finished it and nothing is wrong with it: it must not show among the failed.
            job.delete()
        runtime_of(flask_app).plugins.close()
    except RedisError:
        log.warning("the job could not be deleted", exc_info=True)
    except Exception:
        log.exception("giving back failed")
    finally:
        os._exit(0)
