"""Which workers count as living, and what is said of a Redis that refuses."""

from datetime import UTC, datetime, timedelta

import pytest
from redis import Redis
from rq import Worker

from vidwiz.errors import ConfigError
from vidwiz.queueing import connections, registered_workers
from vidwiz.queueing.registered_workers import worker_counts
from vidwiz.worker import rq_worker


@pytest.fixture
def register(redis_url):
    """Return a function that registers a worker whose last sign of life is so old, in seconds."""
    clients = []

    def register(name, queues, *, age):
        client = Redis.from_url(redis_url)
        clients.append(client)
        worker = Worker(queues, name=name, connection=client)
        worker.register_birth()
        beat = datetime.now(UTC) - timedelta(seconds=age)
        client.hset(worker.key, "last_heartbeat", beat.strftime("%Y-%m-%dT%H:%M:%S.%fZ"))

    yield register
    for client in clients:
        client.close()


def test_only_workers_that_lately_gave_a_sign_of_life_count(redis_url, register):
    register("alive", ["note", "summary"], age=20)
    register("too", ["note"], age=0)
    register("dead", ["note", "metadata"], age=60)
    assert worker_counts(redis_url) == {"note": 2, "summary": 1}


def test_nobody_works_on_an_empty_redis_and_a_silent_one_is_no_answer(redis_url, tmp_path):
    assert worker_counts(redis_url) == {}
    assert worker_counts(f"unix://{tmp_path}/nothing.sock") is None


def test_a_living_worker_gives_signs_often_enough():
    # RQ beats at the latest when it stops waiting for work, 15 s before its time to live ends,
    # and while a job runs each `job_monitoring_interval`.
    most = max(rq_worker._WORKER_TTL - 15, rq_worker._MONITORING_SECONDS)
    assert most * 2 < registered_workers._SILENCE.total_seconds()


@pytest.mark.parametrize(
    "url",
    ["redis://h?foo=1", "redis://h?db=x", "redis://h?protocol=9", "rediss://h?ssl_cert_reqs=no"],
)
def test_an_url_that_no_client_can_be_made_of_is_named(url):
    with pytest.raises(ConfigError, match="VIDWIZ_REDIS_URL"):
        connections.check_url(url)


@pytest.mark.parametrize("url", ["redis://h:1/2", "unix:///tmp/x.sock?db=3", "rediss://u:p@h"])
def test_urls_that_work_are_taken_without_a_connection(url):
    connections.check_url(url)


def test_a_refusal_is_told_from_silence(redis_server):
    assert connections.failure_of(redis_server.url) is None
    connections.require_not_refused(redis_server.url)
    with Redis.from_url(redis_server.url) as client:
        client.config_set("requirepass", "secret")
    refused = connections.failure_of(redis_server.url)
    assert "authenticat" in connections.describe_failure(refused)
    with pytest.raises(ConfigError, match="VIDWIZ_REDIS_URL: Redis refuses: "):
        connections.require_not_refused(redis_server.url)
    redis_server.kill()
    silent = connections.failure_of(redis_server.url)
    assert connections.describe_failure(silent) == "does not answer"
    connections.require_not_refused(redis_server.url)
