"""A worker of RQ's command line: its sweeper is replaced, and its heartbeat is heard in time."""

import sys
import time
from pathlib import Path

import psutil
import pytest
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from tests.fixtures.databases import only_sqlite
from tests.fixtures.servers import until
from tests.fixtures.stacks import is_alive, kill
from tests.support import ensure_video, tasks
from vidwiz.db.transactions import read_transaction
from vidwiz.models import PeriodicRun
from vidwiz.queueing import registered_workers
from vidwiz.worker import rq_worker
from vidwiz.worker.rq_worker import Worker

RQ = str(Path(sys.executable).with_name("rq"))


def last_sweep():
    with read_transaction() as session:
        run = session.get(PeriodicRun, "sweep")
        return None if run is None else run.started_at


def children(process):
    return [child.pid for child in psutil.Process(process.pid).children()]


@only_sqlite
@pytest.mark.slow
def test_a_sweeper_that_died_is_replaced(stack):
    """With plain `rq worker` nobody else would start one."""
    worker = stack.start(
        *(RQ, "worker", "-w", "vidwiz.jobs.Worker", "metadata"), VIDWIZ_LINGER_SECONDS="0"
    )
    until(last_sweep, f"a sweep\n{stack.output()}")
    (sweeper,) = children(worker)
    kill(sweeper)
    until(lambda: not is_alive(sweeper), "the sweeper to die")
    before = last_sweep()
    # A job makes the worker's heart beat, as otherwise its idle waiting does every 15 s.
    ensure_video()
    until(lambda: last_sweep() > before, f"another sweeper\n{stack.output()}")
    until(lambda: tasks(status="completed"), "the task to be done")
    (another,) = until(lambda: [pid for pid in children(worker) if is_alive(pid)], "it to be seen")
    assert another != sweeper
    worker.terminate()
    worker.wait(20)
    until(lambda: not is_alive(another), "the sweeper to end with its worker")


@pytest.mark.slow
@only_sqlite
def test_an_idle_workers_sweeper_is_replaced_too(stack):
    worker = stack.start(RQ, "worker", "-w", "vidwiz.jobs.Worker", "metadata")
    until(last_sweep, f"a sweep\n{stack.output()}")
    (sweeper,) = children(worker)
    kill(sweeper)
    until(lambda: not is_alive(sweeper), "the sweeper to die")
    before, died = last_sweep(), time.monotonic()
    until(lambda: last_sweep() > before, f"another sweeper\n{stack.output()}", 30)
    assert time.monotonic() - died < 20


@pytest.fixture
def idle(redis_url, core):
    with Redis.from_url(redis_url) as connection:
        yield Worker(["note", "summary"], connection=connection, sweeps=False)


def test_a_living_worker_is_never_silent_for_long(idle):
    """It may miss one beat, idle or at work, before nobody counts with it any more."""
    silence = registered_workers._SILENCE.total_seconds()
    assert 2 * idle.dequeue_timeout < silence
    assert 2 * idle.job_monitoring_interval < silence


def test_a_dead_worker_is_soon_forgotten(idle):
    silence = registered_workers._SILENCE.total_seconds()
    # What RQ keeps the registration for after the last beat.
    assert silence <= idle.worker_ttl + 60 <= 120
    assert silence <= 60


def test_a_worker_that_beat_is_counted_and_one_that_is_silent_is_not(idle, redis_url):
    idle.register_birth()
    assert registered_workers.worker_counts(redis_url) == {"note": 1, "summary": 1}
    idle.heartbeat()
    assert 60 < idle.connection.ttl(idle.key) <= 120
    idle.register_death()
    assert registered_workers.worker_counts(redis_url) == {}


def test_it_beats_once_a_second_at_the_most(idle, monkeypatch):
    """RQ asks for three beats a job."""
    idle.register_birth()
    idle.heartbeat()
    idle.connection.hset(idle.key, "last_heartbeat", "before")
    idle.heartbeat()
    assert idle.connection.hget(idle.key, "last_heartbeat") == b"before"
    monkeypatch.setattr(rq_worker, "_BEAT_SECONDS", 0.0)
    idle.heartbeat()
    assert idle.connection.hget(idle.key, "last_heartbeat") != b"before"
    idle.register_death()


def test_a_beat_that_failed_is_not_counted(idle, monkeypatch):
    idle.register_birth()
    with monkeypatch.context() as patch:
        patch.setattr(idle.connection, "pipeline", raising_connection_error)
        with pytest.raises(RedisConnectionError):
            idle.heartbeat()
    idle.connection.hset(idle.key, "last_heartbeat", "before")
    idle.heartbeat()
    assert idle.connection.hget(idle.key, "last_heartbeat") != b"before"
    idle.register_death()


def raising_connection_error(*_, **__):
    raise RedisConnectionError("away")


def test_a_worker_that_redis_forgot_tells_its_state_again(idle):
    idle.register_birth()
    idle.set_state("idle")
    idle.connection.delete(idle.key)
    idle.heartbeat()
    assert idle.connection.hget(idle.key, "state") == b"idle"
    idle.register_death()
