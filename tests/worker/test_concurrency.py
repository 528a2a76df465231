"""Many at once: processes that claim, write and fork, and threads that create notes."""

import json
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from tests.fixtures.databases import (
    dispose,
    only_postgresql,
    only_sqlite,
    slow_on_postgresql,
    slow_on_sqlite,
)
from tests.fixtures.proxies import CommitLosingProxy
from tests.fixtures.servers import until
from tests.fixtures.stacks import ROOT
from tests.support import VIDEO, ensure_video, make_note, make_user, note, tasks, work_here, writing
from vidwiz.db.transactions import read_transaction
from vidwiz.models import Note, Task, TaskStatus, Video
from vidwiz.runtime import build_app
from vidwiz.services import videos
from vidwiz.tasks import scheduling, subjects
from vidwiz.tasks.types import TaskType


def run_all(stack, count, *argv):
    """Run a program of tests/programs several times at once; return what each printed."""
    running = [
        subprocess.Popen(
            [sys.executable, "-m", *argv], cwd=ROOT, env=stack.env, stdout=subprocess.PIPE
        )
        for _ in range(count)
    ]
    outputs = [process.communicate(timeout=100)[0] for process in running]
    return outputs, [process.returncode for process in running]


@slow_on_sqlite
@pytest.mark.slow
def test_eight_processes_claim_a_thousand_tasks_once_each(stack):
    with writing() as uow:
        for number in range(1000):
            video_id = f"{number:011d}"
            scheduling.schedule(uow, subjects.metadata_of(video_id))
    outputs, codes = run_all(stack, 8, "tests.programs.claimer")
    assert codes == [0] * 8
    claimed = Counter(task_id for output in outputs for task_id in json.loads(output))
    assert len(claimed) == 1000
    assert set(claimed.values()) == {1}
    assert {row.attempt for row in tasks()} == {1}


@slow_on_postgresql
@pytest.mark.slow
def test_read_modify_write_of_six_processes_loses_no_update(stack):
    ensure_video()
    with writing() as uow:
        videos.lock(uow, VIDEO).title = "0"
    _, codes = run_all(stack, 6, "tests.programs.adder", "40")
    assert codes == [0] * 6
    with read_transaction() as session:
        assert videos.get(session, VIDEO).title == "240"


def test_a_fork_after_use_gets_no_other_processs_answers(stack):
    _, codes = run_all(stack, 1, "tests.programs.forker")
    assert codes == [0]


@only_sqlite
@pytest.mark.slow
def test_writers_killed_within_transactions_leave_a_sound_database(stack):
    run_all(stack, 8, "tests.programs.killed_writer")
    path = stack.config.database_url.removeprefix("sqlite:///")
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()
    with read_transaction() as session:
        seen = session.scalar(sa.select(sa.func.count()).select_from(Video))
        assert seen >= 8 * 3
        assert session.scalar(sa.select(sa.func.count()).select_from(Task)) == 2 * seen


@only_sqlite
def test_a_writer_waits_for_another_that_holds_the_lock(core):
    ensure_video()
    holding, release = threading.Event(), threading.Event()

    def hold():
        with core.app_context(), writing() as uow:
            videos.lock(uow, VIDEO)
            holding.set()
            release.wait(5)

    thread = threading.Thread(target=hold)
    thread.start()
    holding.wait(5)
    threading.Timer(1.0, release.set).start()
    ensure_video("another0001")
    thread.join()
    assert len(tasks()) == 4


def test_a_hundred_requests_for_one_new_video_share_its_tasks(core):
    barrier = threading.Barrier(20)

    def ask(_):
        barrier.wait()
        for _ in range(5):
            with core.app_context():
                ensure_video()

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(ask, range(20)))
    assert Counter(row.task_type for row in tasks()) == {
        TaskType.FETCH_METADATA: 1,
        TaskType.FETCH_TRANSCRIPT: 1,
    }


@pytest.mark.parametrize("count", [150, pytest.param(1000, marks=pytest.mark.slow)])
def test_notes_made_while_the_transcript_is_stored_are_filled_once(core, llm, count):
    ada = make_user()
    ensure_video()
    work_here(core, [TaskType.FETCH_METADATA])
    stored = threading.Event()
    made = []

    def make(number):
        with core.app_context():
            made.append(make_note(ada, f"{number % 5}:{number % 60:02d}").id)
        if number == count // 3:
            stored.set()

    def fetch():
        stored.wait()
        work_here(core, [TaskType.FETCH_TRANSCRIPT])

    thread = threading.Thread(target=fetch)
    thread.start()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(make, range(count)))
    thread.join()
    work_here(core, [TaskType.GENERATE_NOTE])
    with read_transaction() as session:
        unfilled = session.scalar(sa.select(sa.func.count()).where(Note.text.is_(None)))
    assert (len(set(made)), unfilled) == (count, 0)
    assert len(llm.calls) == count
    rows = Counter(row.note_id for row in tasks(task_type=TaskType.GENERATE_NOTE))
    assert set(rows.values()) == {1}


@only_postgresql
@pytest.mark.parametrize("lost", ["answer", "question"])
def test_a_commit_that_is_lost_on_the_way_has_its_effect_once(
    config, plugins, queue, llm, tmp_path, lost, monkeypatch
):
    proxy = CommitLosingProxy(config.database_url, tmp_path / "proxy")
    monkeypatch.setattr("vidwiz.tasks.retry_policy.BACKOFF_BASE", 0.0)
    app = build_app(replaced(config, proxy.url), queue=queue, plugins=plugins)
    with app.app_context():
        ada = make_user()
        marked = make_note(ada)
        work_here(app, [TaskType.FETCH_METADATA, TaskType.FETCH_TRANSCRIPT])

        def lose():
            llm.while_running = lambda: None
            proxy.lose = lost

        llm.while_running = lose
        work_here(app, [TaskType.GENERATE_NOTE])
        until(
            lambda: note(marked.id).generated_by_ai or work_here(app, [TaskType.GENERATE_NOTE]),
            "the note to be filled",
        )
        (row,) = tasks(note_id=marked.id)
    dispose(app)
    proxy.close()
    assert proxy.losses == 1
    assert row.status is TaskStatus.COMPLETED
    assert row.attempt == (1 if lost == "answer" else 2)
    assert len(llm.calls) == row.attempt


def replaced(config, url):
    import dataclasses

    return dataclasses.replace(config, database_url=url)
