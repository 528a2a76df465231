"""What every answer has: the envelope, the request's id, and no 500 for any body."""

import io
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.conftest import Person, error
from tests.fixtures.databases import dispose, make_config, only_sqlite
from tests.support import VIDEO, RecordingQueue
from vidwiz.app import create_app
from vidwiz.plugin_host.registry import Registry

NOTES = f"/videos/{VIDEO}/notes"


@only_sqlite
@pytest.mark.parametrize(
    "path", ["/api/v2/nothing", "/nothing", "/api/v2/notes/999999999999999999"]
)
def test_unknown_paths_answer_with_the_envelope(client, path):
    assert error(client.get(path), 404)["code"] == "not_found"


@only_sqlite
def test_a_wrong_method_says_which_are_right(client):
    response = client.delete("/api/v2/auth/login")
    assert error(response, 405)["code"] == "method_not_allowed"
    assert "POST" in response.headers["Allow"]


@only_sqlite
@pytest.mark.parametrize("prefix", ["/api/v2", "/v2"])
def test_both_prefixes_answer(client, prefix, admin):
    assert client.get(f"{prefix}/users/me").status_code == 401
    assert client.get(f"{prefix}/internal/ledger", headers=admin.headers).status_code == 200


@only_sqlite
@pytest.mark.parametrize("path", ["/api/v2/users/me", "/healthz", "/nowhere"])
def test_every_answer_has_a_request_id(client, path):
    assert len(client.get(path).headers["X-Request-ID"]) == 32
    kept = client.get(path, headers={"X-Request-ID": "abc-123"})
    assert kept.headers["X-Request-ID"] == "abc-123"
    replaced = client.get(path, headers={"X-Request-ID": "a b" + "x" * 200})
    assert len(replaced.headers["X-Request-ID"]) == 32


@only_sqlite
def test_a_body_without_content_type_is_json_and_another_type_is_refused(ada):
    body = json.dumps({"timestamp": "1:00"})
    assert ada.call("POST", NOTES, data=body).status_code == 201
    refused = ada.call("POST", NOTES, data=body, content_type="text/plain")
    assert error(refused, 415)["code"] == "unsupported_media_type"
    form = ada.call("POST", NOTES, data={"timestamp": "1:00"})
    error(form, 415)


@only_sqlite
def test_a_large_body_is_refused_before_it_is_read(ada, stranger):
    class Unread(io.BytesIO):
        def read(self, *_):
            raise AssertionError("the body was read")

        readline = readinto = readall = read

    for caller in (ada, stranger):
        environ = {"wsgi.input": Unread(), "CONTENT_LENGTH": str(1024 * 1024 + 1)}
        error(caller.call("POST", NOTES, environ_overrides=environ), 413)


@only_sqlite
def test_a_large_body_of_unknown_length_is_refused(ada):
    text = json.dumps({"timestamp": "1:00", "text": "x" * (1024 * 1024)})
    environ = {
        "wsgi.input": io.BytesIO(text.encode()),
        "wsgi.input_terminated": True,
        "HTTP_TRANSFER_ENCODING": "chunked",
    }
    error(ada.call("POST", NOTES, environ_overrides=environ), 413)


@only_sqlite
def test_transcripts_may_be_larger(admin, ada):
    ada.post(NOTES, {"timestamp": "0:01"})
    rows = [{"text": "x" * 1000, "offset": n, "duration": 1} for n in range(2000)]
    taken = admin.post(f"/internal/videos/{VIDEO}/transcript", {"transcript": rows})
    assert taken.status_code == 200
    environ = {"CONTENT_LENGTH": str(32 * 1024 * 1024 + 1)}
    path = f"/internal/videos/{VIDEO}/transcript"
    error(admin.call("POST", path, environ_overrides=environ), 413)


