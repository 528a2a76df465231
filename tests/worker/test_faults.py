"""Faults in real worker processes: everything still ends ready, and nothing is done twice."""

import signal
import time

import pytest
import sqlalchemy as sa
from redis import Redis

from tests.fixtures.databases import slow_on_postgresql, slow_on_sqlite
from tests.fixtures.servers import until
from tests.fixtures.stacks import is_alive, kill
from tests.support import (
    OTHER_VIDEO,
    VIDEO,
    ensure_video,
    make_note,
    make_user,
    note,
    tasks,
    writing,
)
from vidwiz.db.transactions import read_transaction
from vidwiz.models import Note, Task, TaskStatus, Video
from vidwiz.services import video_stages, videos
from vidwiz.tasks.failures import WORKER_LOST
from vidwiz.tasks.types import TaskType

pytestmark = pytest.mark.usefixtures("stack")

TYPE_OF_ROLE = {
    "metadata": TaskType.FETCH_METADATA,
    "transcript": TaskType.FETCH_TRANSCRIPT,
    "summary": TaskType.GENERATE_SUMMARY,
    "note": TaskType.GENERATE_NOTE,
}
ROLES = list(TYPE_OF_ROLE)


@pytest.fixture
def ada(stack):
    return make_user()


def is_ready(video_id=VIDEO):
    with read_transaction() as session:
        found = video_stages.of_video(session, videos.get(session, video_id))
        waiting = session.scalar(
            sa.select(sa.func.count()).where(Note.video_id == video_id, Note.text.is_(None))
        )
    states = (found.metadata.state, found.transcript.state, found.summary.state)
    return states == ("ready", "ready", "ready") and not waiting


def ends_ready(stack, video_id=VIDEO, seconds=40.0):
    until(lambda: is_ready(video_id), f"{video_id} to be ready\n{stack.output()}", seconds)
    # A task of each kind, and each ended once: what was done twice would show as a second row.
    rows = tasks(video_id=video_id)
    assert len({(row.task_type, row.subject) for row in rows}) == len(rows)
    assert {row.status for row in rows} == {TaskStatus.COMPLETED}


@pytest.mark.parametrize("role", ROLES)
@slow_on_sqlite
def test_a_worker_is_killed_in_the_middle_of_a_job(stack, ada, role):
    check_recovery_from_a_kill(stack, ada, role, "parent")


@pytest.mark.parametrize("role", ROLES)
@slow_on_postgresql
def test_a_work_horse_is_killed_in_the_middle_of_a_job(stack, ada, role):
    check_recovery_from_a_kill(stack, ada, role, "pid")


def check_recovery_from_a_kill(stack, ada, role, victim):
    marked = make_note(ada)
    stack.start_workers()
    with stack.held(role):
        call = stack.first_call(role)
        kill(call[victim])
        until(lambda: not is_alive(call["pid"]), "the work horse to die with its worker", 1.5)
    ends_ready(stack)
    (row,) = tasks(task_type=TYPE_OF_ROLE[role])
    assert (row.attempt, row.failures) == (2, 1)
    assert note(marked.id).generated_by_ai


@pytest.mark.parametrize("role", ["transcript", "note"])
@slow_on_postgresql
@pytest.mark.slow
def test_a_horse_that_wakes_up_late_changes_nothing(stack, ada, role):
    marked = make_note(ada)
    stack.start_workers("metadata=1,transcript=2,summary=1,note=2")
    with stack.held(role):
        call = stack.first_call(role)
        kill(call["pid"], signal.SIGSTOP)
        until(lambda: len(stack.calls(role)) > 1, "another worker to take over")
    ends_ready(stack)
    before = note(marked.id)
    kill(call["pid"], signal.SIGCONT)
    until(lambda: not is_alive(call["pid"]), "the late horse to end")
    (row,) = tasks(task_type=TYPE_OF_ROLE[role])
    assert (row.status, row.attempt) == (TaskStatus.COMPLETED, 2)
    assert note(marked.id).updated_at == before.updated_at


@slow_on_sqlite
def test_a_task_that_always_kills_its_horse_ends_and_holds_up_nothing(stack):
    ensure_video()
    with writing() as uow:
        poison = sa.update(Task).where(Task.task_type == TaskType.FETCH_TRANSCRIPT)
        uow.session.execute(poison.values(max_attempts=2))
    (stack.gate / "kill-transcript").touch()
    stack.start_workers()
    until(lambda: tasks(status=TaskStatus.FAILED), "the task to fail")
    (row,) = tasks(task_type=TaskType.FETCH_TRANSCRIPT)
    assert (row.error_code, row.failures, row.attempt) == (WORKER_LOST.code, 2, 2)
    (stack.gate / "kill-transcript").unlink()
    ensure_video(OTHER_VIDEO)
    ends_ready(stack, OTHER_VIDEO)


