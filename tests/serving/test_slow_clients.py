"""Clients that connect and send nothing, half a request, or a body drop by drop."""

import os
import re
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from tests.fixtures.servers import until

ROOT = Path(__file__).parents[2]
MANY = 200
CONF = """
import vidwiz.request_reading as reading
from vidwiz.serving import *
reading.REQUEST_SECONDS, reading.BODY_SECONDS = {request}, {body}
reading._BYTES_A_SECOND = 100
bind = "127.0.0.1:0"
threads, worker_connections, worker_class = {threads}, {connections}, "{worker}"
loglevel, graceful_timeout = "info", 5
"""
GET = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
LOGIN = b'{"email": "eve@example.org", "password": "eve eve eve"}'


def post(body, *headers):
    lines = [b"POST /api/v2/auth/login HTTP/1.1", b"Host: x", b"Content-Type: application/json"]
    return b"\r\n".join([*lines, *headers]) + b"\r\n\r\n" + body


class Server:
    """gunicorn as in production, with limits that a test can wait for."""

    def __init__(self, folder, **limits):
        self.log = folder / "log"
        defaults = {
            "request": 60,
            "body": 60,
            "threads": 8,
            "connections": 1000,
            "worker": "vidwiz.request_reading.ThreadWorker",
        }
        (folder / "conf.py").write_text(CONF.format(**{**defaults, **limits}))
        env = {k: v for k, v in os.environ.items() if "VIDWIZ" not in k and k != "PORT"}
        env |= {
            "PYTHONPATH": str(ROOT),
            "VIDWIZ_DATA_DIR": str(folder / "var"),
            "VIDWIZ_RATE_LIMIT_ENABLED": "false",
        }
        command = [sys.executable, "-m"]
        subprocess.run([*command, "vidwiz", "db", "upgrade"], env=env, check=True, cwd=folder)
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [*command, "gunicorn", "-c", "conf.py", "vidwiz.app:create_app()"],
                cwd=folder,
                env=env,
                stderr=log,
            )
        self.port = until(self._port, "gunicorn to listen", 60)
        until(lambda: b" 200 " in self.ask(GET), "the first answer", 60)

    def _port(self):
        found = re.search(r"Listening at: http://127\.0\.0\.1:(\d+)", self.log.read_text())
        return found and int(found[1])

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)

    def ask(self, request):
        """Return the answer to one request, as far as it comes with the first bytes."""
        with self.connect() as client:
            client.sendall(request)
            return client.recv(65536)

    def assert_answers(self, request=GET, status=b" 200 "):
        """Ask a few times, as the machine may be busy with other tests; one is quick."""
        times = []
        for _ in range(3):
            began = time.monotonic()
            assert status in self.ask(request).splitlines()[0]
            times.append(time.monotonic() - began)
        assert min(times) < 1

    def close(self):
        if self.process.poll() is None:
            # Its workers die with it.
            self.process.kill()
            self.process.wait()


@pytest.fixture
def serve(tmp_path):
    servers = []

    def start(**limits):
        servers.append(Server(tmp_path, **limits))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def hold(request):
    """Open connections that have sent this much, until the test ends."""
    with ExitStack() as stack:

        def hold(server, start, count=MANY):
            clients = [stack.enter_context(server.connect()) for _ in range(count)]
            for client in clients:
                client.sendall(start)
            return clients

        yield hold


CHUNKED = b"Transfer-Encoding: chunked"
STARTS = {
    "nothing": b"",
    "half a request line": GET[:9],
    "half of the headers": GET[:-2],
    "half of a small body": post(LOGIN[:9], b"Content-Length: %d" % len(LOGIN)),
    "half of a large body": post(b'{"email": "', b"Content-Length: 900000"),
    "half of a chunk": post(b'37\r\n{"email"', CHUNKED),
    "a request and a half": GET + GET[:-2],
}


@pytest.mark.slow
def test_nobody_stops_the_server_with_requests_that_do_not_end(serve, hold):
    server = serve()
    for start in STARTS.values():
        hold(server, start, MANY if start in (b"", GET[:9]) else 40)
        server.assert_answers()
        server.assert_answers(post(LOGIN, b"Content-Length: %d" % len(LOGIN)), b" 401 ")


