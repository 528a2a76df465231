"""Tasks as they are scheduled: one by one or from a SELECT, they are the same rows."""

import pytest
import sqlalchemy as sa

from tests.support import OTHER_VIDEO, VIDEO, ensure_video, make_note, make_user, tasks, writing
from vidwiz.models import Note, Priority, Task, TaskStatus, now_plus
from vidwiz.services import dispatch
from vidwiz.tasks import scheduling, subjects
from vidwiz.tasks.types import TaskType

pytestmark = pytest.mark.usefixtures("core")

NOTE = TaskType.GENERATE_NOTE
# What differs between any two tasks.
OWN = {"id", "subject", "note_id"}
TIMES = {"run_at", "created_at", "updated_at"}


def values(row):
    columns = sa.inspect(Task).column_attrs.keys()
    return {name: getattr(row, name) for name in columns if name not in OWN | TIMES}


def test_a_task_from_a_select_is_like_one_by_itself():
    ada = make_user()
    first, second = make_note(ada, "0:10"), make_note(ada, "0:20")
    with writing() as uow:
        scheduling.schedule(uow, subjects.text_of_note(first.id, VIDEO))
        assert dispatch.schedule_notes(uow, Note.id == second.id) == 1
    one, other = tasks(task_type=NOTE)
    assert (one.note_id, other.note_id) == (first.id, second.id)
    assert other.subject == subjects.of_note(second.id)
    assert values(one) == values(other)
    for name in TIMES:
        assert abs((getattr(one, name) - getattr(other, name)).total_seconds()) < 5


@pytest.mark.parametrize("how", ["one", "select"])
def test_a_new_task_is_pending_untried_and_has_five_attempts(how):
    marked = make_note(make_user(), "0:10")
    with writing() as uow:
        if how == "one":
            scheduling.schedule(uow, subjects.text_of_note(marked.id, VIDEO))
        else:
            dispatch.schedule_notes(uow, Note.id == marked.id)
    (row,) = tasks(task_type=NOTE)
    assert (row.status, row.priority) == (TaskStatus.PENDING, Priority.PERSON)
    assert (row.attempt, row.failures, row.waits, row.max_attempts) == (0, 0, 0, 5)
    assert (row.isolated, row.waits_by_code, row.lease_expires_at) == (False, None, None)


@pytest.mark.parametrize("priority", Priority.ALL)
def test_a_select_gives_its_priority_and_leaves_active_tasks_as_they_are(priority):
    ada = make_user()
    first, second = make_note(ada, "0:10"), make_note(ada, "0:20")
    with writing() as uow:
        scheduling.schedule(uow, subjects.text_of_note(first.id, VIDEO), priority=Priority.IMPORT)
        assert dispatch.schedule_notes(uow, sa.true(), priority=priority) == 1
    assert {row.note_id: row.priority for row in tasks(task_type=NOTE)} == {
        first.id: Priority.IMPORT,
        second.id: priority,
    }


def test_a_persons_request_raises_no_other_task():
    ensure_video(priority=Priority.IMPORT)
    ensure_video(OTHER_VIDEO, priority=Priority.IMPORT)
    with writing() as uow:
        scheduling.schedule(uow, subjects.metadata_of(VIDEO))
    raised = [(row.video_id, row.task_type) for row in tasks() if row.priority == Priority.PERSON]
    assert raised == [(VIDEO, TaskType.FETCH_METADATA)]


def test_a_less_urgent_request_lowers_nothing():
    ensure_video()
    ensure_video(priority=Priority.REGENERATION)
    assert {row.priority for row in tasks()} == {Priority.PERSON}


def test_cancelling_ends_this_subjects_task_of_this_kind_only():
    ensure_video()
    ensure_video(OTHER_VIDEO)
    with writing() as uow:
        assert scheduling.cancel(uow, subjects.metadata_of(VIDEO))
        assert not scheduling.cancel(uow, subjects.metadata_of(VIDEO))
    (cancelled,) = tasks(status=TaskStatus.CANCELLED)
    assert (cancelled.video_id, cancelled.task_type) == (VIDEO, TaskType.FETCH_METADATA)
    assert cancelled.completed_at is not None
    assert len(tasks(status=TaskStatus.PENDING)) == 3


def test_making_due_is_of_one_task_and_only_of_one_that_waits():
    ensure_video()
    with writing() as uow:
        uow.session.execute(sa.update(Task).values(run_at=now_plus(3600)))
    first, second = tasks()
    with writing() as uow:
        scheduling.make_due(uow, first.id)
    after = tasks()
    assert after[0].run_at < first.run_at
    assert after[1].run_at == second.run_at
    with writing() as uow:
        scheduling.cancel_task(uow, second.id)
        scheduling.make_due(uow, second.id)
    assert tasks()[1].run_at == second.run_at
