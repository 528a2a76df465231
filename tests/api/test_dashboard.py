"""rq-dashboard under /rq: who may use it, what it runs and reads, and odd paths."""

import base64
import os
import re

import pytest
from rq import Queue, Worker

from tests.api.conftest import error
from tests.fixtures.databases import only_sqlite
from vidwiz.queueing.connections import client_for_requests
from vidwiz.queueing.notifications import queue_named


@pytest.fixture
def dashboard(made, redis_url, config):
    connection = client_for_requests(redis_url)
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
        text = page.get_data(as_text=True)
        assert page.headers["X-Frame-Options"] == "DENY"
        # Underscore's setting: `<%=` escapes, and nothing is inserted as it is.
        assert r"_.templateSettings.escape = /<%[=-]([\s\S]+?)%>/g" in text, path
        assert "_.templateSettings.interpolate = /(.)^/g" in text, path
        assert text.index("templateSettings.escape") < text.index("POLL_INTERVAL"), path


@only_sqlite
def test_the_dashboard_runs_its_own_scripts_only(dashboard):
    client, basic, _ = dashboard
    seen = set()
    for path in ("/rq/", "/rq/0/view/jobs", "/rq/0/data/queues.json", "/rq/nothing"):
        answer = client.get(path, headers=basic)
        policy = answer.headers["Content-Security-Policy"]
        rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
        assert rules["default-src"] == "'none'"
        assert "'unsafe-inline'" not in rules["script-src"]
        (nonce,) = re.findall(r"'nonce-([\w-]{16,})'", rules["script-src"])
        seen.add(nonce)
        if answer.mimetype == "text/html":
            scripts = re.findall(r"<script([^>]*)>", answer.get_data(as_text=True))
            inline = [tag for tag in scripts if "src=" not in tag and "text/template" not in tag]
            assert inline == [f' nonce="{nonce}"'], path
    assert len(seen) == 4


@only_sqlite
def test_no_page_shows_the_password_of_redis(made, config, redis_url, admin):
    """The pages name the Redis that they show; a password in its URL is left out."""
    client = made(redis_url).client
    dashboard = client.application.extensions["vidwiz.dashboard"].made()
    queue = queue_named("note", client_for_requests(redis_url))
    job = queue.enqueue_call("vidwiz.worker.entry.run_tasks", args=([1],))
    shown = ("redis://user:hunter2hunter2@host:6379/0",)
    # Each instance by its number; only the first is ever connected to.
    dashboard.config["RQ_DASHBOARD_REDIS_URL"] = (redis_url, *shown)
    for path in ("", "0/view/workers", "0/view/jobs", f"0/view/job/{job.id}"):
        page = client.get(f"/rq/{path}", headers=admin.headers)
        assert page.status_code == 200
        text = page.get_data(as_text=True)
        assert "@host:6379" in text
        assert "hunter2" not in text
    queue.connection.close()


@only_sqlite
def test_every_dashboard_route_wants_credentials(app):
    dashboard = app.extensions["vidwiz.dashboard"].made()
    rules = list(dashboard.url_map.iter_rules())
    assert len(rules) > 15
    values = {"queue_name": "note", "registry_name": "failed", "order": "asc", "filename": "x.css"}
    for rule in rules:
        arguments = {name: values.get(name, 1) for name in rule.arguments}
        with dashboard.test_request_context():
            path = dashboard.url_map.bind("localhost").build(rule.endpoint, arguments)
        for method in rule.methods - {"OPTIONS", "HEAD"}:
            error(app.test_client().open(f"/rq{path}", method=method), 401)


@only_sqlite
def test_the_dashboard_deletes_requeues_and_compacts(dashboard, admin):
    client, _, queue = dashboard
    headers = admin.headers
    compact = "/rq/queue/note/compact"
    assert client.post(compact, headers=headers).json == {"status": "OK"}
    (job_id,) = queue.job_ids
    error(client.post(f"/rq/job/{job_id}/requeue", headers=headers), 409)
    failed = queue.fetch_job(job_id)
    queue.failed_job_registry.add(failed)
    queue.empty()
    failed.save()
    assert client.post(f"/rq/job/{job_id}/requeue", headers=headers).json == {"status": "OK"}
    assert queue.job_ids == [job_id]
    queue.failed_job_registry.add(failed)
    queue.failed_job_registry.connection.zadd(queue.failed_job_registry.key, {"gone": 9e9})
    emptied = client.post("/rq/queue/note/failed/empty", headers=headers)
    assert emptied.json == {"status": "OK"}
    assert queue.failed_job_registry.get_job_ids(cleanup=False) == []
    error(client.post(f"/rq/job/{job_id}/delete", headers=headers), 404)
    queue.empty()
    assert client.post(compact, headers=headers).json == {"status": "OK"}
    error(client.post("/rq/queue/note/nothing/empty", headers=headers), 404)


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
        ("7/data/queues.json", 404),
    ],
)
def test_the_dashboard_does_not_fail_on_odd_paths(dashboard, path, status):
    client, basic, _ = dashboard
    assert client.get(f"/rq/{path}", headers=basic).status_code == status


class MakesFolder:
    """Pickled, it makes a folder when it is read."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (self.path,)


@only_sqlite
def test_the_dashboard_unpickles_nothing(dashboard, admin, tmp_path):
    """Each route that reads a job, also one that a worker is said to be at."""
    client, basic, queue = dashboard
    bait = MakesFolder(str(tmp_path / "made"))
    evil = Queue("note", connection=queue.connection)
    job = evil.enqueue_call("os.mkdir", args=(bait,), meta={"a": bait})
    worker = Worker(["note"], connection=queue.connection, name="w")
    worker.register_birth()
    with queue.connection.pipeline() as pipeline:
        worker.prepare_execution(job)
        pipeline.execute()
    assert client.get(f"/rq/0/data/job/{job.id}.json", headers=basic).status_code == 400
    for path in (
        "0/data/jobs/note/queued/8/asc/1.json",
        "0/data/workers.json",
        f"0/view/job/{job.id}",
        "0/view/workers",
    ):
        assert client.get(f"/rq/{path}", headers=basic).status_code < 500, path
    evil.failed_job_registry.add(job)
    for path in (f"job/{job.id}/requeue", "requeue/note", f"job/{job.id}/delete"):
        assert client.post(f"/rq/{path}", headers=admin.headers).status_code < 500, path
    client.post("/rq/queue/note/failed/empty", headers=admin.headers)
    assert not (tmp_path / "made").exists()


@only_sqlite
def test_the_dashboard_without_redis_says_so(made, tmp_path, config):
    client = made(f"unix://{tmp_path}/none.sock").client
    headers = {"Authorization": f"Bearer {config.admin_tokens[0]}"}
    error(client.get("/rq/0/data/queues.json", headers=headers), 503)