BAD_BODIES = {
    "nan": b'{"timestamp": "1:00", "x": NaN}',
    "infinity": b'{"timestamp": "1:00", "x": -Infinity}',
    "nul": b'{"timestamp": "1:00", "text": "a\\u0000b"}',
    "nul in a list": b'{"timestamp": "1:00", "x": ["a\\u0000b"]}',
    "lone surrogate deep in lists": b'{"timestamp": "1:00", "x": [[{"y": ["\\ud800"]}]]}',
    "nul in a name": b'{"timestamp": "1:00", "a\\u0000": 1}',
    "lone surrogate": b'{"timestamp": "1:00", "text": "\\ud800"}',
    "deep": b'{"x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "long number": b'{"timestamp": "1:00", "x": ' + b"9" * 5000 + b"}",
    "not utf-8": b'{"timestamp": "\xff"}',
    "twice": b'{"timestamp": "1:00", "timestamp": "2:00"}',
    "not json": b"timestamp=1:00",
    "list": b"[]",
    "text": b'"1:00"',
    "null": b"null",
    "long timestamp": b'{"timestamp": "' + b"1" * 900_000 + b'"}',
    "number for text": b'{"timestamp": "1:00", "text": 5}',
    "object for text": b'{"timestamp": {"a": 1}}',
    "past the end of time": b'{"timestamp": "9999:00"}',
    "letters": b'{"timestamp": "a:12"}',
    "parts": b'{"timestamp": "99:99:99:99"}',
    "long text": json.dumps({"timestamp": "1:00", "text": "x" * 10_001}).encode(),
}


def test_bad_bodies_are_the_callers_fault(ada):
    for name, body in BAD_BODIES.items():
        response = ada.call("POST", NOTES, data=body, content_type="application/json")
        assert response.status_code in (400, 422), name
        error(response, response.status_code)
    assert ada.get(NOTES).json == []


def test_what_is_wrong_is_said_of_every_field(stranger):
    response = stranger.post("/auth/register", {"email": "no", "name": " "})
    found = error(response, 422)
    assert found["code"] == "invalid_input"
    assert {item["field"]: item["type"] for item in found["details"]} == {
        "email": "invalid",
        "name": "invalid",
        "password": "missing",
    }
    assert all(set(item) == {"field", "message", "type"} for item in found["details"])


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(), max_size=20)
    | st.sampled_from(["1:00", "dQw4w9WgXcQ", "999:59", "en", "a@b.co", "1e400", "\x00", "\ud800"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
FIELDS = (
    *("timestamp", "text", "video_title", "video", "title", "video_id", "email", "password"),
    *("name", "ai_notes_enabled", "language", "generated_by_ai", "attempt", "success", "metadata"),
    *("transcript", "summary", "note", "error_code", "suggested_questions", "miscellaneous_data"),
)
ROUTES = (
    ("POST", NOTES),
    ("PATCH", "/notes/{note}"),
    ("POST", "/videos"),
    ("POST", "/conversations"),
    ("PATCH", "/users/me"),
)
ADMIN_ROUTES = (
    ("POST", "/internal/tasks/{task}/result"),
    ("POST", "/internal/tasks/{task}/heartbeat"),
    ("POST", f"/internal/videos/{VIDEO}/metadata"),
    ("POST", f"/internal/videos/{VIDEO}/transcript"),
    ("POST", f"/internal/videos/{VIDEO}/summary"),
    ("PATCH", "/internal/notes/{note}"),
)
examples = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def targets(ada, admin):
    """Make a video with a transcript, a waiting note and a claimed task, and return their ids."""
    note = ada.post(NOTES, {"timestamp": "0:05"}).json["id"]
    task = admin.get("/internal/tasks?type=metadata&timeout=1").json["task_id"]
    rows = [{"text": "The dough rests.", "offset": 0, "duration": 9}]
    taken = admin.post(f"/internal/videos/{VIDEO}/transcript", {"transcript": rows})
    assert taken.status_code == 200
    return {"note": note, "task": task}


bodies = st.dictionaries(st.sampled_from(FIELDS), json_values, max_size=6)


@examples
@given(route=st.sampled_from(ROUTES + ADMIN_ROUTES), body=bodies | json_values)
def test_no_json_gives_500(ada, admin, targets, route, body):
    method, path = route
    caller = admin if route in ADMIN_ROUTES else ada
    if path.endswith("/result") and isinstance(body, dict):
        body = {"success": True, **body, "video_id": VIDEO}
    response = caller.call(
        method,
        path.format(**targets),
        data=json.dumps(body).encode(),
        content_type="application/json",
    )
    assert response.status_code < 500, (route, body, response.json)
    # Each target is there, so that what is answered is about the body.
    assert response.status_code != 404, (route, body)


@examples
@given(body=st.binary(max_size=60), kind=st.sampled_from(["application/json", None, "text/plain"]))
def test_no_bytes_give_500(ada, body, kind):
    response = ada.call("POST", NOTES, data=body, content_type=kind)
    assert 400 <= response.status_code < 500 or response.status_code == 201


@examples
@given(
    path=st.sampled_from(
        [
            "/videos/{}",
            "/videos/{}/notes",
            "/notes/{}",
            "/conversations/{}",
            "/internal/tasks/{}",
            "/internal/videos/{}",
            "/internal/videos/{}/ai-notes",
            "/internal/videos/{}/transcript",
        ]
    ),
    part=st.text(max_size=30) | st.integers().map(str) | st.sampled_from(["%00", "..", "%ff", "0"]),
)
def test_no_path_gives_500(ada, admin, path, part):
    caller = admin if path.startswith("/internal") else ada
    assert caller.get(path.format(part)).status_code < 500


@examples
@given(
    query=st.dictionaries(
        st.sampled_from(["q", "page", "per_page", "sort", "type", "status", "video_id", "code"]),
        st.text(max_size=20)
        | st.integers().map(str)
        | st.sampled_from(["%", "_", "'", "\x00", "\\"]),
        max_size=4,
    ),
)
def test_no_query_gives_500(ada, admin, query):
    assert ada.get("/videos", query_string=query).status_code < 500
    assert admin.get("/internal/ledger", query_string=query).status_code < 500


@pytest.mark.parametrize(
    "url", ["sqlite:////nowhere/at/all.db", "postgresql+psycopg://nobody@127.0.0.1:1/nothing"]
)
def test_without_a_database_it_is_503_and_try_again(tmp_path, url):
    app = create_app(make_config(tmp_path, url), queue=RecordingQueue(), plugins=Registry([]))
    client = app.test_client()
    response = client.post("/api/v2/auth/login", json={"email": "a@b.co", "password": "longenough"})
    assert error(response, 503)["code"] == "unavailable"
    assert int(response.headers["Retry-After"]) > 0
    ready = client.get("/readyz")
    assert ready.status_code == 503
    assert ready.get_json()["checks"]["database"]["state"] == "unavailable"
    assert client.get("/healthz").status_code == 200
    dispose(app)


class BrokenStore:
    def put(self, key, body):
        raise RuntimeError("secret")

    def check(self):
        pass


@only_sqlite
def test_a_bug_is_logged_and_says_nothing(config, queue, plugins, caplog):
    app = create_app(config, queue=queue, plugins=plugins, store=BrokenStore())
    admin = Person(app, {"Authorization": f"Bearer {config.admin_tokens[0]}"})
    guest = Person(app, {"X-Guest-Session-ID": "guest-0123456789abcdef"})
    guest.post("/conversations", {"video_id": VIDEO})
    response = admin.post(
        f"/internal/videos/{VIDEO}/transcript",
        {"transcript": [{"text": "private words", "offset": 0, "duration": 1}]},
    )
    found = error(response, 500)
    assert found["code"] == "internal"
    assert "secret" not in response.get_data(as_text=True)
    assert "a request met a bug" in caplog.text
    assert "private words" not in caplog.text
    dispose(app)
