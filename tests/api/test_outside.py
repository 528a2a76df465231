"""Health, rate limits with and without Redis, proxies, and the document."""

import base64
import re
import socket
import time

import openapi_spec_validator
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from tests.api.conftest import Person, error
from tests.fixtures.databases import dispose, make_config, only_sqlite
from tests.support import VIDEO
from vidwiz.api import health
from vidwiz.app import create_app
from vidwiz.db.engine import db
from vidwiz.db.transactions import unit_of_work
from vidwiz.plugin_host.registry import Registry
from vidwiz.runtime import current
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
        # Half a second or two on a quiet machine; a client's own defaults would take 59 s.
        assert time.monotonic() - began < 10


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
    plain = {(re.sub("<[a-z]+:", "<", path), method) for path, method in routes}
    assert listed == plain
    for operations in document["paths"].values():
        for method, operation in operations.items():
            assert method == "parameters" or "security" in operation


def test_notifications_are_of_our_types(queue, ada):
    ada.post("/conversations", {"video_id": VIDEO})
    assert {kind for kind, _ in queue.notifications} == {
        TaskType.FETCH_METADATA,
        TaskType.FETCH_TRANSCRIPT,
    }


def from_address(caller, address, path="/auth/login", body=LOGIN):
    return caller.post(path, body, environ_overrides={"REMOTE_ADDR": address}).status_code


@only_sqlite
@pytest.mark.slow
def test_limits_count_an_ipv6_network_as_one_client(made, redis_url):
    caller = made(redis_url)
    one_network = [f"2001:db8:0:1::{number:x}" for number in range(11)]
    assert [from_address(caller, one) for one in one_network] == [401] * 10 + [429]
    assert from_address(caller, "2001:db8:0:2::1") == 401
    # As a dual-stack socket shows IPv4; these are two clients.
    assert [from_address(caller, f"::ffff:203.0.113.{n}") for n in range(12)] == [401] * 12


@only_sqlite
def test_registering_is_limited_by_the_minute(made, redis_url):
    caller = made(redis_url)
    statuses = [
        caller.post(
            "/auth/register",
            {"email": f"p{number}@example.org", "password": "correct horse", "name": "P"},
        ).status_code
        for number in range(11)
    ]
    assert statuses == [201] * 10 + [429]
    # Each route counts for itself.
    assert attempts(caller, 1) == [401]


@only_sqlite
def test_what_is_refused_counts_too(made, redis_url):
    caller = made(redis_url)
    assert [caller.post("/auth/login", {}).status_code for _ in range(11)] == [422] * 10 + [429]


@only_sqlite
def test_only_as_many_proxies_as_are_trusted_are_believed(made, redis_url, config):
    caller = made(redis_url, trusted_proxies=1)
    headers = {"X-Forwarded-For": "203.0.113.7, 198.51.100.9"}
    statuses = [caller.post("/auth/login", LOGIN, headers=headers).status_code for _ in range(11)]
    assert statuses == [401] * 10 + [429]
    other = {"X-Forwarded-For": "203.0.113.7, 198.51.100.10"}
    assert caller.post("/auth/login", LOGIN, headers=other).status_code == 401
    # The host is never taken from a header: the dashboard compares it with the origin.
    password = base64.b64encode(f"admin:{config.admin_tokens[0]}".encode()).decode()
    forged = {
        "Authorization": f"Basic {password}",
        "Origin": "https://evil.example",
        "X-Forwarded-Host": "evil.example",
    }
    error(caller.client.post("/rq/queue/note/queued/empty", headers=forged), 403)


@only_sqlite
def test_a_trusted_proxy_may_put_everything_below_a_prefix(made, redis_url, admin):
    headers = {**admin.headers, "X-Forwarded-Prefix": "/vid"}
    for trusted, prefix in ((1, "/vid"), (0, "")):
        caller = made(redis_url, trusted_proxies=trusted)
        page = caller.client.get("/rq/", headers=headers)
        assert page.status_code == 200
        assert f'href="{prefix}/rq/static/css/main.css"' in page.get_data(as_text=True)
        assert caller.client.get("/healthz", headers=headers).status_code == 200


@only_sqlite
def test_a_database_of_another_version_is_not_ready(app, client):
    with app.app_context(), unit_of_work(current()) as uow:
        uow.session.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    ready = client.get("/readyz")
    assert ready.status_code == 503
    assert ready.json["checks"]["database"]["state"] == "other_version"


def test_when_all_connections_are_taken_it_is_503_and_try_again(app, client, monkeypatch):
    with app.app_context():
        pool = db.engine.pool
        monkeypatch.setattr(pool, "_timeout", 0.1)
        held = []
        with pytest.raises(PoolTimeoutError):
            while True:
                held.append(db.engine.connect())
        try:
            refused = client.post("/api/v2/auth/login", json=LOGIN)
        finally:
            for connection in held:
                connection.close()
    assert error(refused, 503)["code"] == "unavailable"
    assert int(refused.headers["Retry-After"]) > 0
    assert client.post("/api/v2/auth/login", json=LOGIN).status_code == 401


@only_sqlite
def test_private_answers_are_kept_nowhere(ada, admin, client):
    ada.post("/videos", {"video": VIDEO})
    for answer in (
        ada.get("/users/me"),
        ada.get("/videos"),
        ada.get(f"/videos/{VIDEO}"),
        ada.get("/videos/none"),
        admin.get("/internal/ledger"),
        client.post("/api/v2/auth/login", json=LOGIN),
        client.get("/rq/", headers=admin.headers),
    ):
        assert answer.headers["Cache-Control"] == "no-store"


def patterns_of(part):
    """Yield every pattern of a document."""
    if isinstance(part, dict):
        if isinstance(part.get("pattern"), str):
            yield part["pattern"]
        for below in part.values():
            yield from patterns_of(below)
    elif isinstance(part, list):
        for below in part:
            yield from patterns_of(below)


@only_sqlite
def test_the_document_says_what_is_refused(client):
    document = client.get("/openapi.json").json
    patterns = set(patterns_of(document))
    assert len(patterns) > 5
    # Python's own syntax, which ECMA-262 lacks.
    assert not [text for text in patterns if re.search(r"\\[AZ]|\(\?P|\(\?<[a-z]|\(\?[aims]", text)]
    schemas = document["components"]["schemas"]
    timestamp = re.compile(schemas["NoteIn"]["properties"]["timestamp"]["pattern"])
    assert timestamp.search("1:05")
    assert timestamp.search("1:00:00")
    assert not timestamp.search("1:5")
    assert not timestamp.search("x1:05")
    path = document["paths"]["/api/v2/videos/{video_id}"]
    (parameter,) = path["parameters"]
    pattern = re.compile(parameter["schema"]["pattern"])
    assert pattern.search(VIDEO)
    assert pattern.search("vimeo:123")
    assert not pattern.search("short")
    assert not pattern.search(f"{VIDEO}x")
    transcript = schemas["TranscriptWriteIn"]["properties"]["transcript"]
    assert [kind["type"] for kind in transcript["anyOf"]] == ["array", "object"]
    register = schemas["RegisterIn"]["properties"]
    assert (register["password"]["minLength"], register["name"]["minLength"]) == (8, 1)
    assert schemas["SummaryResultIn"]["properties"]["summary"]["minLength"] == 1
