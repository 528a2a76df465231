"""Cancelling many tasks at once: by several transactions whose tasks overlap."""

import random
import threading

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


def test_what_has_ended_is_not_cancelled(core):
    schedule()
    with writing() as uow:
        assert scheduling.cancel_where(uow, Task.video_id == VIDEOS[0]) == 10
        assert scheduling.cancel_where(uow, Task.video_id == VIDEOS[0]) == 0
    assert len(tasks(status=TaskStatus.PENDING)) == 50
