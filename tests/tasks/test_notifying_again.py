"""Notifying again of tasks that are due: once in a while, and each kind by itself."""

import pytest
import sqlalchemy as sa

from tests.support import ensure_video, tasks, writing
from vidwiz.models import PeriodicRun, Priority, Task, TaskStatus, now_plus
from vidwiz.pipeline.flow import KINDS
from vidwiz.runtime import runtime_of
from vidwiz.tasks import recovery
from vidwiz.tasks.types import TaskType
from vidwiz.worker.sweeper import sweep

METADATA, TRANSCRIPT = TaskType.FETCH_METADATA, TaskType.FETCH_TRANSCRIPT


def notify(again_after=60.0):
    with writing() as uow:
        return recovery.notify_due(uow, KINDS.names, again_after=again_after)


def change(*which, **values):
    with writing() as uow:
        uow.session.execute(sa.update(Task).where(*which).values(**values))


@pytest.fixture
def two_due(core, queue):
    ensure_video()
    queue.notifications.clear()


def test_a_due_task_is_notified_of_once_in_its_time(two_due, queue):
    assert [notify(), notify()] == [2, 0]
    change(poked_at=now_plus(-50))
    assert notify() == 0
    change(poked_at=now_plus(-70))
    assert [notify(), notify()] == [2, 0]
    assert len(queue.notifications) == 4


def test_a_round_of_the_sweep_too_soon_notifies_of_nothing_again(core, two_due, queue):
    for _ in range(3):
        with writing() as uow:
            uow.session.execute(sa.delete(PeriodicRun))
        assert sweep(runtime_of(core))
    assert sorted(task_type for task_type, _ in queue.notifications) == [METADATA, TRANSCRIPT]


def test_a_task_that_is_not_due_or_runs_or_has_ended_is_not_notified_of(two_due):
    for values in (
        {"run_at": now_plus(60)},
        {"run_at": now_plus(-1), "status": TaskStatus.IN_PROGRESS},
        {"status": TaskStatus.FAILED},
        {"status": TaskStatus.COMPLETED},
    ):
        change(**values)
        assert notify() == 0


def test_only_what_is_notified_of_is_put_off(two_due, queue):
    change(Task.task_type == METADATA, run_at=now_plus(60))
    assert notify() == 1
    change(Task.task_type == METADATA, run_at=now_plus(-1))
    assert notify() == 1
    assert [task_type for task_type, _ in queue.notifications] == [TRANSCRIPT, METADATA]


@pytest.mark.parametrize("priority", Priority.ALL)
def test_work_of_every_priority_is_notified_of(core, priority):
    ensure_video(priority=priority)
    assert notify() == 2


def test_forty_of_each_kind_and_priority_are_enough(core, queue):
    for number in range(45):
        ensure_video(f"{number:011d}")
    queue.notifications.clear()
    assert notify() == 80
    oldest = [row.id for row in tasks(task_type=METADATA)][:40]
    assert dict(queue.notifications)[METADATA] == oldest
    assert notify() == 10


def test_notifying_changes_no_time_that_users_see(two_due):
    before = [row.updated_at for row in tasks()]
    notify()
    assert [row.updated_at for row in tasks()] == before
