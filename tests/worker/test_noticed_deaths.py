"""Who dies on this machine is noticed at once: nobody waits for a lease, which is long here."""

import sys
import time
from pathlib import Path

import pytest

from tests.fixtures.databases import only_sqlite, slow_on_postgresql
from tests.fixtures.servers import until
from tests.fixtures.stacks import is_alive, kill
from tests.support import ensure_video, tasks
from vidwiz.models import TaskStatus
from vidwiz.tasks.types import TaskType

RQ = str(Path(sys.executable).with_name("rq"))
METADATA = TaskType.FETCH_METADATA
LEASE_SECONDS = 300
# Far less than a lease, and more than a loaded machine needs to start a worker.
SOON = 20


def lose(stack, victim):
    """Kill who works on the metadata of a video; return when that was."""
    ensure_video()
    with stack.held("metadata"):
        call = stack.first_call("metadata")
        kill_at_work(call, victim)
        return time.monotonic()


def kill_at_work(call, victim):
    """Kill a worker or its work horse; the work horse dies of either before it is let go on."""
    kill(call[victim])
    until(lambda: not is_alive(call["pid"]), "the work horse to be dead")


def check_work_goes_on(stack, killed_at):
    until(
        lambda: tasks(task_type=METADATA, status=TaskStatus.COMPLETED),
        f"the task to be done\n{stack.output()}",
        SOON,
    )
    (task,) = tasks(task_type=METADATA)
    # It counts as any lost attempt does.
    assert (task.attempt, task.failures, task.isolated) == (2, 1, True)
    assert time.monotonic() - killed_at < SOON


@pytest.mark.parametrize("victim", ["pid", "parent"], ids=["work-horse", "worker"])
@slow_on_postgresql
def test_in_the_pool(stack, victim):
    stack.start("worker.py", "--queues", "metadata=1", VIDWIZ_LEASE_SECONDS=str(LEASE_SECONDS))
    check_work_goes_on(stack, lose(stack, victim))


@only_sqlite
def test_a_work_horse_of_a_plain_worker(stack):
    start_plain_worker(stack)
    check_work_goes_on(stack, lose(stack, "pid"))


@only_sqlite
@pytest.mark.slow
def test_a_plain_worker_beside_another(stack):
    """The other one's sweeper looks for it."""
    start_plain_worker(stack)
    ensure_video()
    with stack.held("metadata"):
        call = stack.first_call("metadata")
        start_plain_worker(stack)
        until(lambda: len(files(stack)) == 2, "the other worker")
        kill_at_work(call, "parent")
        killed_at = time.monotonic()
    check_work_goes_on(stack, killed_at)


@only_sqlite
@pytest.mark.slow
def test_a_plain_worker_that_is_started_again(stack):
    start_plain_worker(stack)
    killed_at = lose(stack, "parent")
    start_plain_worker(stack)
    check_work_goes_on(stack, killed_at)


def start_plain_worker(stack):
    argv = (RQ, "worker", "-w", "vidwiz.jobs.Worker", "metadata")
    stack.start(*argv, VIDWIZ_LEASE_SECONDS=str(LEASE_SECONDS))


def files(stack):
    return list((stack.config.data_dir / "workers").glob("[!.]*"))


@only_sqlite
def test_a_stopped_worker_leaves_no_file(stack):
    workers = stack.start_workers("metadata=1")
    ensure_video()
    # Only one that is at work heeds a stop; before that the signal ends it, and its file is found.
    until(lambda: tasks(task_type=METADATA, status=TaskStatus.COMPLETED), "a task to be done")
    assert len(files(stack)) == 1
    workers.terminate()
    workers.wait(20)
    assert files(stack) == []
