"""A client that costs little: one process, one thread, raw HTTP over connections that stay open.

`python -m benchmarks.load` reads what to do as JSON from its input and writes what came of it.
"""

from __future__ import annotations

import json
import re
import selectors
import socket
import subprocess
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from itertools import count

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)
_LONGEST_SECONDS = 60.0


@dataclass(frozen=True)
class Load:
    """Requests of so many clients, each sending its next one when it has its answer.

    `{n}` in path and body is another number of eight digits in each request.
    """

    port: int
    path: str
    token: str = ""
    method: str = "GET"
    body: str = ""
    clients: int = 1
    seconds: float = 0.0
    """How long; or, as 0, until `total` requests are answered."""
    total: int = 0
    warm_up: float = 0.0
    """Seconds before that; what is answered in them counts in `Outcome.answered` only."""


@dataclass
class Outcome:
    """What came of a load."""

    answered: int = 0
    seconds: float = 0.0
    durations_ms: list[float] = field(default_factory=list)
    statuses: dict[str, int] = field(default_factory=dict)
    """By status code, those of the warm-up too; `lost` are requests without an answer."""

    @property
    def rate(self) -> float:
        return len(self.durations_ms) / self.seconds

    @property
    def failed(self) -> int:
        return sum(many for status, many in self.statuses.items() if not status.startswith("2"))

    def add(self, other: Outcome) -> None:
        self.answered += other.answered
        self.seconds += other.seconds
        self.durations_ms += other.durations_ms
        for status, many in other.statuses.items():
            self.statuses[status] = self.statuses.get(status, 0) + many

    def percentile(self, share: float) -> float:
        ordered = sorted(self.durations_ms)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def run(load: Load) -> Outcome:
    """Run the load in a process of its own and return what came of it."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load"],
        input=json.dumps(asdict(load)),
        capture_output=True,
        text=True,
        check=True,
    )
    return Outcome(**json.loads(done.stdout))


class _Client:
    """One connection and the request that is under way on it."""

    def __init__(self, load: Load, numbers: count[int]) -> None:
        self._load = load
        self._numbers = numbers
        self.started = 0.0
        self._received = b""
        self.connect()

    def connect(self) -> None:
        self.socket = socket.create_connection(("127.0.0.1", self._load.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self) -> None:
        number = f"{next(self._numbers):08d}"
        body = self._load.body.replace("{n}", number)
        lines = [
            f"{self._load.method} {self._load.path.replace('{n}', number)} HTTP/1.1",
            "Host: localhost",
            f"Authorization: Bearer {self._load.token}",
        ]
        if body:
            lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
        self._received = b""
        self.started = time.perf_counter()
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n" + body).encode())

    def receive(self) -> str | None:
        """Return the status once the answer is complete; `lost` when the server closed."""
        try:
            part = self.socket.recv(65536)
        except ConnectionError:
            part = b""
        if not part:
            return "lost"
        self._received += part
        head, end, body = self._received.partition(b"\r\n\r\n")
        if not end:
            return None
        length = _LENGTH.search(head + b"\r\n")
        if length is None or len(body) < int(length[1]):
            return None
        return head[9:12].decode()


class _Run:
    """One load: its clients, and what has come of it so far."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._statuses = Counter[str]()
        self._outcome = Outcome()
        self._left = load.total or sys.maxsize
        self._selector = selectors.DefaultSelector()
        numbers = count()
        self._clients = [_Client(load, numbers) for _ in range(load.clients)]
        for client in self._clients:
            self._selector.register(client.socket, selectors.EVENT_READ, client)

    def work(self) -> Outcome:
        load = self._load
        self._begun = time.perf_counter() + load.warm_up
        self._end = self._begun + load.seconds if load.seconds else float("inf")
        under_way = sum(map(self._send, self._clients))
        while under_way:
            ready = self._selector.select(_LONGEST_SECONDS)
            if not ready:
                self._statuses["lost"] += under_way
                break
            for key, _ in ready:
                client: _Client = key.data
                status = client.receive()
                if status is not None:
                    self._note(client, status)
                    under_way -= not self._send(client)
        self._outcome.seconds = min(time.perf_counter(), self._end) - self._begun
        self._outcome.statuses = dict(self._statuses)
        return self._outcome

    def _send(self, client: _Client) -> bool:
        """Send the client's next request; False when there is none."""
        if not self._left or time.perf_counter() >= self._end:
            return False
        self._left -= 1
        client.send()
        return True

    def _note(self, client: _Client, status: str) -> None:
        now = time.perf_counter()
        self._outcome.answered += 1
        self._statuses[status] += 1
        if self._begun <= now <= self._end:
            self._outcome.durations_ms.append((now - client.started) * 1000)
        if status == "lost":
            self._selector.unregister(client.socket)
            client.connect()
            self._selector.register(client.socket, selectors.EVENT_READ, client)


if __name__ == "__main__":
    print(json.dumps(asdict(_Run(Load(**json.load(sys.stdin))).work())))
