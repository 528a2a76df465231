"""Queues that hold too much already are added nothing to."""

import pytest
from redis import Redis

from vidwiz.pipeline.flow import KINDS
from vidwiz.queueing.messages import ENTRY_POINT, SignedJson
from vidwiz.queueing.notifications import (
    ENOUGH_NOTIFICATIONS,
    IDS_PER_NOTIFICATION,
    RedisTaskQueue,
    Route,
    queue_named,
)
from vidwiz.tasks.types import TaskType

NOTE, SUMMARY = TaskType.GENERATE_NOTE, TaskType.GENERATE_SUMMARY
ROUTES = {kind.name: Route(kind.queue, KINDS.job_timeout(kind.queue)) for kind in KINDS}
MANY = list(range(1000))


@pytest.fixture
def connection(redis_url):
    before = SignedJson._signer
    SignedJson.use_key("k" * 48)
    with Redis.from_url(redis_url) as connection:
        yield connection
    SignedJson._signer = before


@pytest.fixture
def sender(connection, redis_url):
    sender = RedisTaskQueue(redis_url, ROUTES)
    yield sender
    sender._redis.close()


def fill(connection, name, count):
    """Put jobs into a queue, as an older version or rq-dashboard's requeueing may have."""
    for number in range(count):
        queue_named(name, connection).enqueue_call(ENTRY_POINT, args=([number],))


def length(connection, name):
    return queue_named(name, connection).count


@pytest.mark.parametrize("over", [0, 1, 3, 50])
@pytest.mark.parametrize("task_ids", [[], [1], MANY], ids=len)
def test_a_queue_that_holds_enough_or_more_is_added_nothing_to(connection, sender, over, task_ids):
    fill(connection, "note", ENOUGH_NOTIFICATIONS + over)
    assert sender.notify(NOTE, task_ids) is True
    assert length(connection, "note") == ENOUGH_NOTIFICATIONS + over


@pytest.mark.parametrize("held", range(ENOUGH_NOTIFICATIONS))
def test_what_lacks_is_filled_up_to_enough(connection, sender, held):
    fill(connection, "note", held)
    sender.notify(NOTE, MANY)
    assert length(connection, "note") == ENOUGH_NOTIFICATIONS


def test_a_full_queue_keeps_no_other_from_being_notified(connection, sender):
    fill(connection, "note", 20)
    sender.notify(SUMMARY, [1])
    assert length(connection, "summary") == 1


def test_a_few_notifications_of_a_few_tasks_are_enough():
    """Each makes a worker go on until nothing is due, so more would only find nothing."""
    assert 2 <= ENOUGH_NOTIFICATIONS <= 10
    assert 1 <= IDS_PER_NOTIFICATION <= 20
