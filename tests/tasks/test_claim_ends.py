"""How an attempt ends: a late release, an earlier error, and leases of stated length."""

import pytest
import sqlalchemy as sa

from tests.support import OTHER_VIDEO, ensure_video, tasks, writing
from vidwiz.models import Priority, Task, TaskStatus, now_plus
from vidwiz.pipeline.flow import KINDS
from vidwiz.plugin_api import Handling
from vidwiz.tasks import claims, failures, scheduling, subjects
from vidwiz.tasks.types import TaskFailure, TaskType, WorkerId

pytestmark = pytest.mark.usefixtures("core")

METADATA = TaskType.FETCH_METADATA
RETRY = TaskFailure("network_error", "No answer.", Handling.RETRY)


def one(*, worker="me", lease=30.0, task_ids=()):
    with writing() as uow:
        (held,) = claims.claim(
            uow, METADATA, WorkerId(worker), lease_seconds=lease, task_ids=task_ids
        )
    return held


def release(held):
    with writing() as uow:
        return claims.release(uow, held)


def sweep():
    with writing() as uow:
        failures.recover_expired(uow, KINDS.names)


def task(held):
    return next(row for row in tasks() if row.id == held.task_id)


class TestLateRelease:
    """A worker that gives back late takes the task from nobody and notifies nobody."""

    @pytest.fixture
    def late(self, core):
        ensure_video()
        return one(lease=-1.0)

    @pytest.fixture
    def overtaken(self, late):
        sweep()
        one(worker="another")
        return late

    def test_after_the_lease_it_is_refused(self, late):
        """The sweep counts the lost lease, so that a task goes round with no end for nobody."""
        assert not release(late)
        assert task(late).status is TaskStatus.IN_PROGRESS

    def test_after_the_sweep_it_is_refused(self, late, queue):
        sweep()
        queue.notifications.clear()
        assert not release(late)
        assert queue.notifications == []

    def test_an_overtaken_attempt_does_not_free_the_next_ones_task(self, overtaken, queue):
        queue.notifications.clear()
        assert not release(overtaken)
        row = task(overtaken)
        assert (row.status, row.worker_name) == (TaskStatus.IN_PROGRESS, "another")
        assert row.lease_expires_at is not None
        assert queue.notifications == []

    @pytest.mark.parametrize(
        "end", [claims.complete, lambda uow, held: failures.fail(uow, held, RETRY)]
    )
    def test_what_has_ended_or_waits_stays_so(self, end):
        ensure_video()
        held = one()
        with writing() as uow:
            end(uow, held)
        before = task(held)
        assert not release(held)
        assert (task(held).status, task(held).run_at) == (before.status, before.run_at)

    def test_it_frees_no_other_task(self, core):
        ensure_video()
        ensure_video(OTHER_VIDEO)
        first, second = one(), one(worker="another")
        assert release(first)
        assert task(first).status is TaskStatus.PENDING
        assert task(second).status is TaskStatus.IN_PROGRESS


def test_a_completed_task_shows_no_error_of_an_earlier_attempt():
    ensure_video()
    held = one()
    with writing() as uow:
        failures.fail(uow, held, RETRY)
    assert task(held).error_code == "network_error"
    with writing() as uow:
        scheduling.make_due(uow, held.task_id)
    again = one()
    with writing() as uow:
        claims.complete(uow, again, {"digest": "x"})
    row = task(held)
    assert (row.status, row.failures) == (TaskStatus.COMPLETED, 1)
    assert (row.error_code, row.error_message) == (None, None)
    assert row.result_details == {"digest": "x"}
    assert row.lease_expires_at is None


def test_completing_ends_no_other_task():
    ensure_video()
    ensure_video(OTHER_VIDEO)
    first, second = one(), one()
    with writing() as uow:
        claims.complete(uow, first)
        assert claims.complete_active(uow, subjects.metadata_of("unknown0000")) is None
    assert task(second).status is TaskStatus.IN_PROGRESS
    with writing() as uow:
        assert claims.complete_active(uow, second) == Priority.PERSON
    others = tasks(task_type=TaskType.FETCH_TRANSCRIPT)
    assert {row.status for row in others} == {TaskStatus.PENDING}


def test_a_renewal_prolongs_this_lease_by_its_length_and_no_other():
    ensure_video()
    ensure_video(OTHER_VIDEO)
    first, second = one(lease=100.0), one(lease=100.0)
    before = task(second).lease_expires_at
    with writing() as uow:
        assert claims.renew(uow, first, lease_seconds=300.0)
    row = task(first)
    assert 299 < (row.lease_expires_at - row.updated_at).total_seconds() <= 301
    assert task(second).lease_expires_at == before


class TestIsDue:
    """Whether a helper that waits is told of work."""

    @pytest.mark.parametrize("priority", Priority.ALL)
    def test_work_of_every_priority_is(self, priority):
        ensure_video(priority=priority)
        assert self.is_due(METADATA)
        one()
        assert not self.is_due(METADATA)

    def test_what_waits_is_of_another_type_or_has_ended_is_not(self):
        ensure_video()
        assert not self.is_due(TaskType.GENERATE_NOTE)
        for values in ({"run_at": now_plus(60)}, {"status": TaskStatus.FAILED}):
            with writing() as uow:
                uow.session.execute(sa.update(Task).values(**values))
            assert not self.is_due(METADATA)

    @staticmethod
    def is_due(task_type):
        with writing() as uow:
            return claims.is_due(uow.session, task_type, "server")
