"""A work horse that lingers: one fork serves many jobs, and everything else stays as it was."""

import signal
import sys
import time
from pathlib import Path

import psutil
import pytest
import sqlalchemy as sa
from redis import Redis
from rq import Queue
from rq import Worker as PlainWorker
from rq.registry import FailedJobRegistry, FinishedJobRegistry, StartedJobRegistry

from tests.fixtures.databases import only_postgresql, only_sqlite, slow_on_postgresql
from tests.fixtures.servers import until
from tests.fixtures.stacks import is_alive, kill
from tests.support import ensure_video, tasks
from vidwiz.db.engine import db
from vidwiz.models import TaskStatus
from vidwiz.queueing.messages import ENTRY_POINT, SignedJson
from vidwiz.queueing.notifications import ENOUGH_NOTIFICATIONS, queue_named
from vidwiz.tasks.types import TaskType
from vidwiz.worker import entry

RQ = str(Path(sys.executable).with_name("rq"))
METADATA = TaskType.FETCH_METADATA


def start(stack, seconds, queues="metadata=1"):
    return stack.start("worker.py", "--queues", queues, VIDWIZ_LINGER_SECONDS=str(seconds))


def fetch(stack, name):
    """Have a video's metadata fetched; return the call."""
    seen = len(stack.calls("metadata"))
    ensure_video(name)
    until(
        lambda: tasks(task_type=METADATA, video_id=name, status="completed"),
        f"{name}\n{stack.output()}",
    )
    (call,) = stack.calls("metadata")[seen:]
    return call


def fetch_with_one_worker(stack, seconds=30):
    """Return the first call once its work horse has told its worker that it is done."""
    start(stack, seconds)
    call = fetch(stack, "first000000")
    with Redis.from_url(stack.config.redis_url) as redis:
        until(lambda: workers(redis)[0].get_state() == "idle", "the worker to be idle")
    return call


def workers(redis):
    return PlainWorker.all(connection=redis, serializer=SignedJson)


def no_failure():
    return not [task for task in tasks(task_type=METADATA) if task.failures or task.error_code]


@slow_on_postgresql
def test_one_fork_serves_jobs_that_come_after_each_other(stack):
    first = fetch_with_one_worker(stack)
    calls = [fetch(stack, f"video{number:06d}") for number in range(3)]
    assert {call["pid"] for call in calls} == {first["pid"]}


@only_sqlite
def test_with_0_a_work_horse_ends_with_its_job(stack):
    first = fetch_with_one_worker(stack, 0)
    until(lambda: not is_alive(first["pid"]), "the work horse to end", 2)
    assert fetch(stack, "second00000")["pid"] != first["pid"]


@only_sqlite
def test_it_ends_when_nothing_came(stack):
    first = fetch_with_one_worker(stack, 0.5)
    until(lambda: not is_alive(first["pid"]), "the work horse to end", 3)
    assert fetch(stack, "second00000")["pid"] != first["pid"]
    assert no_failure()


@slow_on_postgresql
def test_a_stop_ends_it_at_once(stack):
    pool = start(stack, 60)
    horse = fetch(stack, "first000000")["pid"]
    asked = time.monotonic()
    kill(pool.pid, signal.SIGTERM)
    assert pool.wait(10) == 0
    # Less than the grace time, which only work may use.
    assert time.monotonic() - asked < stack.config.grace_seconds
    assert not psutil.pid_exists(horse)


@slow_on_postgresql
def test_one_that_was_killed_while_it_lingered_is_replaced(stack):
    first = fetch_with_one_worker(stack)
    kill(first["pid"])
    assert fetch(stack, "second00000")["pid"] != first["pid"]
    assert no_failure()


@only_sqlite
@pytest.mark.slow
def test_one_that_froze_while_it_lingered_is_replaced(stack):
    first = fetch_with_one_worker(stack)
    kill(first["pid"], signal.SIGSTOP)
    assert fetch(stack, "second00000")["pid"] != first["pid"]
    assert not psutil.pid_exists(first["pid"])
    assert no_failure()


@slow_on_postgresql
def test_a_worker_that_is_killed_takes_it_along(stack):
    first = fetch_with_one_worker(stack)
    kill(first["parent"])
    until(lambda: not is_alive(first["pid"]), "the work horse to end", 2)


@pytest.mark.slow
def test_a_notification_that_arrives_as_it_ends_is_worked_on(stack):
    """The race is tried many times, around the moment at which the waiting ends."""
    start(stack, 0.2)
    fetch(stack, "first000000")
    for number in range(60):
        # From well before the end of its waiting to well after it.
        time.sleep(0.15 + 0.002 * number)
        asked = time.monotonic()
        fetch(stack, f"video{number:06d}")
        # Not by the sweeper, which would find a notification that got lost.
        assert time.monotonic() - asked < 2 * stack.config.sweep_seconds
    assert no_failure()
    horses = {call["pid"] for call in stack.calls("metadata")}
    assert 1 < len(horses) <= 61


