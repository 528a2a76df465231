"""The unit of work: committed whole or not at all, pokes after the commit, no nesting."""

import pytest
import sqlalchemy as sa

from tests.support import VIDEO, see, tasks, writing
from vidwiz.db import reading, unit_of_work
from vidwiz.models import Task, Video
from vidwiz.ports import TaskType, transaction_open
from vidwiz.services import ledger, videos

pytestmark = pytest.mark.usefixtures("core")


def count(model):
    with reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(model))


def test_pokes_are_sent_only_after_the_commit(config):
    engine = sa.create_engine(config.database_url, poolclass=sa.NullPool)

    class LookingQueue:
        def __init__(self):
            self.seen = []

        def poke(self, task_type, task_ids):
            with engine.connect() as connection:
                self.seen.append(connection.scalar(sa.select(sa.func.count()).select_from(Task)))
            return True

    queue = LookingQueue()
    with unit_of_work(queue) as uow:
        videos.see(uow, VIDEO)
    assert queue.seen == [2, 2]


def test_a_block_that_raises_leaves_nothing_and_pokes_nobody(queue):
    with pytest.raises(ZeroDivisionError), writing() as uow:
        videos.see(uow, VIDEO)
        raise ZeroDivisionError
    assert (count(Video), count(Task), queue.pokes) == (0, 0, [])


def test_a_poke_survives_a_savepoint_that_was_rolled_back(queue):
    with writing() as uow:
        videos.see(uow, VIDEO)
        inner = uow.session.begin_nested()
        ledger.schedule(uow, TaskType.GENERATE_SUMMARY, "transcript:1", video_id=VIDEO)
        inner.rollback()
    assert len(tasks()) == 2
    assert {task_type for task_type, _ in queue.pokes} >= {row.task_type for row in tasks()}


@pytest.mark.parametrize("outer", [writing, reading])
@pytest.mark.parametrize("inner", [writing, reading])
def test_nesting_raises(outer, inner):
    with outer(), pytest.raises(RuntimeError, match="do not nest"), inner():
        pass


def test_a_transaction_is_marked_as_open_only_inside():
    assert not transaction_open.get()
    with reading():
        assert transaction_open.get()
    assert not transaction_open.get()


def test_what_was_read_stays_readable_after_the_end():
    see()
    with reading() as session:
        video = videos.get(session, VIDEO)
    assert video.video_id == VIDEO


def test_a_queue_that_does_not_answer_changes_nothing(queue):
    queue.answers = False
    see()
    assert len(tasks()) == 2
