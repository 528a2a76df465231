"""Giving back on SIGTERM always reaches the end of the process."""

import os
import signal
import threading
import time

import psutil
import pytest
from redis import Redis
from rq import Worker

from tests.fixtures.databases import slow_on_postgresql
from tests.fixtures.servers import until
from tests.fixtures.stacks import kill
from tests.support import ensure_video, tasks
from vidwiz.queueing.registered_workers import worker_counts
from vidwiz.tasks.types import TaskType
from vidwiz.worker import entry


class Runner:
    """A runner whose giving back does what a test wants."""

    def __init__(self, give_back):
        self.give_back = give_back


def exit_code_of(core, runner, seconds=10.0):
    """Return the exit code of a child that gives back; fail when it does not end in time."""
    pid = os.fork()
    if pid == 0:
        threading.Timer(seconds, os._exit, args=(99,)).start()
        entry.give_back_and_exit(core, runner)
        os._exit(98)
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status)


def raising(error):
    def give_back():
        raise error

    return give_back


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
@pytest.mark.parametrize(
    "give_back",
    [lambda: None, raising(OSError("the database is away")), lambda: time.sleep(60)],
    ids=["works", "raises", "hangs"],
)
def test_the_process_ends_whatever_giving_back_does(core, monkeypatch, give_back):
    monkeypatch.setattr(entry, "_GIVE_BACK_SECONDS", 0.3)
    assert exit_code_of(core, Runner(give_back)) == 0


@slow_on_postgresql
@pytest.mark.slow
def test_a_stop_just_as_a_work_horse_ends_shows_no_error(stack):
    """The race is tried many times: SIGTERM at the moment when a job is done."""
    for number in range(6):
        ensure_video(f"stopping{number:03d}")
        workers = stack.start_workers("metadata=1")
        until(lambda seen=number: stack.calls("metadata")[seen:], "a call")
        kill(workers.pid, signal.SIGTERM)
        assert workers.wait(20) == 0
    assert "ProcessLookupError" not in stack.output()
    assert "unhandled exception" not in stack.output()
    assert not tasks(task_type=TaskType.FETCH_METADATA, error_code="worker_lost")


@pytest.mark.slow
def test_workers_register_again_after_redis_lost_everything(stack):
    stack.start_workers("metadata=1,note=2")
    expected = {"metadata": 1, "note": 2}

    def registered():
        return worker_counts(stack.config.redis_url)

    until(lambda: registered() == expected, f"workers\n{stack.output()}")
    with Redis.from_url(stack.config.redis_url) as redis:
        names = {worker.name for worker in Worker.all(connection=redis)}
        redis.flushall()
        assert registered() == {}
        until(lambda: registered() == expected, "workers to register again", 40)
        again = Worker.all(connection=redis)
        assert {worker.name for worker in again} == names
        assert {worker.get_state() for worker in again} == {"idle"}
        assert all(psutil.pid_exists(worker.pid) for worker in again)
    ensure_video()
    until(lambda: tasks(status="completed"), "work to go on")
