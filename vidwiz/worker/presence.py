"""Which workers of this machine live: each holds a lock on a file of its own while it does.

The kernel frees the lock when the worker and its work horses have ended, however they did. So
whoever looks knows at once whose tasks nobody works on, without waiting for their leases.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
from contextlib import contextmanager, suppress
from hashlib import sha256
from typing import TYPE_CHECKING

from vidwiz import file_locks
from vidwiz.db.engine import db
from vidwiz.pipeline.flow import KINDS
from vidwiz.runtime import runtime_of
from vidwiz.tasks import failures

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask

    from vidwiz.runtime import Runtime

log = logging.getLogger(__name__)

FOLDER = "workers"
_AGAIN = ".again"
"""Ends the name of a file whose worker's tasks are to be given back once more."""
_LONGEST_NAME = 128


def ledger_name(worker_name: str) -> str:
    """Return the name by which the ledger knows a worker of this machine.

    One that has announced itself has a name of its own at each start, as names and process ids
    come again.
    """
    return _announced.get(worker_name) or f"{_machine()}{worker_name}"[:_LONGEST_NAME]


# By the name that RQ knows; forks inherit it.
_announced: dict[str, str] = {}


def _machine() -> str:
    return f"{socket.gethostname()}:"


def _name_of_this_start(worker_name: str) -> str:
    token = f".{secrets.token_hex(4)}"
    return f"{_machine()}{worker_name}"[: _LONGEST_NAME - len(token)] + token


class Announcement:
    """A worker's file, locked until it is withdrawn or this process and its forks have ended."""

    def __init__(self, runtime: Runtime, worker_name: str) -> None:
        self._worker_name = worker_name
        name = _announced[worker_name] = _name_of_this_start(worker_name)
        folder = runtime.config.data_dir / FOLDER
        self._path = folder / sha256(name.encode()).hexdigest()
        self._fd: int | None = None
        try:
            folder.mkdir(exist_ok=True)
            # It is locked before anybody can see it under the name that is looked for.
            draft = folder / f".{secrets.token_hex(8)}"
            self._fd = file_locks.take(draft)
            draft.write_text(name)
            draft.replace(self._path)
        except OSError:
            log.warning(
                "the worker's file cannot be written; its death is seen late", exc_info=True
            )

    def withdraw(self) -> None:
        """Remove the file; to be called when the worker holds no task any more."""
        if self._fd is not None:
            with suppress(OSError):
                self._path.unlink()
            os.close(self._fd)
            self._fd = None
        _announced.pop(self._worker_name, None)


def announce(app: Flask, worker_name: str) -> Announcement:
    """Say that this worker lives, after what dead ones of this machine held is given back."""
    with _for_a_moment(app) as runtime:
        recover_lost_workers(runtime)
    return Announcement(runtime_of(app), worker_name)


def recover_tasks_of(app: Flask, worker_name: str) -> None:
    """Give back what this worker's work horse held when it died."""
    with _for_a_moment(app) as runtime:
        _recover_tasks(runtime, ledger_name(worker_name))


@contextmanager
def _for_a_moment(app: Flask) -> Iterator[Runtime]:
    """Use the database in a worker, which keeps no connection and can do without it.

    What fails here, the leases make up for.
    """
    with app.app_context():
        try:
            yield runtime_of(app)
        except Exception:
            log.warning("a dead worker's tasks wait for their leases", exc_info=True)
        finally:
            db.engine.dispose()


def recover_lost_workers(runtime: Runtime) -> int:
    """Give back what workers of this machine held that have died; return how many tasks.

    Any number of processes may do it at once: each file is taken by one of them.
    """
    recovered = 0
    for path in sorted((runtime.config.data_dir / FOLDER).glob("[!.]*")):
        with _lost(path) as name:
            if name is not None:
                recovered += _recover_tasks(runtime, name)
                # The database may still be busy with the last statement that it was sent.
                if path.suffix == _AGAIN:
                    path.unlink()
                else:
                    path.rename(path.with_suffix(_AGAIN))
    return recovered


def _recover_tasks(runtime: Runtime, name: str) -> int:
    with runtime.unit_of_work() as uow:
        tasks = failures.recover_lost(uow, name, KINDS.names)
    if tasks:
        log.warning("a worker died", extra={"worker": name, "tasks": tasks})
    return tasks


@contextmanager
def _lost(path: Path) -> Iterator[str | None]:
    """Lock a worker's file and yield its name; yield None when somebody holds it.

    A folder may be shared by machines whose locks do not know each other.
    """
    fd = None
    name = None
    with suppress(FileNotFoundError):  # another process has just removed it
        fd = file_locks.take(path, create=False)
        if fd is not None and os.path.samestat(os.fstat(fd), path.stat()):
            name = path.read_text()
    try:
        yield name if name is not None and name.startswith(_machine()) else None
    finally:
        if fd is not None:
            os.close(fd)
