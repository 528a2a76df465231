"""Health, rate limits with and without Redis, the document, and the dashboard."""

import base64
import socket
import time
from dataclasses import replace

import openapi_spec_validator
import pytest
from rq import Queue

from tests.api.conftest import Person, error
from tests.fixtures.databases import dispose, make_config, only_sqlite
from tests.support import VIDEO
from vidwiz.api import health
from vidwiz.app import create_app
from vidwiz.plugin_host.registry import Registry
from vidwiz.queueing.connections import impatient
from vidwiz.queueing.notifications import queue_named
from vidwiz.tasks.types import TaskType

LOGIN = {"email": "ada@example.org", "password": "correct horse"}


def test_health_says_how_the_parts_are(client, queue, monkeypatch):
    monkeypatch.setattr(health, "KEPT_SECONDS", 0.0)
    assert client.get("/healthz").json == {"status": "ok"}
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert ready.json["status"] == "ok"
    assert set(ready.json["checks"]) == {"database", "redis", "store", "rate_limits"}
    queue.answers = False
    without = client.get("/readyz")
    assert (without.status_code, without.json["status"]) == (200, "degraded")
    assert without.json["checks"]["redis"]["state"] == "unavailable"
    assert without.json["checks"]["rate_limits"]["state"] == "memory"


def test_a_database_without_tables_is_not_ready(tmp_path, queue):
    config = make_config(tmp_path / "empty", f"sqlite:///{tmp_path}/empty.db")
    app = create_app(config, queue=queue, plugins=Registry([]))
    ready = app.test_client().get("/readyz")
    assert ready.status_code == 503
    assert ready.get_json()["checks"]["database"]["state"] == "not_migrated"
    dispose(app)


@pytest.fixture
def made(config, plugins):
    """Return a function that makes an app with its own queue to this Redis."""
    apps = []

    def make(url, **settings):
        app = create_app(replace(config, redis_url=url, **settings), plugins=plugins)
        apps.append(app)
        return Person(app, {})

    yield make
    for app in apps:
        dispose(app)


def attempts(caller, count, path="/auth/login"):
    return [caller.post(path, LOGIN).status_code for _ in range(count)]


@only_sqlite
def test_signing_in_is_limited_for_all_processes_together(made, redis_url):
    first, second = made(redis_url), made(redis_url)
    assert attempts(first, 6) == [401] * 6
    assert attempts(second, 5) == [401] * 4 + [429]
    refused = second.client.post("/v2/auth/login", json=LOGIN)
    found = error(refused, 429)
    assert found["code"] == "rate_limited"
    assert 0 < found["details"]["reset_in_seconds"] <= 61
    assert int(refused.headers["Retry-After"]) == found["details"]["reset_in_seconds"]
    assert second.client.get("/readyz").json["checks"]["rate_limits"]["state"] == "ok"


@only_sqlite
def test_made_up_addresses_renew_nothing(made, redis_url):
    caller = made(redis_url)
    statuses = [
        caller.post(
            "/auth/login", LOGIN, headers={"X-Forwarded-For": f"203.0.113.{number}"}
        ).status_code
        for number in range(11)
    ]
    assert statuses == [401] * 10 + [429]


@only_sqlite
def test_limits_can_be_off(made, redis_url):
    caller = made(redis_url, rate_limit_enabled=False)
    assert attempts(caller, 12) == [401] * 12
    assert caller.client.get("/readyz").json["checks"]["rate_limits"]["state"] == "off"


@only_sqlite
def test_without_redis_limits_live_in_memory(made, tmp_path):
    caller = made(f"unix://{tmp_path}/none.sock")
    assert attempts(caller, 11) == [401] * 10 + [429]


