"""One port that is a web server, a forward proxy, and a CONNECT proxy that ends TLS itself."""

from __future__ import annotations

import base64
import binascii
import contextlib
import http.client
import socket
import ssl
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import trustme

from tests.fake_youtube.messages import Request

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.fake_youtube.messages import Answer

LONGEST_IDLE = 30.0  # seconds an idle connection is kept, so that threads end one day


class Certificates:
    """A throw-away authority and a leaf for each host, made when the first client asks."""

    def __init__(self) -> None:
        self._authority = trustme.CA(organization_name="fake YouTube")
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._lock = threading.Lock()

    def write_to(self, path: Path) -> None:
        """Write the authority's certificate, for the client's CA bundle."""
        self._authority.cert_pem.write_to_path(str(path))

    def context_for(self, host: str) -> ssl.SSLContext:
        with self._lock:
            if host not in self._contexts:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                self._authority.issue_cert(host).configure_cert(context)
                self._contexts[host] = context
            return self._contexts[host]


class Server(ThreadingHTTPServer):
    """A thread a connection; `answer` is called in it."""

    request_queue_size = 512  # with the default of 5, many clients at once are reset
    daemon_threads = True
    block_on_close = False

    def __init__(
        self,
        address: tuple[str, int],
        answer: Callable[[Request], Answer | None],
        serves: Callable[[str], bool],
    ) -> None:
        self.answer = answer
        self.serves = serves
        self.certificates = Certificates()
        super().__init__(address, _Connection)

    def handle_error(self, request, client_address) -> None:
        """Let clients go away whenever they like; print only what is our own mistake."""
        if not isinstance(sys.exception(), OSError | ValueError):
            super().handle_error(request, client_address)


class _Connection(BaseHTTPRequestHandler):
    """Reads requests of one connection, in the clear or inside a tunnel."""

    server: Server
    protocol_version = "HTTP/1.1"
    timeout = LONGEST_IDLE
    disable_nagle_algorithm = True  # or an answer waits 40 ms between its head and its body
    _tunnel: str | None = None
    _user: str | None = None

    def log_message(self, *_arguments: object) -> None:
        """The log of `FakeYouTube` is the one that is looked at."""

    def do_CONNECT(self) -> None:
        host = self.path.rpartition(":")[0].strip("[]").lower()
        self._user = self._proxy_user() or self._user
        if not self.server.serves(host):
            self.server.answer(self._request("CONNECT", host, "", b""))
            self.send_error(502, "no such host")
            return
        self.send_response_only(200, "Connection established")
        self.end_headers()
        try:
            tls = self.server.certificates.context_for(host).wrap_socket(
                self.connection, server_side=True
            )
        except OSError:  # the client does not trust the authority, or went away
            self.close_connection = True
            return
        self._tunnel = host
        self._speak_through(tls)

    def _speak_through(self, tls: ssl.SSLSocket) -> None:
        self.connection = tls
        self.rfile = tls.makefile("rb", -1)
        self.wfile = tls.makefile("wb", 0)  # type: ignore[assignment]
        self.close_connection = False
        with tls, contextlib.suppress(OSError):
            while not self.close_connection:
                self.handle_one_request()
        self.close_connection = True

    def _go(self) -> None:
        url = urlsplit(self.path)
        host = self._tunnel or url.netloc or self.headers.get("Host") or ""
        length = int(self.headers.get("Content-Length") or 0)
        if length:
            self._acknowledge()
        body = self.rfile.read(length) if length else b""
        self._user = self._proxy_user() or self._user
        path = url._replace(scheme="", netloc="").geturl()
        answer = self.server.answer(self._request(self.command, host, path, body))
        if answer is None:  # the connection is dropped without a word
            self.close_connection = True
            return
        self._send(answer)

    do_GET = do_POST = do_HEAD = _go  # noqa: N815 - the names that http.server calls

    def _acknowledge(self) -> None:
        """Let a client go on at once that waits 40 ms for this before it sends the body.

        Those that go through a proxy do: urllib3 leaves Nagle's algorithm on for them.
        """
        if hasattr(socket, "TCP_QUICKACK"):  # Linux only
            self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body) + answer.cut))
        for name, value in answer.headers:
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)
        if answer.cut:
            self.close_connection = True

    def _request(self, method: str, host: str, path: str, body: bytes) -> Request:
        url = urlsplit(path)
        bare = urlsplit(f"//{host}").hostname or host
        return Request(
            method=method,
            host=bare.lower(),
            path=url.path,
            query=url.query,
            headers={name.lower(): value for name, value in self.headers.items()},
            body=body,
            network=self._user or str(self.client_address[0]),
            secure=self._tunnel is not None,
        )

    def _proxy_user(self) -> str | None:
        """Return the name that the client gave to the proxy: it stands for a network of its own."""
        scheme, _, value = self.headers.get("Proxy-Authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            return base64.b64decode(value).decode().partition(":")[0] or None
        except (binascii.Error, ValueError):
            return None

    def finish(self) -> None:
        with contextlib.suppress(OSError, ValueError, http.client.HTTPException):
            super().finish()
