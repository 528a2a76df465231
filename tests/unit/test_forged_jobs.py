"""What a stranger writes into Redis: a real worker runs none of it, and goes on working."""

import json
import pickle
import socket
from hashlib import sha256

import psutil
import pytest
from redis import Redis

from tests.fixtures.databases import only_sqlite
from tests.fixtures.servers import until
from tests.support import OTHER_VIDEO, VIDEO, ensure_video, tasks
from vidwiz.models import TaskStatus
from vidwiz.queueing.messages import ENTRY_POINT, SignedJson
from vidwiz.tasks.types import TaskType

pytestmark = [only_sqlite, pytest.mark.usefixtures("stack")]

QUEUE = "rq:queue:metadata"
NOW = b"2026-01-01T00:00:00.000000Z"
CANARY_MODULE = """
from pathlib import Path
CANARY = Path({path!r})
def touch(*_, **__):
    CANARY.touch()
class Toucher:
    touch = touch
"""


class Payload:
    """Runs a command when it is unpickled."""

    def __init__(self, command):
        self.command = command

    def __reduce__(self):
        import os

        return os.system, (self.command,)


@pytest.fixture
def canary(stack):
    """Return the file that nobody may touch, with a module `canary` that workers can import."""
    path = stack.folder / "canary"
    (stack.folder / "plugins" / "canary.py").write_text(CANARY_MODULE.format(path=str(path)))
    return path


@pytest.fixture
def redis(stack):
    with Redis.from_url(stack.config.redis_url) as client:
        yield client


@pytest.fixture
def forge(redis):
    """Return a function that puts a job with these fields into the queue of metadata."""

    def forge(data, **fields):
        job_id = sha256(repr((data, fields)).encode()).hexdigest()
        job = {
            "data": data,
            "origin": "metadata",
            "status": "queued",
            "created_at": NOW,
            "enqueued_at": NOW,
            "timeout": 60,
            **fields,
        }
        redis.hset(f"rq:job:{job_id}", mapping=job)
        redis.rpush(QUEUE, job_id)

    return forge


def signed(name, *args, instance=None, key=None):
    if key is None:
        return SignedJson.dumps([name, instance, list(args), {}])
    ours = SignedJson._signer
    SignedJson.use_key(key)
    try:
        return SignedJson.dumps([name, instance, list(args), {}])
    finally:
        SignedJson._signer = ours


def is_fetched(video_id):
    (task,) = tasks(video_id=video_id, task_type=TaskType.FETCH_METADATA)
    return task.status is TaskStatus.COMPLETED


def test_no_forged_job_runs_anything_and_the_worker_goes_on(stack, canary, redis, forge):
    command = f"touch {canary}"
    hostile: list[object] = ["os.system", None, [command], {}]
    hook = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{hook.getsockname()[1]}/"
    ends = ("success", "failure", "stopped")
    callbacks = {f"{end}_callback_name": "canary.touch" for end in ends}
    webhooks = [
        {"url": url, "job_status": status, "method": "GET", "headers": None, "timeout": 1}
        for status in ("finished", "failed")
    ]
    extras = {**callbacks, "webhooks": json.dumps(webhooks)}

    # What a worker that was killed had taken is looked at by the next one when it starts.
    forge(signed(ENTRY_POINT, [4]), status="bogus")
    redis.lmove(QUEUE, f"{QUEUE}:intermediate", "LEFT", "RIGHT")
    forge(pickle.dumps(hostile))
    forge(pickle.dumps(Payload(command)))
    forge(json.dumps(hostile).encode())
    forge(bytes(32) + json.dumps(hostile).encode())
    forge(signed("os.system", command, key="another installation's"))
    forge(signed("os.system", command))
    forge(signed("canary.touch"))
    forge(signed("touch", instance={"class": "canary.Toucher"}))
    forge(signed(ENTRY_POINT, [], instance="canary.Toucher"))
    forge(signed(ENTRY_POINT, [], key="another"), **extras)
    forge(signed(ENTRY_POINT, []), **extras)
    forge(signed(ENTRY_POINT, ["no number"]), **extras)
    forge(signed(ENTRY_POINT, [10**9]), meta=pickle.dumps(Payload(command)))
    forge(signed(ENTRY_POINT, []), result=pickle.dumps(Payload(command)))
    forge(signed(ENTRY_POINT, [1]), status="bogus")
    forge(signed(ENTRY_POINT, [2]), created_at="yesterday")
    forge(signed(ENTRY_POINT, [3]), origin="nowhere")
    forge(b"")
    redis.rpush(QUEUE, "of-no-job")

    workers = stack.start_workers("metadata=1")
    until(lambda: redis.llen(QUEUE) == 0, f"the worker to take all\n{stack.output()}")
    before = {child.pid for child in psutil.Process(workers.pid).children()}
    ensure_video(VIDEO)
    until(lambda: is_fetched(VIDEO), f"a good job to be done\n{stack.output()}")

    assert not canary.exists()
    hook.setblocking(False)
    with hook, pytest.raises(BlockingIOError):
        hook.accept()
    assert {child.pid for child in psutil.Process(workers.pid).children()} == before
    assert "died and is started again" not in stack.output()


def test_a_notification_that_is_replayed_does_nothing_twice(stack, redis, forge):
    ensure_video(VIDEO)
    (job_id,) = redis.lrange(QUEUE, 0, -1)
    notification = redis.hget(f"rq:job:{job_id.decode()}", "data")
    stack.start_workers("metadata=1")
    until(lambda: is_fetched(VIDEO), f"the job to be done\n{stack.output()}")
    for number in range(5):
        forge(notification, description=str(number))
    ensure_video(OTHER_VIDEO)
    until(lambda: is_fetched(OTHER_VIDEO), f"all notifications\n{stack.output()}")
    until(lambda: redis.llen(QUEUE) == 0, "the last notification to be taken")
    assert [call["about"] for call in stack.calls("metadata")] == [VIDEO, OTHER_VIDEO]
    (task,) = tasks(video_id=VIDEO, task_type=TaskType.FETCH_METADATA)
    assert (task.attempt, task.failures) == (1, 0)