@only_sqlite
def test_what_rq_tells_of_it_is_true(stack):
    fetch_with_one_worker(stack)
    fetch(stack, "second00000")
    with Redis.from_url(stack.config.redis_url) as redis:
        until(lambda: workers(redis)[0].get_state() == "idle", "the worker to be idle")
        (worker,) = workers(redis)
        queue = Queue("metadata", connection=redis, serializer=SignedJson)
        assert worker.successful_job_count == 2
        assert worker.get_current_job_id() is None
        assert StartedJobRegistry(queue=queue).get_job_count(cleanup=False) == 0
        assert FailedJobRegistry(queue=queue).get_job_count(cleanup=False) == 0
        assert queue.count == 0
        assert redis.llen(queue.intermediate_queue_key) == 0
        # Those that are done are kept for five minutes; nobody works on the others here.
        times = sorted(redis.ttl(key) for key in redis.scan_iter("rq:job:*"))
        assert times[:2] == [-1, -1]
        # The sweeper may have notified again meanwhile.
        assert 2 <= Queue("transcript", connection=redis).count <= ENOUGH_NOTIFICATIONS
        assert all(0 < time <= 300 for time in times[2:])
        assert FinishedJobRegistry(queue=queue).get_job_count(cleanup=False) == len(times[2:]) == 2
        assert not list(redis.scan_iter("rq:execution*"))


@only_sqlite
@pytest.mark.parametrize(
    "command",
    [
        ("worker", "-w", "vidwiz.jobs.Worker"),
        ("worker-pool", "-w", "vidwiz.jobs.Worker", "-n", "1"),
    ],
    ids=["worker", "worker-pool"],
)
def test_rqs_own_commands_have_it_too(stack, command):
    stack.start(RQ, *command, "-w", "vidwiz.jobs.Worker", "metadata", VIDWIZ_LINGER_SECONDS="30")
    first = fetch(stack, "first000000")
    assert fetch(stack, "second00000")["pid"] == first["pid"]


@only_sqlite
def test_a_burst_does_not_wait_for_it(stack):
    ensure_video()
    asked = time.monotonic()
    worker = stack.start(
        *(RQ, "worker", "-w", "vidwiz.jobs.Worker", "--burst", "metadata"),
        VIDWIZ_LINGER_SECONDS="60",
    )
    assert worker.wait(30) == 0
    assert time.monotonic() - asked < 30
    assert tasks(task_type=METADATA, status=TaskStatus.COMPLETED)


@only_postgresql
@pytest.mark.slow
def test_connections_that_died_while_it_lingered_are_replaced(stack):
    first = fetch_with_one_worker(stack)
    time.sleep(1.1)  # a connection that was used a moment ago is not looked at
    with db.engine.connect() as connection:
        connection.execute(
            sa.text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    asked = time.monotonic()
    assert fetch(stack, "second00000")["pid"] == first["pid"]
    assert time.monotonic() - asked < 2 * stack.config.sweep_seconds
    assert no_failure()


@only_sqlite
def test_after_a_job_that_met_a_bug_it_ends(stack):
    first = fetch_with_one_worker(stack)
    with Redis.from_url(stack.config.redis_url) as redis:
        queue_named("metadata", redis).enqueue_call(ENTRY_POINT, args=(["no number"],))
        until(lambda: not is_alive(first["pid"]), "the work horse to end", 5)
        failed = FailedJobRegistry(queue=queue_named("metadata", redis))
        until(lambda: failed.get_job_count(cleanup=False) == 1, "the failure to show")
    assert fetch(stack, "second00000")["pid"] != first["pid"]


class TestBounds:
    """What a plugin leaks ends with the process."""

    @pytest.fixture
    def process(self, core, monkeypatch):
        monkeypatch.setattr(entry, "app", lambda: core)
        before = signal.getsignal(signal.SIGTERM)
        entry._context(core, "test")
        yield entry._Process
        entry.close()
        signal.signal(signal.SIGTERM, before)

    def test_a_young_process_lingers(self, process, core):
        assert entry.linger_seconds() == 5.0

    def test_after_many_tasks_it_ends(self, process):
        process.context.runner.outcomes["completed"] = entry._MOST_TASKS - 1
        assert entry.linger_seconds() > 0
        process.context.runner.outcomes["stale"] = 1
        assert entry.linger_seconds() == 0

    def test_after_a_long_time_it_ends(self, process, monkeypatch):
        monkeypatch.setattr(entry, "_LONGEST_LIFE_SECONDS", 0.0)
        assert entry.linger_seconds() == 0

    def test_one_without_a_job_does_not_linger(self):
        assert entry.linger_seconds() == 0
        assert not entry.is_stopping()
