"""The client's connection: whether somebody is still there, and answers that must arrive."""

from __future__ import annotations

import select
import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any


class ClientConnection:
    """The connection of a request, as far as gunicorn shows it; without it nobody ever leaves."""

    def __init__(self, environ: Mapping[str, Any]) -> None:
        self._socket: socket.socket | None = environ.get("gunicorn.socket")

    def is_closed(self) -> bool:
        """Say whether the client has closed the connection, or lost it. Reads nothing."""
        return self._peek() is not None

    def was_reset(self) -> bool:
        """Say whether the client's side refused what was sent: it had closed before reading it.

        A client that closes after reading is no such case.
        """
        return self._peek() == "reset"

    def _peek(self) -> str | None:
        if self._socket is None:
            return None
        try:
            # Asked first, so that looking waits for nothing, on gevent's sockets neither.
            readable = select.poll()
            readable.register(self._socket.fileno(), select.POLLIN)
            if not readable.poll(0):
                return None
            return None if self._socket.recv(1, socket.MSG_PEEK) else "closed"
        except OSError:
            return "reset"
        except ValueError:
            # TLS sockets do not let one peek; or the number of a closed one is -1.
            return "reset" if self._socket.fileno() < 0 else None


class DeliveredBody:
    """The body of an answer that must arrive; `undelivered` is called once when it cannot have.

    A server asks for the next part when it has written the one before, and closes the body in any
    case. What gets lost on the way to a client that died without a word is not noticed here.
    """

    def __init__(
        self, body: bytes, connection: ClientConnection, undelivered: Callable[[], None]
    ) -> None:
        self._parts = [body]
        self._connection = connection
        self._undelivered: Callable[[], None] | None = undelivered
        self._is_written = False

    def __iter__(self) -> DeliveredBody:
        return self

    def __next__(self) -> bytes:
        if self._parts:
            if self._connection.is_closed():
                self._fail()
            return self._parts.pop()
        self._is_written = True
        raise StopIteration

    def close(self) -> None:
        """Have it undelivered unless all was written and nothing came back."""
        if not self._is_written or self._connection.was_reset():
            self._fail()

    def _fail(self) -> None:
        undelivered, self._undelivered = self._undelivered, None
        if undelivered is not None:
            undelivered()
