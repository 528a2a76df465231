"""Notifications: a few are enough, and a Redis that fails costs no request more than a moment."""

import logging
import socket
import threading
import time

import pytest
from redis import Redis
from rq.job import JobStatus

from vidwiz.pipeline.flow import KINDS
from vidwiz.queueing import notifications
from vidwiz.queueing.connections import client_for_requests
from vidwiz.queueing.messages import ENTRY_POINT, SignedJson
from vidwiz.queueing.notifications import RedisTaskQueue, Route, queue_named
from vidwiz.queueing.registered_workers import worker_counts
from vidwiz.tasks.types import TaskType

SUMMARY = TaskType.GENERATE_SUMMARY
ROUTES = {kind.name: Route(kind.queue, KINDS.job_timeout(kind.queue)) for kind in KINDS}


@pytest.fixture(autouse=True)
def _key():
    before = SignedJson._signer
    SignedJson.use_key("k" * 48)
    yield
    SignedJson._signer = before


@pytest.fixture
def connect():
    """Return a function that makes task queues, whose connections are closed after the test."""
    made = []

    def connect(url):
        made.append(RedisTaskQueue(url, ROUTES))
        return made[-1]

    yield connect
    for queue in made:
        queue._redis.close()


def jobs_in(url, name="summary"):
    with Redis.from_url(url) as connection:
        return queue_named(name, connection).get_jobs()


def timed(act):
    """Return what the call returned and how many seconds it took."""
    begun = time.perf_counter()
    result = act()
    return result, time.perf_counter() - begun


