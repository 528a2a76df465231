"""Completing a task and claiming the next one: both or neither, and never the same task."""

import threading

import pytest
import sqlalchemy as sa

from tests.fixtures.databases import only_postgresql
from tests.support import OTHER_VIDEO, VIDEO, ensure_video, tasks, writing
from vidwiz.errors import StaleError
from vidwiz.models import Task, TaskStatus
from vidwiz.pipeline.flow import KINDS
from vidwiz.ports import VideoChanged
from vidwiz.runtime import current
from vidwiz.tasks import claims, failures, scheduling
from vidwiz.tasks.claims import NextClaim
from vidwiz.tasks.types import TaskType, WorkerId

pytestmark = pytest.mark.usefixtures("core")

METADATA = TaskType.FETCH_METADATA
FOLLOWING = NextClaim(METADATA, WorkerId("me"), 30.0)


def claim(*, lease=30.0):
    with writing() as uow:
        (held,) = claims.claim(uow, METADATA, WorkerId("me"), lease_seconds=lease)
    return held


def go_on(held, result=None):
    with writing() as uow:
        return claims.complete_and_claim(uow, held, result, FOLLOWING)


def rows():
    return [(row.status, row.attempt, row.worker_name) for row in tasks(task_type=METADATA)]


@pytest.fixture
def two(core):
    ensure_video()
    ensure_video(OTHER_VIDEO)


def test_both_happen_in_one_transaction(two):
    held = claim()
    (following,) = go_on(held, {"digest": "x"})
    first, second = tasks(task_type=METADATA)
    assert (first.status, first.result_details) == (TaskStatus.COMPLETED, {"digest": "x"})
    assert first.completed_at is not None
    assert (following.task_id, following.attempt) == (second.id, 1)
    assert following.video_id == OTHER_VIDEO
    assert (second.status, second.worker_name) == (TaskStatus.IN_PROGRESS, "me")
    assert 25 < (second.lease_expires_at - second.started_at).total_seconds() <= 31


def test_where_nothing_is_due_nothing_is_claimed():
    ensure_video()
    assert go_on(claim()) == []
    assert rows() == [(TaskStatus.COMPLETED, 1, "me")]


def test_changes_of_both_are_published(two):
    heard = []
    end = current().events.listen(heard.append)
    held = claim()
    heard.clear()
    go_on(held)
    end()
    assert set(heard) == {VideoChanged(VIDEO), VideoChanged(OTHER_VIDEO)}


@pytest.mark.parametrize("how", ["cancelled", "overtaken"])
def test_a_completion_that_does_not_count_claims_nothing(two, how):
    held = claim(lease=-1.0)
    if how == "cancelled":
        with writing() as uow:
            scheduling.cancel(uow, held)
    else:
        with writing() as uow:
            failures.recover_expired(uow, KINDS.names)
        while claim().task_id != held.task_id:
            pass
        with writing() as uow:
            uow.session.execute(
                sa.update(Task)
                .where(Task.id != held.task_id, Task.task_type == METADATA)
                .values(status=TaskStatus.PENDING, attempt=0)
            )
    with pytest.raises(StaleError):
        go_on(held)
    other = next(row for row in tasks(task_type=METADATA) if row.video_id == OTHER_VIDEO)
    assert (other.status, other.attempt) == (TaskStatus.PENDING, 0)


def test_a_task_that_was_given_back_meanwhile_is_completed_and_not_claimed():
    """A late success counts; in the statement's snapshot its task is the next that is due."""
    ensure_video()
    held = claim(lease=-1.0)
    with writing() as uow:
        failures.recover_expired(uow, KINDS.names)
    assert rows()[0][0] is TaskStatus.PENDING
    assert go_on(held) == []
    assert rows() == [(TaskStatus.COMPLETED, 1, "me")]


@only_postgresql
def test_the_completed_task_is_locked_before_the_next_one(two, core):
    """Whoever holds the completed task may want the next one: it must not be held meanwhile."""
    held = claim()
    done = []

    def complete():
        with core.app_context():
            done.extend(go_on(held))

    thread = threading.Thread(target=complete)
    with writing() as uow:
        lock = sa.select(Task.id).with_for_update(nowait=True)
        uow.session.execute(lock.where(Task.id == held.task_id))
        thread.start()
        waits = sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        while not uow.session.scalar(waits):
            pass
        uow.session.execute(lock.where(Task.task_type == METADATA))
    thread.join()
    assert [each.video_id for each in done] == [OTHER_VIDEO]
