"""Batches: of one video and one kind, and never with a task that lost its worker."""

import pytest
import sqlalchemy as sa

from tests.support import OTHER_VIDEO, VIDEO, tasks, writing
from vidwiz.models import Task, now_plus
from vidwiz.tasks import claims, scheduling, subjects
from vidwiz.tasks.types import TaskType, WorkerId

pytestmark = pytest.mark.usefixtures("core")

NOTE = TaskType.GENERATE_NOTE


def schedule(video_id, *note_ids):
    with writing() as uow:
        return [
            scheduling.schedule(uow, subjects.text_of_note(note_id, video_id))
            for note_id in note_ids
        ]


def isolate(task_id):
    change(task_id, isolated=True)


def change(task_id, **values):
    with writing() as uow:
        uow.session.execute(sa.update(Task).where(Task.id == task_id).values(**values))


def claim(*task_ids, limit=10):
    with writing() as uow:
        taken = claims.claim(
            uow, NOTE, WorkerId("me"), lease_seconds=30.0, task_ids=task_ids, limit=limit
        )
    return [held.task_id for held in taken]


@pytest.mark.parametrize("place", [0, 2, 4])
def test_an_isolated_task_is_in_no_batch_of_others(place):
    """Wherever it stands in the order, it takes nobody's lease along when it kills its worker."""
    ids = schedule(VIDEO, *range(1, 6))
    isolate(ids[place])
    batches = []
    while taken := claim():
        batches.append(sorted(taken))
    others = ids[:place] + ids[place + 1 :]
    assert sorted(batches) == sorted([others, [ids[place]]])


def test_an_isolated_task_that_is_asked_for_comes_by_itself():
    ids = schedule(VIDEO, 1, 2, 3)
    isolate(ids[1])
    assert claim(ids[1]) == [ids[1]]
    assert sorted(claim(ids[0])) == [ids[0], ids[2]]


def test_an_isolated_task_that_is_asked_for_beside_others_does_not_join_them():
    first, second = schedule(VIDEO, 1, 2)
    isolate(second)
    assert claim(first, second) == [first]


def test_a_batch_is_of_one_video():
    first = schedule(VIDEO, 1, 2)
    second = schedule(OTHER_VIDEO, 3, 4)
    assert sorted(claim(second[0], first[0])) == first
    assert sorted(claim()) == second


def test_a_batch_takes_only_what_is_due_and_of_its_kind():
    early, late, due = schedule(VIDEO, 1, 2, 3)
    change(late, run_at=now_plus(60))
    with writing() as uow:
        scheduling.schedule(uow, subjects.summary_of(1, VIDEO))
    assert sorted(claim()) == [early, due]
    assert [row.attempt for row in tasks(task_type=TaskType.GENERATE_SUMMARY)] == [0]


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_a_batch_is_no_larger_than_asked_for(limit):
    schedule(VIDEO, *range(1, 6))
    assert len(claim(limit=limit)) == limit


def test_what_is_asked_for_of_another_kind_is_not_taken():
    with writing() as uow:
        summary = scheduling.schedule(uow, subjects.summary_of(1, VIDEO))
    assert claim(summary) == []