@slow_on_postgresql
def test_an_idle_worker_is_killed_and_replaced(stack):
    workers = stack.start_workers()
    ensure_video()
    ends_ready(stack)
    kill(stack.first_call("metadata")["parent"])
    ensure_video(OTHER_VIDEO)
    ends_ready(stack, OTHER_VIDEO)
    assert workers.poll() is None


@slow_on_postgresql
def test_everything_in_redis_is_lost_with_work_in_flight(stack, ada):
    stack.start_workers()
    with stack.held("transcript"):
        make_note(ada)
        stack.first_call("transcript")
        ensure_video(OTHER_VIDEO)
        with Redis.from_url(stack.config.redis_url) as client:
            client.flushall()
    ends_ready(stack)
    ends_ready(stack, OTHER_VIDEO)


@slow_on_sqlite
def test_redis_is_killed_and_comes_back_empty_with_work_in_flight(stack, ada, redis_server):
    stack.start_workers()
    with stack.held("transcript"):
        make_note(ada)
        stack.first_call("transcript")
        redis_server.kill()
        ensure_video(OTHER_VIDEO)
        redis_server.start()
    ends_ready(stack)
    ends_ready(stack, OTHER_VIDEO)


@slow_on_postgresql
def test_redis_comes_up_only_after_everything_else(stack, redis_server):
    redis_server.kill()
    ensure_video()
    stack.start_workers()
    time.sleep(1.0)  # the workers try and fail meanwhile
    redis_server.start()
    ends_ready(stack)


@slow_on_sqlite
@pytest.mark.slow
def test_two_workers_of_a_queue_share_the_work_and_do_nothing_twice(stack, ada):
    ids = [f"{number:011d}" for number in range(20)]
    for video_id in ids:
        make_note(ada, video_id=video_id)
    stack.start_workers("metadata=2,transcript=2,summary=2,note=2")
    for video_id in ids:
        ends_ready(stack, video_id)
    for role in ROLES:
        assert len(stack.calls(role)) == len(ids)


@slow_on_postgresql
@pytest.mark.slow
def test_a_worker_that_is_asked_to_stop_gives_the_rest_back(stack):
    ensure_video()
    workers = stack.start_workers()
    with stack.held("transcript"):
        call = stack.first_call("transcript")
        started = time.monotonic()
        workers.terminate()
        assert workers.wait(timeout=30) == 0
        assert time.monotonic() - started < 10
        until(lambda: not is_alive(call["pid"]), "the work horse to end")
        (row,) = tasks(task_type=TaskType.FETCH_TRANSCRIPT)
        assert (row.status, row.failures) == (TaskStatus.PENDING, 0)
    with Redis.from_url(stack.config.redis_url) as client:
        assert client.zcard("rq:failed:transcript") == 0
    stack.start_workers()
    ends_ready(stack)


@slow_on_sqlite
def test_a_worker_that_is_asked_to_stop_finishes_what_fits(stack):
    ensure_video()
    workers = stack.start_workers()
    with stack.held("transcript"):
        stack.first_call("transcript")
        workers.terminate()
    assert workers.wait(timeout=30) == 0
    (row,) = tasks(task_type=TaskType.FETCH_TRANSCRIPT)
    assert (row.status, row.attempt) == (TaskStatus.COMPLETED, 1)


@slow_on_sqlite
@pytest.mark.slow
def test_the_pools_parent_is_killed_and_leaves_nothing(stack):
    ensure_video()
    workers = stack.start_workers()
    with stack.held("transcript"):
        call = stack.first_call("transcript")
        kill(workers.pid)
        workers.wait()
        until(lambda: not is_alive(call["pid"]), "the work horse to end", 5.0)
        until(lambda: not is_alive(call["parent"]), "the worker to end", 5.0)
    stack.start_workers()
    ends_ready(stack)


@slow_on_postgresql
def test_the_sender_dies_between_commit_and_notification(stack):
    stack.start_workers()
    died = stack.start("-m", "tests.programs.die_before_notifying", VIDEO)
    assert died.wait(timeout=60) == -signal.SIGKILL
    with read_transaction() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Video)) == 1
    ends_ready(stack)