@pytest.fixture
def silent_server():
    """Return the URL of a server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        yield f"redis://127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture
def refusing_url():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    return f"redis://127.0.0.1:{port}"


def test_a_notification_is_a_job_of_ours_with_the_tasks_ids(redis_url, connect):
    assert connect(redis_url).notify(SUMMARY, [3, 5]) is True
    (job,) = jobs_in(redis_url)
    assert (job.func_name, job.args) == (ENTRY_POINT, [[3, 5]])
    assert job.get_status() is JobStatus.QUEUED
    assert job.timeout == 720
    assert (job.result_ttl, job.failure_ttl) == (300, 86_400)
    assert "3" not in job.description


@pytest.mark.parametrize("kind", list(KINDS), ids=lambda kind: kind.name)
def test_each_kind_of_task_has_a_queue(redis_url, connect, kind):
    connect(redis_url).notify(kind.name, [1])
    (job,) = jobs_in(redis_url, kind.queue)
    assert kind in KINDS.sharing(kind.queue)
    # RQ's limit is hard, so the work itself has to end before.
    together = sum(each.deadline_seconds for each in KINDS.sharing(kind.queue))
    assert together < job.timeout <= together + 180


def test_an_unknown_kind_of_task_is_an_error(redis_url, connect):
    with pytest.raises(KeyError):
        connect(redis_url).notify("generate_song", [1])


def test_no_ids_ask_for_whatever_is_due(redis_url, connect):
    connect(redis_url).notify(SUMMARY, [])
    assert [job.args for job in jobs_in(redis_url)] == [[[]]]


def test_many_ids_are_shared_out(redis_url, connect):
    connect(redis_url).notify(SUMMARY, list(range(25)))
    assert [len(job.args[0]) for job in jobs_in(redis_url)] == [10, 10, 5]


def test_a_queue_that_holds_enough_is_not_notified(redis_url, connect):
    queue = connect(redis_url)
    assert all(queue.notify(SUMMARY, [number]) for number in range(20))
    assert len(jobs_in(redis_url)) == notifications.ENOUGH_NOTIFICATIONS
    queue.notify(TaskType.GENERATE_NOTE, list(range(100)))
    assert len(jobs_in(redis_url, "note")) == notifications.ENOUGH_NOTIFICATIONS


def test_a_queue_that_was_emptied_is_notified_again(redis_url, connect):
    queue = connect(redis_url)
    for _ in range(5):
        queue.notify(SUMMARY, [1])
    with Redis.from_url(redis_url) as connection:
        connection.flushall()
    assert queue.notify(SUMMARY, [1])
    assert len(jobs_in(redis_url)) == 1


@pytest.fixture
def missing_socket(tmp_path):
    return f"unix://{tmp_path}/no.sock"


@pytest.mark.parametrize("server", ["refusing_url", "silent_server", "missing_socket"])
def test_a_redis_that_fails_costs_less_than_a_second_and_then_nothing(request, connect, server):
    queue = connect(request.getfixturevalue(server))
    first, seconds = timed(lambda: queue.notify(SUMMARY, [1]))
    assert first is False
    assert seconds < 1
    again, seconds = timed(lambda: [queue.notify(SUMMARY, [1]) for _ in range(100)])
    assert not any(again)
    assert seconds < 0.2


@pytest.mark.parametrize("server", ["refusing_url", "silent_server"])
def test_a_redis_that_fails_is_found_unreachable_within_a_second(request, connect, server):
    queue = connect(request.getfixturevalue(server))
    reachable, seconds = timed(queue.is_reachable)
    assert (reachable, seconds < 1) == (False, True)


def test_how_many_work_on_queues_is_unknown_within_a_second(silent_server):
    found, seconds = timed(lambda: worker_counts(silent_server))
    assert (found, seconds < 1) == (None, True)


def test_a_server_that_says_nonsense_is_a_failure_too(connect):
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer():
            client, _ = server.accept()
            with client:
                client.recv(100)
                client.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        queue = connect(f"redis://127.0.0.1:{server.getsockname()[1]}")
        assert queue.notify(SUMMARY, [1]) is False
        thread.join()


def test_after_its_pause_a_redis_that_is_back_is_notified(redis_server, connect, monkeypatch):
    monkeypatch.setattr(notifications, "PAUSE_AFTER_FAILURE", 0.1)
    queue = connect(redis_server.url)
    assert queue.notify(SUMMARY, [1])
    redis_server.kill()
    assert not queue.notify(SUMMARY, [1])
    redis_server.start()
    time.sleep(0.15)
    assert queue.notify(SUMMARY, [1])
    assert len(jobs_in(redis_server.url)) == 1


def test_a_full_redis_is_a_failure_and_nothing_is_half_sent(redis_server, connect):
    queue = connect(redis_server.url)
    with Redis.from_url(redis_server.url) as connection:
        connection.config_set("maxmemory-policy", "noeviction")
        connection.config_set("maxmemory", "1mb")
        sent, seconds = timed(lambda: queue.notify(SUMMARY, [1, 2]))
        assert (sent, seconds < 1) == (False, True)
        assert connection.dbsize() == 0
        assert queue.is_reachable()


def test_a_connection_that_redis_dropped_costs_one_notification(redis_url, connect, monkeypatch):
    monkeypatch.setattr(notifications, "PAUSE_AFTER_FAILURE", 0.0)
    queue = connect(redis_url)
    queue.notify(SUMMARY, [1])
    with Redis.from_url(redis_url) as connection:
        connection.client_kill_filter(_type="normal", skipme=True)
    queue.notify(SUMMARY, [2])
    assert queue.notify(SUMMARY, [3])


def test_the_clients_of_requests_never_try_twice(refusing_url):
    with client_for_requests(refusing_url) as client:
        options = client.connection_pool.connection_kwargs
    assert options["socket_timeout"] == options["socket_connect_timeout"] == 0.5
    assert options["retry"]._retries == 0


def test_the_password_of_redis_is_in_no_log_line(refusing_url, connect, caplog):
    # Commands that run without Redis silence this logger, for their process.
    caplog.set_level(logging.WARNING, logger="vidwiz.queueing.notifications")
    connect(refusing_url.replace("redis://", "redis://user:canary@")).notify(SUMMARY, [1])
    assert "redis does not answer" in caplog.text
    assert "canary" not in caplog.text


def test_a_notification_is_passed_on_once_a_moment_for_each_network(connect, redis_url):
    queue = connect(redis_url)
    for network in ("office", "office", "home"):
        queue.pass_on(SUMMARY, network=network)
    with client_for_requests(redis_url) as connection:
        assert len(queue_named("summary", connection)) == 2
        times = {connection.ttl(key) for key in connection.keys("vidwiz:passed-on:*")}
    assert times <= set(range(1, notifications.PASS_ON_SECONDS + 1))


def test_nothing_is_passed_on_while_redis_is_away(connect):
    connect("redis://127.0.0.1:1/0").pass_on(SUMMARY, network="office")
