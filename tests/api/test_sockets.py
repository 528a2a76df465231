"""A real gunicorn and raw sockets: clients that leave, and requests that break the protocol."""

import json
import socket
import time
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from tests.api.helping import make_due
from tests.fixtures.databases import only_sqlite, slow_on_postgresql
from tests.fixtures.servers import until
from tests.support import ensure_video, tasks
from vidwiz.cli.up.stack import is_ready

POLL = "/api/v2/internal/tasks?type=transcript&timeout={}"


class Server:
    """A gunicorn of a stack; its bytes go over sockets of ours."""

    def __init__(self, stack, **env):
        self.stack = stack
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        argv = ("-m", "gunicorn", "-c", "python:vidwiz.serving", "wsgi:app")
        self.process = stack.start(*argv, PORT=str(self.port), **env)
        until(self._answers, "the web server")

    def _answers(self):
        try:
            return self.ask(b"GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n")[0] > 0
        except OSError:
            return False

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)

    @contextmanager
    def sending(self, request):
        with self.connect() as client:
            client.sendall(request)
            yield client

    def ask(self, request):
        """Send bytes and return status, headers and text of all that comes back."""
        with self.sending(request) as client:
            client.settimeout(10)
            return parsed(read_answer(client))

    def poll(self, seconds=1, method="GET"):
        token = self.stack.config.admin_tokens[0]
        return (
            f"{method} {POLL.format(seconds)} HTTP/1.1\r\nHost: x\r\n"
            f"Authorization: Bearer {token}\r\n\r\n"
        ).encode()


def read_answer(client):
    """Read one answer with a Content-Length, or all until the connection ends."""
    data = b""
    while True:
        head, separator, body = data.partition(b"\r\n\r\n")
        if separator:
            lengths = [
                int(line.split(b":")[1])
                for line in head.splitlines()
                if line.lower().startswith(b"content-length")
            ]
            if b" 204 " in head.splitlines()[0] or (lengths and len(body) >= lengths[0]):
                return data
        piece = client.recv(65536)
        if not piece:
            return data
        data += piece


def parsed(data):
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    return int(first.split()[1]), headers, body.decode()


def one_task():
    (task,) = tasks(task_type="fetch_transcript")
    return task


@pytest.fixture
def server(stack):
    return Server(stack)


@slow_on_postgresql
def test_a_client_that_is_gone_gets_no_task(server):
    """Closed while it waits: the task stays for others, and no attempt is made of it."""
    with server.sending(server.poll(30)) as client:
        time.sleep(0.5)
        client.close()
    with server.sending(server.poll(30)) as client:
        time.sleep(0.5)
        client.shutdown(socket.SHUT_WR)
    ensure_video()
    time.sleep(2.5)
    assert (one_task().status, one_task().attempt) == ("pending", 0)
    status, _, body = server.ask(server.poll())
    assert (status, json.loads(body)["attempt"]) == (200, 1)
    assert one_task().status == "in_progress"


def test_a_client_that_left_before_it_was_served_gets_no_task(server):
    ensure_video()
    for _ in range(5):
        with server.sending(server.poll()) as client:
            client.close()
    until(lambda: server.ask(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")[0] == 200, "an answer")
    time.sleep(1)
    found = one_task()
    assert (found.status, found.failures) == ("pending", 0)


@slow_on_postgresql
def test_head_claims_nothing(server):
    ensure_video()
    status, headers, _ = server.ask(server.poll(method="HEAD"))
    assert (status, headers["allow"]) == (405, "get")
    assert (one_task().status, one_task().attempt) == ("pending", 0)
    make_due(one_task().id)
    assert server.ask(server.poll())[0] == 200


BROKEN_BODY = (
    b"POST /api/v2/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n"
)
GET = b"GET /healthz HTTP/1.1\r\nHost: x\r\n"
REFUSED = {
    "a chunk size that is none": (BROKEN_BODY + b"xyz\r\n{}\r\n0\r\n\r\n", 400),
    "a chunk without its end": (BROKEN_BODY + b"2\r\n{}XX0\r\n\r\n", 400),
    "a broken trailer": (BROKEN_BODY + b"2\r\n{}\r\n0\r\nno trailer\r\n\r\n", 400),
    "a chunk that stops": (BROKEN_BODY + b"ff\r\n{}", 400),
    "a long request line": (b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
    "a large header": (GET + b"X-A: " + b"x" * 9000 + b"\r\n\r\n", 431),
    "many headers": (GET + b"".join(b"X-%d: 1\r\n" % n for n in range(200)) + b"\r\n", 431),
    "a length that is none": (GET + b"Content-Length: ten\r\n\r\n", 400),
    "a negative length": (GET + b"Content-Length: -1\r\n\r\n", 400),
    "two lengths": (GET + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx", 400),
    "length and chunks": (GET + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
    "another coding": (GET + b"Transfer-Encoding: x\r\n\r\n", 501),
    "an expectation": (GET + b"Expect: 200-ok\r\n\r\n", 417),
    "a version": (b"GET / HTTP/9.9\r\nHost: x\r\n\r\n", 400),
    "no request": (b"\x16\x03\x01\x02\x00\r\n\r\n", 400),
}


@only_sqlite
def test_what_breaks_the_protocol_is_the_clients_fault(server):
    """Each is answered with the envelope and an id, and none is logged as a bug."""
    for name, (request, expected) in REFUSED.items():
        with server.sending(request) as client:
            client.shutdown(socket.SHUT_WR)
            status, headers, body = parsed(read_answer(client))
        assert status == expected, name
        assert headers["content-type"] == "application/json", name
        assert len(headers["x-request-id"]) == 32, name
        found = json.loads(body)["error"]
        assert set(found) == {"code", "message", "details"}, name
    assert server.ask(GET + b"\r\n")[0] == 200
    assert "Traceback" not in server.stack.output()


@only_sqlite
def test_headers_of_a_client_do_not_move_the_app(server):
    for header in (b"SCRIPT_NAME: /evil", b"PATH_INFO: /evil", b"SCRIPT-NAME: /evil"):
        assert server.ask(GET + header + b"\r\n\r\n")[0] == 200, header
    prefixed = GET + b"X-Forwarded-Prefix: /vid\r\n\r\n"
    assert server.ask(prefixed)[0] == 200
    assert "Traceback" not in server.stack.output()


@only_sqlite
def test_everything_can_stand_below_a_prefix(stack, monkeypatch):
    """SCRIPT_NAME in the server's environment, behind a proxy that passes whole paths on."""
    server = Server(stack, SCRIPT_NAME="/vid")
    token = stack.config.admin_tokens[0].encode()
    login = b"Host: x\r\nAuthorization: Bearer " + token + b"\r\n\r\n"
    assert server.ask(b"GET /vid/healthz HTTP/1.1\r\n" + login)[0] == 200
    assert server.ask(b"GET /vid/v2/internal/ledger HTTP/1.1\r\n" + login)[0] == 200
    status, _, page = server.ask(b"GET /vid/rq/ HTTP/1.1\r\n" + login)
    assert status == 200
    assert 'href="/vid/rq/static/css/main.css"' in page
    status, headers, body = server.ask(b"GET /healthz HTTP/1.1\r\n" + login)
    assert (status, headers["content-type"]) == (404, "application/json")
    assert json.loads(body)["error"]["code"] == "not_found"
    here = SimpleNamespace(getsockname=lambda: ("127.0.0.1", server.port))
    assert not is_ready(here)
    monkeypatch.setenv("SCRIPT_NAME", "/vid")
    assert is_ready(here)
    assert "Traceback" not in stack.output()
