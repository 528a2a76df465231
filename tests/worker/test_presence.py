"""A dead worker is noticed on its machine, and what it held is given back at once, once."""

import os
import signal
import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from tests.fixtures.databases import only_postgresql
from tests.fixtures.servers import until
from tests.support import OTHER_VIDEO, ensure_video, tasks, writing
from vidwiz.db.engine import db
from vidwiz.models import Task, TaskStatus
from vidwiz.runtime import current, runtime_of
from vidwiz.tasks import claims
from vidwiz.tasks.types import TaskType, WorkerId
from vidwiz.worker import presence
from vidwiz.worker.presence import Announcement, recover_lost_workers

pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
METADATA = TaskType.FETCH_METADATA


def hold(name, video_id="breadrise01"):
    """Have the worker of this name claim a task, with a lease that lasts."""
    ensure_video(video_id)
    with writing() as uow:
        assert claims.claim(uow, METADATA, WorkerId(newest_name(name)), lease_seconds=3600)


def newest_name(name):
    """Return what the ledger calls the worker of this name that was started last."""
    begin = f"{socket.gethostname()}:{name}"[:100]
    files = sorted(
        (current().config.data_dir / presence.FOLDER).glob("[!.]*"),
        key=lambda file: file.stat().st_mtime_ns,
    )
    return [file.read_text() for file in files if file.read_text().startswith(begin)][-1]


def files():
    return sorted((current().config.data_dir / presence.FOLDER).iterdir())


@pytest.fixture
def worker(core):
    """Start processes that announce themselves and wait; those still there are killed."""
    pids = []

    def start(name):
        ready, signalled = os.pipe()
        pid = os.fork()
        if pid == 0:
            Announcement(runtime_of(core), name)
            os.write(signalled, b"!")
            signal.pause()
        os.read(ready, 1)
        os.close(ready)
        os.close(signalled)
        pids.append(pid)
        return pid

    yield start
    for pid in pids:
        end(pid)


def end(pid):
    try:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    except (ProcessLookupError, ChildProcessError):
        return


def states():
    return [(row.status, row.failures, row.isolated) for row in tasks(task_type=METADATA)]


HELD = (TaskStatus.IN_PROGRESS, 0, False)
GIVEN_BACK = (TaskStatus.PENDING, 1, True)


def test_what_a_dead_worker_held_is_given_back_and_counted(worker, queue):
    pid = worker("one")
    hold("one")
    assert recover_lost_workers(current()) == 0
    assert states() == [HELD]
    end(pid)
    queue.notifications.clear()
    assert recover_lost_workers(current()) == 1
    (task,) = tasks(task_type=METADATA)
    assert states() == [GIVEN_BACK]
    assert task.error_code == "worker_lost"
    assert queue.notifications == [(METADATA, [task.id])]
    # It is looked at once more, as the database may still have done something for the dead.
    assert len(files()) == 1
    assert recover_lost_workers(current()) == 0
    assert states() == [GIVEN_BACK]
    assert files() == []


def test_a_frozen_worker_is_left_to_its_lease(worker):
    os.kill(worker("one"), signal.SIGSTOP)
    hold("one")
    assert recover_lost_workers(current()) == 0
    assert states() == [HELD]


def test_only_the_dead_workers_tasks_are_given_back(worker):
    worker("alive")
    dead = worker("dead")
    hold("alive")
    hold("dead", OTHER_VIDEO)
    end(dead)
    assert recover_lost_workers(current()) == 1
    assert recover_lost_workers(current()) == 0
    assert states() == [HELD, GIVEN_BACK]
    assert len(files()) == 1


def test_a_fork_of_the_worker_holds_on_for_it(worker, core):
    """A work horse ends a moment after its worker; until then it may still write its result."""
    ready, signalled = os.pipe()
    pid = os.fork()
    if pid == 0:
        Announcement(runtime_of(core), "one")
        if os.fork() == 0:
            os.write(signalled, str(os.getpid()).encode())
            signal.pause()
        signal.pause()
    horse = int(os.read(ready, 16))
    try:
        hold("one")
        end(pid)
        assert recover_lost_workers(current()) == 0
    finally:
        # Whatever fails, nobody is left who holds the test's output open.
        end(pid)
        os.kill(horse, signal.SIGKILL)
    until(lambda: recover_lost_workers(current()) == 1, "its tasks to be given back")
    assert states() == [GIVEN_BACK]


def test_many_that_look_at_once_count_it_once(worker, core):
    pid = worker("one")
    hold("one")
    end(pid)
    barrier = threading.Barrier(8)

    def look():
        with core.app_context():
            barrier.wait()
            return recover_lost_workers(current())

    with ThreadPoolExecutor(8) as pool:
        counts = [future.result() for future in [pool.submit(look) for _ in range(8)]]
    assert sorted(counts) == [0] * 7 + [1]
    assert states() == [GIVEN_BACK]


def test_a_worker_that_stopped_leaves_no_file(core):
    announcement = Announcement(current(), "one")
    assert len(files()) == 1
    announcement.withdraw()
    announcement.withdraw()
    assert files() == []


def test_a_new_worker_of_the_same_name_is_not_taken_for_the_dead_one(worker, core):
    end(worker("one"))
    worker("one")
    hold("one")
    for _ in range(3):
        assert recover_lost_workers(current()) == 0
    assert states() == [HELD]
    assert len(files()) == 1


def test_files_of_another_machine_are_left_alone(worker):
    """In a folder that machines share, their locks may not know each other."""
    end(worker("one"))
    (file,) = files()
    file.write_text("elsewhere:one")
    assert recover_lost_workers(current()) == 0
    assert files() == [file]


def test_a_worker_whose_file_cannot_be_written_works_without(core, caplog):
    folder = current().config.data_dir / presence.FOLDER
    folder.write_text("a file where the folder should be")
    Announcement(current(), "one").withdraw()
    assert "its death is seen late" in caplog.text
    assert recover_lost_workers(current()) == 0


def test_a_name_may_be_anything(worker):
    """RQ takes any name for a worker."""
    name = "../" * 60 + "é\n" + "x" * 300
    pid = worker(name)
    hold(name)
    end(pid)
    assert recover_lost_workers(current()) == 1


def test_a_task_that_was_lost_too_often_ends(worker):
    for number in range(5):
        pid = worker("one")
        hold("one")
        end(pid)
        assert recover_lost_workers(current()) == 1, number
    (task,) = tasks(task_type=METADATA)
    assert (task.status, task.failures) == (TaskStatus.FAILED, 5)


def test_what_the_database_did_for_the_dead_after_all_is_seen_at_the_second_look(worker):
    """Its last claim may be committed after the first look."""
    pid = worker("one")
    name = newest_name("one")
    end(pid)
    assert recover_lost_workers(current()) == 0
    ensure_video()
    with writing() as uow:
        assert claims.claim(uow, METADATA, WorkerId(name), lease_seconds=3600)
    assert recover_lost_workers(current()) == 1
    assert states() == [GIVEN_BACK]


@only_postgresql
def test_a_task_that_is_still_locked_is_waited_for(worker, core):
    """Its worker died while the database was at work for it."""
    pid = worker("one")
    hold("one")
    end(pid)
    looked = threading.Thread(target=look, args=(core,))
    with db.engine.begin() as connection:
        connection.execute(sa.select(Task.__table__).with_for_update())
        looked.start()
        looked.join(0.3)
        assert looked.is_alive()
    looked.join()
    assert states() == [GIVEN_BACK]


def look(app):
    with app.app_context():
        recover_lost_workers(current())
