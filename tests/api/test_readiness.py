"""/readyz: what it says of each part, and that asking often or about what hangs costs little."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from redis import Redis

from tests.fixtures.databases import dispose, make_config, slow_on_postgresql
from tests.fixtures.servers import until
from vidwiz.api import health
from vidwiz.app import create_app
from vidwiz.db.transactions import unit_of_work
from vidwiz.errors import StoreError
from vidwiz.runtime import current


class CountingStore:
    """A store whose check waits while `held` is set."""

    def __init__(self):
        self.goes_on = threading.Event()
        self.goes_on.set()
        self.calls = 0
        self.fails = False

    def check(self):
        self.calls += 1
        self.goes_on.wait(30)
        if self.fails:
            raise StoreError("the bucket cannot be used: AccessDenied")


@pytest.fixture
def store():
    return CountingStore()


@pytest.fixture
def app(config, queue, plugins, store):
    made = create_app(config, queue=queue, plugins=plugins, store=store)
    yield made
    store.goes_on.set()
    until(
        lambda: not [t for t in threading.enumerate() if t.name == health.THREAD_NAME],
        "the checks to end",
    )
    dispose(made)


def test_a_database_of_another_version_is_not_ready(app, client):
    with app.app_context(), unit_of_work(current()) as uow:
        (version,) = uow.session.scalars(sa.text("SELECT version_num FROM alembic_version"))
        uow.session.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    try:
        ready = client.get("/readyz")
    finally:
        with app.app_context(), unit_of_work(current()) as uow:
            uow.session.execute(
                sa.text("UPDATE alembic_version SET version_num = :version"), {"version": version}
            )
    assert ready.status_code == 503
    assert ready.headers["Retry-After"] == "5"
    assert ready.json["checks"]["database"]["state"] == "other_version"


def test_an_answer_is_kept_for_some_seconds(client, store):
    for _ in range(20):
        assert client.get("/readyz").json["status"] == "ok"
    assert store.calls == 1


def test_a_failure_is_looked_at_again_soon(client, store):
    store.fails = True
    ready = client.get("/readyz").json
    assert ready["status"] == "degraded"
    assert ready["checks"]["store"]["message"] == "the bucket cannot be used: AccessDenied"
    store.fails = False
    until(lambda: client.get("/readyz").json["status"] == "ok", "the store to be ready", 5)


@slow_on_postgresql
def test_a_part_that_hangs_holds_one_thread_and_few_requests(app, store):
    store.goes_on.clear()

    def ask(_):
        began = time.monotonic()
        answer = app.test_client().get("/readyz").json
        return answer["checks"]["store"]["state"], time.monotonic() - began

    with ThreadPoolExecutor(8) as threads:
        first = list(threads.map(ask, range(8)))
        later = list(threads.map(ask, range(40)))
    assert {state for state, _ in (*first, *later)} == {"unavailable"}
    assert max(seconds for _, seconds in first) < 2 * health.LONGEST_SECONDS
    assert sorted(seconds for _, seconds in later)[20] < 0.2
    assert store.calls == 1
    store.goes_on.set()
    until(lambda: ask(0)[0] == "ok", "the store to be ready", 10)


def test_the_reason_of_a_refusal_by_redis_is_said(tmp_path, database_url, plugins, redis_server):
    with Redis.from_url(redis_server.url) as client:
        client.config_set("requirepass", "secret")
    app = create_app(
        make_config(
            tmp_path / "other",
            database_url,
            redis_url=f"unix://:wrong-canary@{redis_server.socket}",
            metadata_fetchers=("fake-metadata",),
            transcript_fetchers=("fake-transcript",),
        ),
        plugins=plugins,
    )
    ready = app.test_client().get("/readyz")
    assert (ready.status_code, ready.json["status"]) == (200, "degraded")
    check = ready.json["checks"]["redis"]
    assert check["state"] == "refused"
    assert "invalid username-password pair" in check["message"]
    assert "canary" not in ready.text
    dispose(app)
