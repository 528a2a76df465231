"""The one function that RQ calls, and what a process keeps from one job to the next."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING

from redis.exceptions import RedisError
from rq import get_current_job
from rq.timeouts import BaseTimeoutException
from sqlalchemy.exc import SQLAlchemyError

from vidwiz import log as logs
from vidwiz.config import Config
from vidwiz.db.transactions import read_transaction
from vidwiz.pipeline.flow import KINDS
from vidwiz.processes import keep_files_private
from vidwiz.runtime import build_app, runtime_of
from vidwiz.tasks import recovery
from vidwiz.worker.context import WorkerContext
from vidwiz.worker.warm_up import warm_up

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from flask import Flask
    from rq.job import Job

    from vidwiz.pipeline.kinds import TaskKind
    from vidwiz.runtime import Runtime
    from vidwiz.worker.runner import Runner

log = logging.getLogger(__name__)

# Less than what the parent adds to the grace time before it kills.
_GIVE_BACK_SECONDS = 4.0
# A process takes no more jobs after so many tasks or so long.
_MOST_TASKS = 500
_LONGEST_LIFE_SECONDS = 300.0


@cache
def app() -> Flask:
    """Return the process's app, built on first use: in a worker before it forks."""
    keep_files_private()
    config = Config.from_env()
    logs.configure(config.log_level)
    # A commit that a power cut takes back is work that is done again.
    return build_app(config, flush_commits=False)


def preload(queues: Iterable[str]) -> None:
    """Make what the work horses of these queues need, before any of them is forked.

    Once for each queue, also in the forks of this process.
    """
    _warm_up()
    for queue in queues:
        _preload_plugins(queue)


@cache
def _warm_up() -> None:
    flask_app = app()
    warm_up(flask_app, runtime_of(flask_app))


@cache
def _preload_plugins(queue: str) -> None:
    runtime_of(app()).preload_plugins(KINDS.asked_for(queue))


class _Process:
    """What a process keeps from one job to the next."""

    context: WorkerContext | None = None
    job: Job | None = None
    """The job that runs now."""
    started_at = 0.0
    """When the first job started, by the monotonic clock."""


def run_tasks(task_ids: Sequence[int]) -> dict[str, int]:
    """Work on these tasks, then on others of the queue's kinds; return how the attempts ended."""
    job = get_current_job()
    if job is None:
        raise RuntimeError("this runs as an RQ job only")
    kinds = KINDS.sharing(job.origin)
    flask_app = app()
    runner = _context(flask_app, job.worker_name or "worker").runner
    before = Counter(runner.outcomes)
    _Process.job = job
    try:
        with flask_app.app_context():
            more_may_be_due = _drain(runner, kinds, [int(task_id) for task_id in task_ids])
            done = runner.outcomes - before
            if more_may_be_due:
                runtime_of(flask_app).queue.notify(kinds[0].name, [])
            elif not done:
                _pass_on(runtime_of(flask_app), kinds)
        return dict(done)
    finally:
        _Process.job = None


def _drain(runner: Runner, kinds: Sequence[TaskKind], wanted: Sequence[int]) -> bool:
    """Work on the kinds in turn, so that none keeps another from it; say whether more may be due.

    Raises the first bug met once all of them had their turn.
    """
    more_may_be_due, bugs = False, []
    for kind in kinds:
        try:
            more_may_be_due |= runner.drain(kind.name, wanted)
        except BaseTimeoutException:
            raise
        except Exception as exc:  # noqa: BLE001 - raised below
            bugs.append(exc)
    if bugs:
        raise bugs[0]
    return more_may_be_due


def _pass_on(runtime: Runtime, kinds: Sequence[TaskKind]) -> None:
    """Leave the notification to a worker elsewhere where a site refuses this network.

    While the database is away nobody can say that; the sweeper notifies again.
    """
    network = runtime.config.network
    try:
        with read_transaction() as session:
            refused = recovery.blocked_types(session, [kind.name for kind in kinds], network)
    except SQLAlchemyError:
        return
    for task_type in refused:
        runtime.queue.pass_on(task_type, network=network)


def _context(flask_app: Flask, worker_name: str) -> WorkerContext:
    """Return what this process works with, made at its first job."""
    if _Process.context is None:
        _Process.started_at = time.monotonic()
        _Process.context = WorkerContext(flask_app, worker_name)
        _Process.context.__enter__()
        _listen_for_stop(flask_app, _Process.context.runner)
    return _Process.context


def close() -> bool:
    """End what this process kept from one job to the next; say whether it still holds a task."""
    context, _Process.context = _Process.context, None
    if context is None:
        return False
    context.__exit__()
    runtime_of(app()).plugins.close()
    return context.holds_tasks


def is_stopping() -> bool:
    """Say whether this process was asked to stop."""
    return _Process.context is not None and _Process.context.runner.stopping


def linger_seconds() -> float:
    """Return how long this process may wait for another job; 0 when it shall end.

    What a plugin leaks ends with the process, so it takes no more jobs after a time.
    """
    if _Process.context is None:
        return 0.0
    is_old = time.monotonic() - _Process.started_at > _LONGEST_LIFE_SECONDS
    has_done_enough = _Process.context.runner.outcomes.total() >= _MOST_TASKS
    if is_old or has_done_enough:
        return 0.0
    return runtime_of(app()).config.linger_seconds


def _listen_for_stop(flask_app: Flask, runner: Runner) -> None:
    """On SIGTERM finish what fits the grace time, then give the rest back."""
    grace = runtime_of(flask_app).config.grace_seconds

    def give_back() -> None:
        give_back_and_exit(flask_app, runner, _Process.job)

    def stop(*_: object) -> None:
        if not runner.stopping:
            runner.stopping = True
            timer = threading.Timer(grace, give_back)
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
