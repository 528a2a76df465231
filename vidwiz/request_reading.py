"""Reads requests within a time limit, and before a thread is spent on them.

gunicorn's own threaded worker reads in its threads and without limits: as many connections as it
has threads, on which nothing or half a request arrives, stop it. Here its main loop reads the
headers and a small body, and hands a connection to a thread once they have arrived. Larger bodies
are read by a few of the threads, at a least speed (`limit_body`, for any kind of worker).
"""

from __future__ import annotations

import errno
import re
import resource
import selectors
import time
from functools import partial
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from gunicorn.http.errors import LimitRequestHeaders
from gunicorn.workers import gthread

from vidwiz.refused_requests import EnvelopeErrors

if TYPE_CHECKING:
    import socket
    from concurrent.futures import Future

    from gunicorn.http.message import Request
    from gunicorn.workers.base import Worker

# Seconds in which the headers and a small body arrive, or the connection is closed.
REQUEST_SECONDS = 20.0
# Bytes: what one connection may keep in memory before a thread takes it.
_LARGEST_HEADERS = 64 * 1024
_SMALL_BODY = 64 * 1024
# A larger body may take this long, and a second longer for each so many bytes.
BODY_SECONDS = 20.0
_BYTES_A_SECOND = 8 * 1024
# A client that takes nothing of its answer for so long is gone, in seconds.
_SEND_SECONDS = 60.0
# Of all threads so many may wait for large bodies at the same time.
_SHARE_FOR_BODIES = 0.25
# Files that are open beside the connections: database, Redis, store, listeners.
_OTHER_FILES = 124

_HEADERS_END = re.compile(rb"\r\n\r\n|\n\n")
_LENGTH = re.compile(
    rb"^content-length:[ \t]*([0-9]{1,18})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE
)
# Bodies whose end is not known before they are read, or whose sender waits to be asked for them.
_READ_BY_THREADS = re.compile(rb"^(transfer-encoding|expect):", re.IGNORECASE | re.MULTILINE)


# How long a stopping worker waits for what was begun, in seconds; as gunicorn's own.
_LINGER_SECONDS = 2.0


class Connection(gthread.TConn):
    """A connection and what has arrived of its next request."""

    def __init__(self, *args: Any) -> None:  # noqa: ANN401 - as gunicorn calls it
        super().__init__(*args)
        self.parser: Any  # HTTP/2, which has another one, is off
        self.expires_at = time.monotonic() + REQUEST_SECONDS
        self.received = bytearray()
        self.reads_large_body = False
        self.data_ready = True  # the thread does not wait for it once more

    def init(self) -> None:
        """Give the parser what was read; called in the thread before it parses."""
        super().init()
        self.sock.settimeout(_SEND_SECONDS)
        if self.received:
            self.parser.unreader.unread(bytes(self.received))
            self.received.clear()

    def lacks(self) -> str | None:
        """Return what has not arrived: `headers`, a small `body`, a `large body`, or None."""
        end = _HEADERS_END.search(self.received)
        if end is None:
            return "headers"
        headers = bytes(self.received[: end.end()])
        if _READ_BY_THREADS.search(headers):
            return "large body"
        length = _LENGTH.search(headers)
        missing = end.end() + int(length[1]) - len(self.received) if length else 0
        if missing <= 0:
            return None
        return "body" if length and int(length[1]) <= _SMALL_BODY else "large body"


