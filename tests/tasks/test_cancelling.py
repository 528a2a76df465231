"""Cancelling many tasks at once: by several transactions whose tasks overlap."""

import random
import threading

import sqlalchemy as sa

from tests.fixtures.databases import only_postgresql
from tests.fixtures.servers import until
from tests.support import tasks, writing
from vidwiz.models import Task, TaskStatus
from vidwiz.tasks import scheduling, subjects

ROUNDS = 15
VIDEOS = [f"video{number:06d}" for number in range(6)]


def schedule():
    with writing() as uow:
        for note_id in range(1, 61):
            video_id = VIDEOS[note_id % 6]
            scheduling.schedule(uow, subjects.text_of_note(note_id, video_id))


def test_overlapping_cancellations_wait_for_each_other(core):
    """By video and by note, in opposite orders: without an order of locks both would wait."""
    errors = []

    def cancel(which):
        barrier.wait()
        try:
            with core.app_context(), writing() as uow:
                counts.append(scheduling.cancel_where(uow, which))
        except Exception as exc:
            errors.append(exc)
            raise

    chance = random.Random(5)
    for _ in range(ROUNDS):
        schedule()
        barrier, counts = threading.Barrier(4, timeout=20), []
        ids = chance.sample(range(1, 61), 40)
        sets = [
            Task.video_id.in_(VIDEOS[:4]),
            Task.video_id.in_(VIDEOS[2:]),
            Task.note_id.in_(ids),
            Task.note_id.in_(list(reversed(ids))),
        ]
        threads = [threading.Thread(target=cancel, args=(which,)) for which in sets]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sum(counts) == 60
    assert errors == []
    assert {row.status for row in tasks()} == {TaskStatus.CANCELLED}


@only_postgresql
def test_tasks_are_locked_in_the_order_of_ids(core):
    """While the first one is held, none of the others is: so no circle of waiting can close."""
    schedule()
    first, *others = [row.id for row in tasks()]
    with writing() as uow:
        # A changed row stands last in the table, where an unordered lock comes to it last.
        uow.session.execute(sa.update(Task).where(Task.id == first).values(priority=10))

    def cancel():
        with core.app_context(), writing() as uow:
            scheduling.cancel_where(uow, Task.note_id > 0)

    canceller = threading.Thread(target=cancel)
    with writing() as uow:
        uow.session.execute(sa.select(Task.id).where(Task.id == first).with_for_update())
        canceller.start()
        until(lambda: waits_for_a_lock(uow.session), "the cancellation to wait")
        free = sa.select(Task.id).where(Task.id.in_(others)).with_for_update(skip_locked=True)
        assert len(uow.session.scalars(free).all()) == len(others)
    canceller.join()
    assert {row.status for row in tasks()} == {TaskStatus.CANCELLED}


def waits_for_a_lock(session):
    # Unlike pg_stat_activity this is looked up anew each time within a transaction.
    return session.scalar(sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted"))


def test_what_has_ended_is_not_cancelled(core):
    schedule()
    with writing() as uow:
        assert scheduling.cancel_where(uow, Task.video_id == VIDEOS[0]) == 10
        assert scheduling.cancel_where(uow, Task.video_id == VIDEOS[0]) == 0
    assert len(tasks(status=TaskStatus.PENDING)) == 50
