"""The queue of SQLite's writers within one process: in order, bounded in time, fork-safe."""

import os
import signal
import sqlite3
import threading
import time

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from tests.fixtures.databases import only_sqlite
from tests.fixtures.servers import until
from tests.support import VIDEO, ensure_video, tasks, writing
from vidwiz.db import sqlite
from vidwiz.db.engine import db
from vidwiz.db.sqlite import WriterQueue, writer_queue


def waiting(queue):
    return len(queue._waiting)


def test_turns_come_in_the_order_of_arrival():
    queue, order = WriterQueue(), []

    def take(number):
        with queue.turn():
            order.append(number)

    threads = []
    with queue.turn():
        for number in range(10):
            threads.append(threading.Thread(target=take, args=(number,)))
            threads[-1].start()
            until(lambda seen=number: waiting(queue) == seen + 1, "the thread to wait")
    for thread in threads:
        thread.join()
    assert order == list(range(10))
    assert not queue._is_taken


def test_one_at_a_time():
    queue, inside, most = WriterQueue(), [], []

    def take():
        for _ in range(50):
            with queue.turn():
                inside.append(1)
                most.append(len(inside))
                inside.pop()

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(most) == 1
    assert len(most) == 400


@pytest.mark.parametrize("longest", [0.0, 0.05, -1.0])
def test_whoever_waits_too_long_goes_on_without_a_turn(monkeypatch, longest):
    monkeypatch.setattr(sqlite, "LONGEST_WAIT", longest)
    queue = WriterQueue()
    with queue.turn():
        with queue.turn():
            assert queue._is_taken
        # What was never held is not let go.
        assert queue._is_taken
    assert not queue._is_taken
    assert waiting(queue) == 0


def test_a_turn_ends_with_an_error():
    queue = WriterQueue()
    with pytest.raises(ZeroDivisionError), queue.turn():
        raise ZeroDivisionError
    assert not queue._is_taken


def test_a_wait_that_a_signal_ends_leaves_no_place_in_the_queue():
    """As RQ's time-out of a job does, in the main thread."""
    queue, release = WriterQueue(), threading.Event()

    def hold():
        with queue.turn():
            release.wait(20)

    def time_out(*_):
        raise TimeoutError

    holder = threading.Thread(target=hold)
    holder.start()
    until(lambda: queue._is_taken, "the turn to be taken")
    before = signal.signal(signal.SIGALRM, time_out)
    signal.setitimer(signal.ITIMER_REAL, 0.1)
    try:
        with pytest.raises(TimeoutError), queue.turn():
            pass
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert waiting(queue) == 0
    release.set()
    holder.join()
    assert not queue._is_taken


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_forked_child_waits_for_no_thread_of_its_parent():
    with writer_queue.turn():
        pid = os.fork()
        if pid == 0:
            threading.Timer(5.0, os._exit, args=(1,)).start()
            with writer_queue.turn():
                os._exit(0)
        _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    assert not writer_queue._is_taken


@only_sqlite
def test_a_lock_that_is_never_free_is_an_error_that_everybody_knows(core, monkeypatch):
    ensure_video()
    monkeypatch.setattr(sqlite, "LONGEST_WAIT", 0.2)
    db.engine.dispose()  # a new connection takes the new limit
    path = db.engine.url.database
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    begun = time.monotonic()
    with pytest.raises(OperationalError, match="locked"):
        ensure_video("another0001")
    assert time.monotonic() - begun < 5
    other.execute("ROLLBACK")
    other.close()
    ensure_video("another0001")
    assert len(tasks()) == 4


@only_sqlite
def test_other_statements_still_wait_as_long_as_sqlite_lets_them(core):
    ensure_video(VIDEO)
    with writing() as uow:
        assert uow.session.scalar(sa.text("PRAGMA busy_timeout")) == 30_000