class ThreadWorker(EnvelopeErrors, gthread.ThreadWorker):
    """gunicorn's threaded worker; a thread gets a request that has arrived.

    When there are too many connections the one is closed that has waited longest for its request.
    """

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - as gunicorn calls it
        super().__init__(*args, **options)
        self._incomplete: dict[Connection, None] = {}
        self._with_large_body: dict[Connection, None] = {}
        self._reading_bodies = 0
        self._most_reading = max(1, int(self.cfg.threads * _SHARE_FOR_BODIES))
        files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        self._most_connections = min(self.cfg.worker_connections, max(files - _OTHER_FILES, 1))
        self.worker_connections = self._most_connections

    def accept(self, listener: socket.socket) -> None:
        """Accept a connection, and read what is there of its request."""
        if self.cfg.is_ssl:  # what arrives is for the TLS library to read, in a thread
            super().accept(listener)
            return
        try:
            client, address = listener.accept()
        except OSError as exc:
            if exc.errno in (errno.EMFILE, errno.ENFILE):
                self._close_one()
            elif exc.errno not in (errno.EAGAIN, errno.ECONNABORTED, errno.EWOULDBLOCK):
                raise
            return
        self.nr_conns += 1
        if self.nr_conns >= self._most_connections:
            self._close_one()
        self._expect_request(Connection(self.cfg, client, address, listener.getsockname()))

    def on_client_socket_readable(self, conn: gthread.TConn, client: socket.socket) -> None:
        """Read the next request on a connection that was kept."""
        if not isinstance(conn, Connection):
            super().on_client_socket_readable(conn, client)
            return
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self._expect_request(conn)

    def _close_one(self) -> None:
        """Make room: close what was kept, else what has waited longest for its request."""
        if self.keepalived_conns:
            self.keepalived_conns[0].timeout = 0.0
            self.murder_keepalived()
        elif self._incomplete:
            self._drop(next(iter(self._incomplete)))
        elif self._with_large_body:
            self._drop_large(next(iter(self._with_large_body)))

    def _expect_request(self, conn: Connection) -> None:
        conn.expires_at = time.monotonic() + REQUEST_SECONDS
        conn.sock.setblocking(False)
        self._incomplete[conn] = None
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._read, conn))
        if conn.received:
            self._hand_on(conn)
        else:
            self._read(conn, conn.sock)

    def _read(self, conn: Connection, client: socket.socket) -> None:
        """Take what has arrived; hand the connection on when that is enough."""
        try:
            data = client.recv(_SMALL_BODY)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data = b""
        if not data:
            self._drop(conn)
            return
        conn.received += data
        self._hand_on(conn)

    def _hand_on(self, conn: Connection) -> None:
        missing = conn.lacks()
        if missing == "headers" and len(conn.received) > _LARGEST_HEADERS:
            conn.sock.settimeout(0.1)  # it is the main loop that sends this short answer
            self.handle_error(None, conn.sock, conn.client, LimitRequestHeaders("too large"))
            self._drop(conn)
        elif missing is None:
            self._forget(conn)
            self.enqueue_req(conn)
        elif missing == "large body":
            self._forget(conn)
            self._with_large_body[conn] = None
            self._start_reading_bodies()

    def _start_reading_bodies(self) -> None:
        while self._with_large_body and self._reading_bodies < self._most_reading:
            conn = next(iter(self._with_large_body))
            del self._with_large_body[conn]
            conn.reads_large_body = True
            self._reading_bodies += 1
            self.enqueue_req(conn)

    def finish_request(self, conn: gthread.TConn, fs: Future[bool]) -> None:
        """Let the next large body be read; then as gunicorn does."""
        if isinstance(conn, Connection):
            if conn.reads_large_body:
                conn.reads_large_body = False
                self._reading_bodies -= 1
                self._start_reading_bodies()
            if _is_kept(fs) and conn.parser.unreader.buf.getvalue():
                # gunicorn would have a thread wait for what is missing of the next request.
                conn.received += conn.parser.unreader.take_buffered()
                self._expect_request(conn)
                return
        super().finish_request(conn, fs)

    def handle_request(self, req: Request, conn: gthread.TConn) -> bool:
        """Take a client that reads nothing of its answer for one that has gone."""
        try:
            return bool(super().handle_request(req, conn))
        except TimeoutError as exc:
            raise ConnectionResetError(errno.ECONNRESET, "the client reads nothing") from exc

    def murder_pending(self) -> None:
        """Close connections whose request did not arrive in time."""
        super().murder_pending()
        now = time.monotonic()
        if not self.alive:
            # Whoever has waited for longer than this keeps nobody from stopping.
            now += REQUEST_SECONDS - _LINGER_SECONDS
        for conn in list(takewhile(lambda conn: conn.expires_at <= now, self._incomplete)):
            self._drop(conn)
        for conn in list(takewhile(lambda conn: conn.expires_at <= now, self._with_large_body)):
            self._drop_large(conn)

    def _forget(self, conn: Connection) -> None:
        self.poller.unregister(conn.sock)
        del self._incomplete[conn]

    def _drop(self, conn: Connection) -> None:
        self._forget(conn)
        self._end(conn)

    def _drop_large(self, conn: Connection) -> None:
        del self._with_large_body[conn]
        self._end(conn)

    def _end(self, conn: Connection) -> None:
        self.nr_conns -= 1
        conn.close()


def _is_kept(fs: Future[bool]) -> bool:
    """Say whether the connection is to be used again."""
    return not fs.cancelled() and fs.exception() is None and fs.result() is True


class _LimitedSocket:
    """A socket that gives the body of one request, at a least speed."""

    def __init__(self, sock: socket.socket) -> None:
        self.unlimited = sock
        self._end = time.monotonic() + BODY_SECONDS

    def recv(self, size: int) -> bytes:
        """Raise `TimeoutError` when the body came too slowly so far."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError(errno.ETIMEDOUT, "the body came too slowly")
        before = self.unlimited.gettimeout()
        self.unlimited.settimeout(left)
        try:
            data = self.unlimited.recv(size)
        finally:
            self.unlimited.settimeout(before)
        self._end += len(data) / _BYTES_A_SECOND
        return data

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a socket has
        return getattr(self.unlimited, name)


def limit_body(_worker: Worker, request: Request) -> None:
    """Give the rest of this request a time limit; gunicorn's `pre_request`."""
    unreader: Any = request.unreader
    unreader.sock = _LimitedSocket(unreader.sock)


def end_limit(
    _worker: Worker, request: Request, _environ: dict[str, Any], _response: object
) -> None:
    """Take the limit back, as the connection may be kept; gunicorn's `post_request`."""
    unreader: Any = request.unreader
    if isinstance(unreader.sock, _LimitedSocket):
        unreader.sock = unreader.sock.unlimited


def raise_file_limit() -> None:
    """Let this process open as many files as its user may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
