"""Commits on SQLite share a flush of the disk, and nobody goes on before it."""

import os
import shutil
import sqlite3
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from tests.fixtures.databases import dispose, make_config, migrate, only_sqlite
from tests.support import ensure_video, make_user
from vidwiz.db import sqlite_flush
from vidwiz.db.engine import db
from vidwiz.db.transactions import read_transaction, unit_of_work
from vidwiz.models import PeriodicRun, User, now
from vidwiz.plugin_host.registry import Registry
from vidwiz.runtime import build_app, current
from vidwiz.tasks import claims
from vidwiz.tasks.types import TaskType, WorkerId

pytestmark = only_sqlite
LONGEST = 10
FULL, NORMAL = 2, 1


class Disk:
    """The system's flush, which a test can hold up or break; remembers which files it flushed."""

    def __init__(self, flush):
        self._flush = flush
        self.flushed = []
        self.before = lambda: None

    def __call__(self, descriptor):
        self.before()
        self._flush(descriptor)
        self.flushed.append(os.fstat(descriptor).st_ino)


@pytest.fixture
def disk(core, monkeypatch):
    make_user()
    disk = Disk(sqlite_flush._flush)
    monkeypatch.setattr(sqlite_flush, "_flush", disk)
    return disk


@pytest.fixture
def at_once(core):
    """Return a function that writes in a thread of its own, and what is done, in order."""
    done = []

    def write(name):
        with core.app_context(), unit_of_work(current()) as uow:
            uow.session.add(PeriodicRun(name=name, started_at=now()))
            uow.after_commit(lambda _: done.append(name))

    def start(*names):
        threads = [threading.Thread(target=write, args=(name,)) for name in names]
        for thread in threads:
            thread.start()
        return threads

    return start, done


def path_of_database():
    return db.engine.url.database


def committed():
    with read_transaction() as session:
        return set(session.scalars(sa.select(PeriodicRun.name)))


def wait_until(condition):
    for _ in range(LONGEST * 100):
        if condition():
            return
        threading.Event().wait(0.01)
    raise AssertionError("not in time")


def test_nothing_follows_a_commit_before_it_is_on_the_disk(disk, at_once):
    start, done = at_once
    begun, gate = threading.Event(), threading.Event()

    def hold_up():
        begun.set()
        assert gate.wait(LONGEST)

    disk.before = hold_up
    threads = start("first")
    assert begun.wait(LONGEST)
    # While the first waits for the disk the others commit, and wait for one flush after it.
    others = [f"other {number}" for number in range(5)]
    threads += start(*others)
    wait_until(lambda: committed() == {"first", *others})
    assert not done
    gate.set()
    for thread in threads:
        thread.join(LONGEST)
    assert sorted(done) == ["first", *others]
    assert len(disk.flushed) == 2


def test_a_flush_counts_only_for_what_was_committed_before_it(disk, at_once, tmp_path):
    start, done = at_once
    path = path_of_database()
    lacking = []

    def cut_the_power():
        # What is on the disk after this flush is at least what the files hold now.
        copy = tmp_path / f"{len(disk.flushed)}.db"
        shutil.copy(path, copy)
        shutil.copy(f"{path}-wal", f"{copy}-wal")
        snapshots.append(copy)

    snapshots = []
    disk.before = cut_the_power
    for _ in range(4):
        names = [f"{len(done)} {number}" for number in range(6)]
        before = len(done)
        for thread in start(*names):
            thread.join(LONGEST)
        with sqlite3.connect(snapshots[-1]) as connection:
            kept = {name for (name,) in connection.execute("SELECT name FROM periodic_runs")}
        connection.close()
        lacking += [name for name in done[before:] if name not in kept]
    assert len(done) == 24
    assert not lacking


def test_all_who_wait_for_a_disk_that_fails_are_told(disk, core):
    def fail():
        raise OSError(5, "Input/output error")

    disk.before = fail
    followed = []
    with pytest.raises(OperationalError, match="Input/output"), unit_of_work(current()) as uow:
        uow.session.add(PeriodicRun(name="lost", started_at=now()))
        uow.after_commit(followed.append)
    assert not followed
    disk.before = lambda: None
    make_user("bob@example.org")


def test_a_flush_that_is_interrupted_counts_for_nobody(disk, core):
    def interrupt():
        disk.before = lambda: None
        raise KeyboardInterrupt

    disk.before = interrupt
    with pytest.raises(KeyboardInterrupt):
        make_user("bob@example.org")
    assert not disk.flushed
    make_user("eve@example.org")
    assert len(disk.flushed) == 1


def test_a_single_statement_waits_for_its_flush_too(disk, core):
    ensure_video()
    disk.flushed.clear()
    with current().single_statement() as uow:
        claimed = claims.claim(uow, TaskType.FETCH_METADATA, WorkerId("one"), lease_seconds=1)
    assert claimed
    assert len(disk.flushed) == 1


def test_what_is_rolled_back_waits_for_nothing(disk, core):
    with pytest.raises(KeyError), unit_of_work(current()) as uow:
        uow.session.add(PeriodicRun(name="never", started_at=now()))
        raise KeyError
    assert not disk.flushed


def test_a_new_log_is_the_one_that_is_flushed(disk, core):
    log = Path(f"{path_of_database()}-wal")
    make_user("bob@example.org")
    old = log.stat().st_ino
    db.session.remove()
    db.engine.dispose()
    # The last connection to close has removed the log.
    assert not log.exists()
    make_user("eve@example.org")
    assert disk.flushed == [old, log.stat().st_ino]


def test_writing_beside_a_unit_of_work_flushes_by_itself(disk, core):
    with db.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == FULL
    with unit_of_work(current()) as uow:
        uow.session.add(User(email="bob@example.org", name="Bob"))
        assert uow.connection.exec_driver_sql("PRAGMA synchronous").scalar() == NORMAL
    with db.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == FULL
    assert len(disk.flushed) == 1


def test_a_database_without_a_log_flushes_each_commit(disk, tmp_path):
    # SQLite's locks by files share no memory, as on some file systems: there is no log then.
    url = f"sqlite:///file:{tmp_path}/plain.db?vfs=unix-dotfile&uri=true"
    migrate(url, tmp_path / "plain")
    app = build_app(make_config(tmp_path / "plain", url), plugins=Registry([]))
    with app.app_context(), unit_of_work(current()) as uow:
        uow.session.add(User(email="bob@example.org", name="Bob"))
        assert uow.connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "delete"
        assert uow.connection.exec_driver_sql("PRAGMA synchronous").scalar() == FULL
    dispose(app)
    assert not disk.flushed
