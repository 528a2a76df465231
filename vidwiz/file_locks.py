"""Locks between the processes of one machine; the kernel frees one when its holder ends."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def take(path: Path, *, create: bool = True) -> int | None:
    """Return a descriptor that holds the lock while it is open; None when another holds it.

    Without `create` raises FileNotFoundError for a file that is not there.
    """
    fd = _open(path, create=create)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(fd)
        return None
    return fd


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold the lock, for which others may have to be waited for."""
    fd = _open(path)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)


def _open(path: Path, *, create: bool = True) -> int:
    return os.open(path, os.O_RDWR | (os.O_CREAT if create else 0), 0o600)