def answer_of(client):
    """Read one answer whole; return its first line."""
    found = b""
    while b"\r\n\r\n" not in found:
        found += client.recv(1)
    left = int(re.search(rb"Content-Length: (\d+)", found)[1])
    while left:
        left -= len(client.recv(left))
    return found.splitlines()[0]


def read_to_end(client):
    found = b""
    while True:
        try:
            data = client.recv(65536)
        except ConnectionResetError:
            return found
        if not data:
            return found
        found += data


@pytest.mark.slow
@pytest.mark.parametrize("start", STARTS)
def test_a_request_that_does_not_end_is_closed(serve, hold, start):
    server = serve(request=1, body=1)
    for client in hold(server, STARTS[start], 3):
        assert b"Traceback" not in read_to_end(client)
    assert "Traceback" not in server.log.read_text()


@pytest.mark.slow
def test_a_body_drop_by_drop_is_closed_although_it_moves(serve, hold):
    server = serve(request=60, body=1)
    (client,) = hold(server, STARTS["half of a chunk"], 1)
    began = time.monotonic()
    with pytest.raises((ConnectionResetError, BrokenPipeError)):
        while time.monotonic() - began < 20:
            client.sendall(b"x")
            time.sleep(0.1)
    assert time.monotonic() - began < 10


@pytest.mark.slow
def test_a_large_body_that_moves_is_taken(serve):
    server = serve(body=1)
    body = LOGIN + b" " * 200_000
    with server.connect() as client:
        client.sendall(post(b"", b"Content-Length: %d" % len(body)))
        for start in range(0, len(body), 20_000):
            client.sendall(body[start : start + 20_000])
            time.sleep(0.2)
        assert b" 401 " in client.recv(65536)


@pytest.mark.slow
def test_requests_in_pieces_and_in_a_row_are_answered(serve):
    server = serve()
    login = post(LOGIN, b"Content-Length: %d" % len(LOGIN))
    in_chunks = post(b"%x\r\n%s\r\n0\r\n\r\n" % (len(LOGIN), LOGIN), CHUNKED)
    with server.connect() as client:
        for byte in GET:
            client.sendall(bytes([byte]))
        assert b" 200 " in answer_of(client)
        client.sendall(GET + GET + GET[:20])
        assert [b" 200 " in answer_of(client) for _ in range(2)] == [True, True]
        client.sendall(GET[20:] + login[:70])
        assert b" 200 " in answer_of(client)
        client.sendall(login[70:] + in_chunks)
        assert [b" 401 " in answer_of(client) for _ in range(2)] == [True, True]


@pytest.mark.slow
def test_a_sender_that_waits_to_be_asked_is_asked(serve):
    server = serve()
    with server.connect() as client:
        client.sendall(post(b"", b"Content-Length: %d" % len(LOGIN), b"Expect: 100-continue"))
        assert client.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(LOGIN)
        assert b" 401 " in answer_of(client)


@pytest.mark.slow
def test_who_has_waited_longest_makes_room(serve, hold):
    server = serve(connections=50)
    clients = hold(server, GET[:9], 80)
    server.assert_answers()
    with suppress(ConnectionResetError):  # the server had not read all that was sent
        assert read_to_end(clients[0]) == b""
    clients[-1].sendall(GET[9:])
    assert b" 200 " in clients[-1].recv(65536)


@pytest.mark.slow
def test_headers_without_end_are_refused(serve):
    server = serve()
    answer = server.ask(GET[:-2] + b"X-Long: " + b"x" * 70_000)
    assert answer.startswith(b"HTTP/1.1 431 ")


@pytest.mark.slow
def test_a_stop_does_not_wait_for_requests_that_do_not_end(serve, hold):
    server = serve()
    for start in STARTS.values():
        hold(server, start, 3)
    server.assert_answers()
    server.process.terminate()
    began = time.monotonic()
    assert server.process.wait(30) == 0
    assert time.monotonic() - began < 10


@pytest.mark.slow
def test_on_gevent_requests_that_do_not_end_stop_nothing_and_end(serve, hold):
    pytest.importorskip("gevent")
    server = serve(worker="gevent", body=1)
    clients = [hold(server, start, 40) for start in STARTS.values()]
    server.assert_answers()
    for group in clients:
        assert b"Traceback" not in read_to_end(group[0])
