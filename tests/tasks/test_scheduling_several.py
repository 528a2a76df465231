"""Several tasks scheduled with one statement: as if each had been scheduled by itself."""

import pytest

from tests.support import VIDEO, tasks, writing
from vidwiz.models import Priority
from vidwiz.tasks import scheduling, subjects

TRANSCRIPT = subjects.transcript_of(VIDEO)
METADATA = subjects.metadata_of(VIDEO)


def schedule(*items, priority=Priority.PERSON):
    with writing() as uow:
        scheduling.schedule_all(uow, items, priority=priority)


def rows():
    return [(task.task_type, task.priority) for task in tasks()]


@pytest.mark.parametrize("items", [(TRANSCRIPT, METADATA), (METADATA, TRANSCRIPT)])
def test_they_come_in_the_given_order_and_are_all_notified(core, queue, items):
    schedule(*items, priority=Priority.IMPORT)
    assert rows() == [(item.task_type, Priority.IMPORT) for item in items]
    ids = [task.id for task in tasks()]
    assert sorted(queue.notifications) == sorted(
        (item.task_type, [task_id]) for item, task_id in zip(items, ids, strict=True)
    )


@pytest.mark.parametrize("active", [TRANSCRIPT, METADATA])
def test_one_that_is_active_is_raised_and_not_doubled(core, queue, active):
    schedule(active, priority=Priority.REGENERATION)
    schedule(TRANSCRIPT, METADATA)
    assert sorted(rows()) == sorted(
        (item.task_type, Priority.PERSON) for item in (TRANSCRIPT, METADATA)
    )
    # Again of the one that is more urgent now.
    assert len(queue.notifications) == 3
    schedule(TRANSCRIPT, METADATA)
    assert len(queue.notifications) == 3


def test_a_scheduled_row_is_like_any_other(core):
    schedule(TRANSCRIPT, METADATA)
    with writing() as uow:
        scheduling.schedule(uow, subjects.text_of_note(7, VIDEO))
    columns = ("status", "attempt", "failures", "waits", "max_attempts", "isolated", "video_id")
    first, second, single = (tuple(getattr(task, name) for name in columns) for task in tasks())
    assert first == second == single
    assert all(task.run_at and task.created_at and task.updated_at for task in tasks())
