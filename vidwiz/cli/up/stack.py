"""The processes of `vidwiz up`: a server of its own, and forks of the supervisor."""

from __future__ import annotations

import contextlib
import gc
import importlib
import importlib.metadata
import os
import pkgutil
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from vidwiz import embedded_redis
from vidwiz.errors import CannotStartError
from vidwiz.processes import name_process
from vidwiz.supervisor import Child, command, forked

if TYPE_CHECKING:
    from collections.abc import Callable

_WAITING_CONNECTIONS = 1024
# What the web server, the workers and the preparation import.
_SHARED = (
    "vidwiz.app",
    "vidwiz.request_reading",
    "gunicorn.app.wsgiapp",
    "gunicorn.arbiter",
    "vidwiz.worker.pool",
    "vidwiz.worker.rq_worker",
    "vidwiz.pipeline.slots",
    "vidwiz.cli.prepare",
)


def listen(host: str, port: int) -> socket.socket:
    """Return the web server's socket, which outlives the server's restarts.

    `::` serves IPv4 too; of a name that has addresses of both kinds the IPv4 one is taken.
    Raises `CannotStartError` when the port is taken or the address is not this machine's.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        family, _, _, _, address = min(found, key=lambda info: info[0] != socket.AF_INET)
        return socket.create_server(
            (str(address[0]), int(address[1])),
            family=family,
            backlog=_WAITING_CONNECTIONS,
            dualstack_ipv6=host == "::" and socket.has_dualstack_ipv6(),
        )
    except OSError as exc:
        reason = os.strerror(exc.errno) if exc.errno and exc.errno > 0 else exc.strerror
        raise CannotStartError(
            f"{host}:{port} cannot be listened on ({reason}); another port: vidwiz up --port 8001"
        ) from exc


def redis(data_dir: Path) -> Child:
    """Return the embedded Redis, which the others need until they have ended."""
    argv = embedded_redis.command(data_dir)
    return Child("redis", command(argv, os.environ), stops_last=True)


def preload() -> None:
    """Import what the parts need, so that it is imported once and is in memory once.

    What no collection of garbage touches stays shared by all forks.
    """
    # A file in the user's folder must not replace a module of ours.
    if not sys.flags.safe_path and sys.path[0] in ("", str(Path.cwd())):
        del sys.path[0]
    gc.disable()
    for name in _SHARED:
        importlib.import_module(name)
    _import_plugins()
    gc.enable()
    gc.collect()
    gc.freeze()


def _import_plugins() -> None:
    """Import the installed plugins; of one that cannot be imported the parts tell by themselves."""
    roles = importlib.import_module("vidwiz.plugin_host.registry").ROLES
    modules = {
        entry.module
        for role in roles
        for entry in importlib.metadata.entry_points(group=f"vidwiz.{role}")
    }
    for name in sorted(modules):
        # A plugin may do anything while it is imported, but not end what holds all parts.
        with contextlib.suppress(Exception, SystemExit):
            importlib.import_module(name)


class Parts:
    """The parts written in Python, each a function that runs in a fork of this process."""

    def __init__(self, listener: socket.socket, *, lock: int) -> None:
        self._listener = listener
        self._lock = lock

    def settings_check(self) -> Child:
        """Return the process that says which setting cannot work, plugins' included."""
        start = self._start("settings", "vidwiz.cli.up.settings_check:main")
        return Child("settings", start, once=True)

    def preparation(self) -> Child:
        """Return the process that migrates the database and makes the owner."""
        return Child("preparation", self._start("prepare", "vidwiz.cli.prepare:main"), once=True)

    def web(self) -> Child:
        """Return the web server on the open socket."""
        options = ("-c", "python:vidwiz.serving", "--bind", f"fd://{self._listener.fileno()}")
        program = "gunicorn.app.wsgiapp:run"
        start = self._start("web", program, *options, "vidwiz.app:create_app()", listens=True)
        return Child("web", start)

    def workers(self) -> Child:
        """Return the parent of all workers and of their sweeper."""
        return Child("workers", self._start("workers", "vidwiz.worker.pool:main"))

    def sample(self, video_id: str, mark: str) -> Child:
        """Return the command that shows the sample video."""
        start = self._start("sample", "vidwiz.cli:cli", "ingest", video_id, "--note", mark)
        return Child("sample", start, once=True)

    def _start(
        self, name: str, program: str, *args: str, listens: bool = False
    ) -> Callable[[], int]:
        """Return a starter of the program (`module:function`), as its own command would run it."""

        def run() -> None:
            name_process(f"vidwiz-{name}")
            os.close(self._lock)
            if not listens:
                self._listener.close()
            sys.argv = [program, *args]
            pkgutil.resolve_name(program)()

        return lambda: forked(run)


def is_ready(listener: socket.socket) -> bool:
    """Ask /readyz, with nothing imported for it."""
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - not bound here
    try:
        with socket.create_connection((host, port), timeout=1.0) as client:
            # The path prefix that the web server was given, too, and that it serves nothing beside.
            path = f"{os.environ.get('SCRIPT_NAME', '')}/readyz"
            client.sendall(f"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
            return b" 200 " in client.recv(64).split(b"\r\n", 1)[0] + b" "
    except OSError:
        return False