@pytest.fixture
def silent_redis():
    """Return the URL of a server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as server:
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"


def test_a_silent_redis_delays_nothing_for_long(made, silent_redis, sign_in):
    caller = made(silent_redis)
    person = Person(caller.client.application, sign_in().headers)
    account = {"email": "eve@example.org", "password": "correct horse", "name": "Eve"}
    calls = [
        lambda: caller.post("/auth/register", account),
        lambda: person.post("/conversations", {"video_id": VIDEO}),
        lambda: person.post("/conversations", {"video_id": "other000001"}),
        lambda: person.post(f"/videos/{VIDEO}/notes", {"timestamp": "1:00"}),
        lambda: person.post("/videos", {"video": "other000002"}),
    ]
    for call in calls:
        began = time.monotonic()
        assert call().status_code == 201
        # Redis's own half second, a password's hash, and a busy machine.
        assert time.monotonic() - began < 3


@only_sqlite
def test_the_document_is_valid_and_lists_every_route_once(app, client):
    document = client.get("/openapi.json").json
    openapi_spec_validator.validate(document)
    found = [
        (path, method, operation["operationId"])
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if method != "parameters"
    ]
    ids = [operation_id for _, _, operation_id in found]
    assert len(ids) == len(set(ids))
    assert not [path for path in document["paths"] if path.startswith("/v2")]
    routes = {
        (rule.rule, method.lower())
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v2") or rule.endpoint.startswith("health.")
        for method in rule.methods - {"OPTIONS", "HEAD"}
    }
    listed = {(path.replace("{", "<").replace("}", ">"), method) for path, method, _ in found}
    assert listed == {(path.replace("<id:", "<"), method) for path, method in routes}
    for operations in document["paths"].values():
        for method, operation in operations.items():
            assert method == "parameters" or "security" in operation


@pytest.fixture
def dashboard(made, redis_url, config):
    connection = impatient(redis_url)
    queue_named("note", connection).enqueue_call(
        "vidwiz.worker.entry.run_tasks", args=([1],), description="<img src=x onerror=alert(1)>"
    )
    client = made(redis_url).client
    password = base64.b64encode(f"admin:{config.admin_tokens[0]}".encode()).decode()
    yield client, {"Authorization": f"Basic {password}"}, queue_named("note", connection)
    connection.close()


@only_sqlite
def test_the_dashboard_shows_our_queues_to_operators_only(dashboard, admin):
    client, basic, queue = dashboard
    for path in ("/rq/", "/rq", "/rq/0/data/queues.json", "/rq/static/css/main.css"):
        refused = client.get(path)
        error(refused, 401)
        assert refused.headers["WWW-Authenticate"].startswith("Basic")
        for headers in (basic, admin.headers):
            with client.get(path, headers=headers) as page:
                assert page.status_code == 200, path
    queues = client.get("/rq/0/data/queues.json", headers=basic).json["queues"]
    assert [(found["name"], found["count"]) for found in queues] == [("note", 1)]
    jobs = client.get("/rq/0/data/jobs/note/queued/8/asc/1.json", headers=basic).json["jobs"]
    (job_id,) = queue.job_ids
    assert [job["id"] for job in jobs] == [job_id]
    assert client.get(f"/rq/0/data/job/{job_id}.json", headers=basic).json["origin"] == "note"
    assert client.get("/rq/0/data/workers.json", headers=basic).json == {"workers": []}


@only_sqlite
def test_the_dashboard_shows_texts_as_texts(dashboard):
    client, basic, queue = dashboard
    pages = ["/rq/0/view/workers", "/rq/0/view/jobs", f"/rq/0/view/job/{queue.job_ids[0]}", "/rq/"]
    for path in pages:
        page = client.get(path, headers=basic)
        assert page.status_code == 200
        assert "<%=" not in page.get_data(as_text=True), path
        assert page.headers["X-Frame-Options"] == "DENY"
    assert "<%- d.description %>" in client.get(pages[2], headers=basic).get_data(as_text=True)


@only_sqlite
def test_the_dashboard_changes_things_only_from_its_own_pages(dashboard, admin):
    client, basic, queue = dashboard
    path = "/rq/queue/note/queued/empty"
    error(client.get("/rq/requeue/note", headers=basic), 405)
    for origin in (
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ):
        error(client.post(path, headers={**basic, **origin}), 403)
    assert queue.count == 1
    assert client.post("/rq/requeue/note", headers=admin.headers).json["count"] == 0
    good = {**basic, "Sec-Fetch-Site": "same-origin"}
    assert client.post(path, headers=good).json == {"status": "OK"}
    assert client.post(path, headers={**basic, "Origin": "http://localhost"}).status_code == 200
    assert queue.count == 0


@only_sqlite
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("0/data/jobs/note/queued/x/asc/1.json", 400),
        ("0/data/jobs/note/queued/0/asc/1.json", 400),
        ("0/data/jobs/note/queued/100000/asc/1.json", 400),
        ("0/data/jobs/note/nothing/8/asc/1.json", 404),
        ("0/data/job/nothing.json", 404),
        ("0/view/job/nothing", 404),
        ("7/data/queues.json", 200),
    ],
)
def test_the_dashboard_does_not_fail_on_odd_paths(dashboard, path, status):
    client, basic, _ = dashboard
    assert client.get(f"/rq/{path}", headers=basic).status_code == status


@only_sqlite
def test_the_dashboard_unpickles_nothing(dashboard, tmp_path):
    client, basic, queue = dashboard
    evil = Queue("note", connection=queue.connection)
    job = evil.enqueue_call("os.mkdir", args=(str(tmp_path / "made"),), meta={"a": 1})
    assert client.get(f"/rq/0/data/job/{job.id}.json", headers=basic).status_code == 400
    assert client.get("/rq/0/data/jobs/note/queued/8/asc/1.json", headers=basic).status_code < 500
    assert not (tmp_path / "made").exists()


@only_sqlite
def test_the_dashboard_without_redis_says_so(made, tmp_path, config):
    client = made(f"unix://{tmp_path}/none.sock").client
    headers = {"Authorization": f"Bearer {config.admin_tokens[0]}"}
    error(client.get("/rq/0/data/queues.json", headers=headers), 503)


def test_pokes_are_of_our_types(queue, ada):
    ada.post("/conversations", {"video_id": VIDEO})
    assert {kind for kind, _ in queue.notifications} == {
        TaskType.FETCH_METADATA,
        TaskType.FETCH_TRANSCRIPT,
    }
