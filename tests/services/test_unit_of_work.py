"""The unit of work: committed whole or not at all, notifications after the commit, no nesting."""

import dataclasses

import pytest
import sqlalchemy as sa

from tests.support import VIDEO, ensure_video, tasks, writing
from vidwiz.db.transactions import read_transaction, unit_of_work
from vidwiz.models import Task, Video
from vidwiz.ports import transaction_open
from vidwiz.runtime import current
from vidwiz.services import videos
from vidwiz.tasks import scheduling, subjects

pytestmark = pytest.mark.usefixtures("core")


def count(model):
    with read_transaction() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(model))


def test_notifications_are_sent_only_after_the_commit(config):
    engine = sa.create_engine(config.database_url, poolclass=sa.NullPool)

    class LookingQueue:
        def __init__(self):
            self.seen = []

        def notify(self, task_type, task_ids):
            with engine.connect() as connection:
                self.seen.append(connection.scalar(sa.select(sa.func.count()).select_from(Task)))
            return True

    queue = LookingQueue()
    with unit_of_work(dataclasses.replace(current(), queue=queue)) as uow:
        videos.ensure(uow, VIDEO)
    assert queue.seen == [2, 2]


def test_a_block_that_raises_leaves_nothing_and_notifies_nobody(queue):
    with pytest.raises(ZeroDivisionError), writing() as uow:
        videos.ensure(uow, VIDEO)
        raise ZeroDivisionError
    assert (count(Video), count(Task), queue.notifications) == (0, 0, [])


def test_a_notification_survives_a_savepoint_that_was_rolled_back(queue):
    with writing() as uow:
        videos.ensure(uow, VIDEO)
        inner = uow.connection.begin_nested()
        scheduling.schedule(uow, subjects.summary_of(1, VIDEO))
        inner.rollback()
    assert len(tasks()) == 2
    assert {task_type for task_type, _ in queue.notifications} >= {row.task_type for row in tasks()}


@pytest.mark.parametrize("outer", [writing, read_transaction])
@pytest.mark.parametrize("inner", [writing, read_transaction])
def test_nesting_raises(outer, inner):
    with outer(), pytest.raises(RuntimeError, match="do not nest"), inner():
        pass


def test_a_transaction_is_marked_as_open_only_inside():
    assert not transaction_open.get()
    with read_transaction():
        assert transaction_open.get()
    assert not transaction_open.get()


def test_what_was_read_stays_readable_after_the_end():
    ensure_video()
    with read_transaction() as session:
        video = videos.get(session, VIDEO)
    assert video.video_id == VIDEO


def test_a_queue_that_does_not_answer_changes_nothing(queue):
    queue.answers = False
    ensure_video()
    assert len(tasks()) == 2
