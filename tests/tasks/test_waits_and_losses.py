"""What a failed attempt and a lost one leave behind, beside tasks of others."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from tests.support import OTHER_VIDEO, VIDEO, ensure_video, tasks, writing
from vidwiz.errors import StaleError
from vidwiz.models import Task, TaskStatus
from vidwiz.pipeline.flow import KINDS
from vidwiz.plugin_api import Handling
from vidwiz.tasks import claims, failures, scheduling, subjects
from vidwiz.tasks.types import TaskFailure, TaskType, WorkerId, WorkItem

pytestmark = pytest.mark.usefixtures("core")

METADATA = TaskType.FETCH_METADATA
MINUTE, HOUR = 60.0, 3600.0


def one(*, lease=30.0, task_ids=()):
    with writing() as uow:
        (held,) = claims.claim(
            uow, METADATA, WorkerId("me"), lease_seconds=lease, task_ids=task_ids
        )
    return held


def fail(held, failure):
    with writing() as uow:
        return failures.fail(uow, held, failure)


def task(video_id=VIDEO):
    (row,) = tasks(task_type=METADATA, video_id=video_id)
    return row


def seconds_until_the_next_try():
    return (task().run_at - datetime.now(UTC)).total_seconds()


@pytest.mark.parametrize("code", ["ip_blocked", "rate_limited", "captions_not_ready"])
def test_a_wait_honours_the_time_that_the_provider_asked_for(code):
    """Five hours are more than the floor of each of these codes, and less than their caps."""
    ensure_video()
    asked = datetime.now(UTC) + timedelta(hours=5)
    assert fail(one(), TaskFailure(code, "Later.", Handling.WAIT, asked)) is TaskStatus.PENDING
    assert 5 * HOUR - MINUTE < seconds_until_the_next_try() < 5.5 * HOUR


@pytest.mark.parametrize(
    ("code", "least", "most"),
    [
        ("rate_limited", 60 * MINUTE, 76 * MINUTE),
        ("ip_blocked", 30 * MINUTE, 38 * MINUTE),
        ("captions_not_ready", 60 * MINUTE, 76 * MINUTE),
        ("of_a_plugin", 30 * MINUTE, 38 * MINUTE),
    ],
)
def test_the_first_wait_without_a_time_is_the_floor_of_its_code(code, least, most):
    ensure_video()
    fail(one(), TaskFailure(code, "Later.", Handling.WAIT))
    assert least - MINUTE < seconds_until_the_next_try() < most


def test_the_first_retries_come_soon():
    """Exponential back-off begins at 15 s; ten times that would still be `some delay`."""
    for number in range(12):
        video_id = f"{number:011d}"
        ensure_video(video_id)
        # By its id: with full jitter, one that has failed already may be due again at once.
        held = one(task_ids=[task(video_id).id])
        fail(held, TaskFailure("network_error", "No answer.", Handling.RETRY))
    delays = [(row.run_at - datetime.now(UTC)).total_seconds() for row in tasks(task_type=METADATA)]
    assert max(delays) <= 15


@pytest.mark.parametrize(
    "failure",
    [
        TaskFailure("network_error", "No answer.", Handling.RETRY),
        TaskFailure("ip_blocked", "Blocked.", Handling.WAIT),
        TaskFailure("private", "Private.", Handling.PERMANENT),
    ],
)
def test_a_failure_is_of_its_task_alone(failure):
    ensure_video()
    ensure_video(OTHER_VIDEO)
    first = one()
    one()
    fail(first, failure)
    other = task(OTHER_VIDEO)
    assert (other.status, other.failures, other.waits) == (TaskStatus.IN_PROGRESS, 0, 0)
    assert (other.error_code, other.waits_by_code) == (None, None)


def test_a_failure_of_another_task_with_this_attempts_number_is_refused():
    ensure_video()
    held = one()
    with writing() as uow:
        claims.complete(uow, held)
    with pytest.raises(StaleError):
        fail(held, TaskFailure("private", "Private.", Handling.PERMANENT))


class TestLostWorkers:
    """Only what nobody holds any more is taken back."""

    def recover(self, **options):
        with writing() as uow:
            return failures.recover_expired(uow, KINDS.names, **options)

    def test_live_leases_and_ended_tasks_stay(self):
        ensure_video()
        ensure_video(OTHER_VIDEO)
        lost = one(lease=-1.0)
        one()
        with writing() as uow:
            cancelled = scheduling.schedule(uow, subjects.summary_of(1, VIDEO))
            scheduling.cancel_task(uow, cancelled)
        assert self.recover() == 1
        assert task().id == lost.task_id
        assert (task().status, task().isolated) == (TaskStatus.PENDING, True)
        other = task(OTHER_VIDEO)
        assert (other.status, other.isolated, other.failures) == ("in_progress", False, 0)
        assert [row.status for row in tasks(task_type=TaskType.GENERATE_SUMMARY)] == ["cancelled"]

    def test_a_lost_task_may_be_claimed_at_once(self):
        ensure_video()
        one(lease=-1.0)
        self.recover()
        assert one().attempt == 2

    def test_more_than_one_round_takes_are_taken_by_the_next(self):
        for number in range(5):
            ensure_video(f"{number:011d}")
            one(lease=-1.0)
        assert [self.recover(limit=2) for _ in range(4)] == [2, 2, 1, 0]

    def test_the_longest_lost_come_first(self):
        for number in range(3):
            ensure_video(f"{number:011d}")
            one(lease=-10.0 + number)
        self.recover(limit=1)
        statuses = [row.status for row in tasks(task_type=METADATA)]
        assert statuses == [TaskStatus.PENDING, TaskStatus.IN_PROGRESS, TaskStatus.IN_PROGRESS]

    def test_the_last_loss_ends_the_task_and_notifies_nobody(self, queue):
        ensure_video()
        with writing() as uow:
            uow.session.execute(sa.update(Task).values(failures=4))
        one(lease=-1.0)
        queue.notifications.clear()
        self.recover()
        assert (task().status, task().failures) == (TaskStatus.FAILED, 5)
        assert queue.notifications == []


def test_what_a_provider_limits_by_the_minute_waits_no_hour():
    ensure_video()
    with writing() as uow:
        scheduling.schedule(
            uow, WorkItem(TaskType.GENERATE_SUMMARY, subjects.of_transcript(1), VIDEO)
        )
    with writing() as uow:
        (held,) = claims.claim(uow, TaskType.GENERATE_SUMMARY, WorkerId("me"), lease_seconds=30.0)
    asked = datetime.now(UTC) + timedelta(seconds=45)
    fail(held, TaskFailure("rate_limited", "Later.", Handling.WAIT, asked))
    (summary,) = tasks(task_type=TaskType.GENERATE_SUMMARY)
    assert 40 < (summary.run_at - datetime.now(UTC)).total_seconds() < 60
    assert (summary.failures, summary.waits) == (0, 1)
