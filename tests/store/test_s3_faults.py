"""Faults of S3: what is tried again, what is said, and that no secret is in it."""

import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from vidwiz.errors import ConfigError, ObjectMissingError, StoreError
from vidwiz.store.s3 import S3Store

KEY = "transcripts/breadrise01/abc.json"
BODY = b'[{"text": "Bread.", "offset": 0, "duration": 1}]'
SECRETS = ("AKIACANARY0000000001", "canary-secret-key", "canary-session-token")
TRIES = 4


class FakeS3(ThreadingHTTPServer):
    """An S3 that fails as it is told: `faults` are used up by one request each."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.objects = {}
        self.faults = []
        self.requests = []
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: FakeS3
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def _answer(self, status, body=b"", length=None):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self.close_connection = length is not None

    def _fail(self, status, code):
        self._answer(
            status, f"<Error><Code>{code}</Code><Message>{SECRETS[0]}</Message></Error>".encode()
        )

    def _handle(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.requests.append(self.command)
        fault = self.server.faults.pop(0) if self.server.faults else None
        if self.command == "PUT" and fault in (None, "reply lost"):
            self.server.objects[self.path] = body
        if fault == "reply lost":
            self.close_connection = True
        elif fault == "cut":
            self._answer(200, BODY[:10], length=len(BODY))
        elif fault:
            self._fail(*fault)
        elif self.command == "GET" and self.path not in self.server.objects:
            self._fail(404, "NoSuchKey")
        else:
            self._answer(200, self.server.objects.get(self.path, b"") * (self.command == "GET"))

    do_GET = do_PUT = do_HEAD = _handle  # noqa: N815 - http.server's names


@pytest.fixture
def s3():
    server = FakeS3()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def environment(monkeypatch):
    for name, value in zip(
        ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"), SECRETS, strict=True
    ):
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    # botocore waits up to a second, then two, between its tries.
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)
    return monkeypatch


@pytest.fixture
def store(s3, environment):
    environment.setenv("AWS_ENDPOINT_URL_S3", s3.url)
    made = S3Store("bucket")
    yield made
    made.close()


def sentence_of(act):
    with pytest.raises(StoreError) as caught:
        act()
    assert not isinstance(caught.value, ObjectMissingError)
    assert not any(secret in str(caught.value) for secret in (*SECRETS, "127.0.0.1"))
    return caught.value.message


@pytest.mark.parametrize("fault", [(500, "InternalError"), (503, "SlowDown"), "reply lost"])
def test_a_server_that_is_busy_for_a_moment_is_asked_again(store, s3, fault):
    s3.faults = [fault] * (TRIES - 1)
    store.put(KEY, BODY)
    s3.faults = [fault] * (TRIES - 1) if fault != "reply lost" else []
    assert store.get(KEY) == BODY
    assert list(s3.objects) == [f"/bucket/{KEY}"]
    assert s3.requests.count("PUT") == TRIES


@pytest.mark.parametrize(
    ("fault", "words", "tries"),
    [
        ((500, "InternalError"), "InternalError", TRIES),
        ((503, "SlowDown"), "SlowDown", TRIES),
        ((403, "AccessDenied"), "AccessDenied", 1),
        ((403, "InvalidAccessKeyId"), "InvalidAccessKeyId", 1),
        ((404, "NoSuchBucket"), "NoSuchBucket", 1),
    ],
)
def test_a_server_that_goes_on_failing_is_named_by_its_code(store, s3, fault, words, tries):
    s3.faults = [fault] * 20
    stored = sentence_of(lambda: store.put(KEY, BODY))
    assert stored == f"the transcript could not be stored: {words}"
    assert s3.requests == ["PUT"] * tries
    assert sentence_of(lambda: store.get(KEY)) == f"the transcript could not be read: {words}"
    assert s3.objects == {}


def test_a_check_says_that_the_bucket_cannot_be_used(store, s3):
    s3.faults = [(403, "AccessDenied")]
    assert sentence_of(store.check).startswith("the bucket cannot be used: ")


@pytest.mark.parametrize("act", ["put", "get", "check"])
def test_a_server_that_refuses_connections(environment, act):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    environment.setenv("AWS_ENDPOINT_URL_S3", f"http://127.0.0.1:{port}")
    store = S3Store("bucket")
    arguments = {"put": (KEY, BODY), "get": (KEY,), "check": ()}[act]
    assert "EndpointConnectionError" in sentence_of(lambda: getattr(store, act)(*arguments))
    store.close()


def test_without_credentials_the_sentence_says_so(s3, environment, tmp_path):
    environment.setenv("AWS_ENDPOINT_URL_S3", s3.url)
    environment.setenv("AWS_EC2_METADATA_DISABLED", "true")
    environment.setenv("HOME", str(tmp_path))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        environment.delenv(name)
    store = S3Store("bucket")
    assert "NoCredentialsError" in sentence_of(lambda: store.put(KEY, BODY))
    store.close()


def test_an_object_that_comes_cut_off_is_an_error(store, s3):
    store.put(KEY, BODY)
    s3.faults = ["cut"]
    assert sentence_of(lambda: store.get(KEY)).startswith("the transcript could not be read: ")
    assert store.get(KEY) == BODY


def test_an_object_that_is_not_there_is_asked_for_once(store, s3):
    with pytest.raises(ObjectMissingError):
        store.get(KEY)
    assert s3.requests == ["GET"]


@pytest.mark.slow
def test_a_check_of_a_server_that_hangs_ends_within_seconds(environment):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        environment.setenv("AWS_ENDPOINT_URL_S3", f"http://127.0.0.1:{silent.getsockname()[1]}")
        store = S3Store("bucket")
        began = time.monotonic()
        assert "ReadTimeoutError" in sentence_of(store.check)
        assert time.monotonic() - began < 10
        store.close()


def test_a_check_asks_once(store, s3):
    s3.faults = [(500, "InternalError")] * 9
    sentence_of(store.check)
    assert s3.requests == ["HEAD"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AWS_ENDPOINT_URL_S3", "minio:9000"),
        ("AWS_ENDPOINT_URL_S3", "minio"),
        ("AWS_PROFILE", "nobody-has-this"),
    ],
)
def test_settings_that_boto3_refuses_are_named(environment, name, value):
    environment.setenv(name, value)
    with pytest.raises(ConfigError, match=name):
        S3Store("bucket")
