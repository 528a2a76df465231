"""The processes of `vidwiz up`, as commands for its supervisor."""

from __future__ import annotations

import os
import socket
import sys
from typing import TYPE_CHECKING

from vidwiz import embedded_redis
from vidwiz.errors import CannotStartError
from vidwiz.supervisor import Child, command

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

_WAITING_CONNECTIONS = 1024


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


def settings_check(env: Mapping[str, str]) -> Child:
    """Return the process that says which setting cannot work, plugins' included."""
    return Child("settings", _python("vidwiz.cli.up.settings_check", env=env), once=True)


def preparation(env: Mapping[str, str]) -> Child:
    """Return the process that migrates the database and makes the owner."""
    return Child("preparation", _python("vidwiz.cli.prepare", env=env), once=True)


def web(env: Mapping[str, str], listener: socket.socket) -> Child:
    """Return the web server on an open socket."""
    fd = listener.fileno()
    start = _python(
        *("gunicorn", "-c", "python:vidwiz.serving", "--bind", f"fd://{fd}"),
        "vidwiz.app:create_app()",
        env=env,
        keep_open=[fd],
    )
    return Child("web", start)


def workers(env: Mapping[str, str]) -> Child:
    """Return the parent of all workers and of their sweeper."""
    return Child("workers", _python("vidwiz.worker.pool", env=env))


def sample(env: Mapping[str, str], video_id: str, mark: str) -> Child:
    """Return the command that shows the sample video."""
    start = _python("vidwiz", "ingest", video_id, "--note", mark, env=env)
    return Child("sample", start, once=True)


def _python(
    module: str, *args: str, env: Mapping[str, str], keep_open: Sequence[int] = ()
) -> Callable[[], int]:
    # -P: a file in the user's folder must not replace a module of ours.
    return command([sys.executable, "-P", "-m", module, *args], env, keep_open=keep_open)


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
