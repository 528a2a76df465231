"""One flush of SQLite's write-ahead log for all commits that wait for it.

With `synchronous=FULL` SQLite flushes the log within each commit, one after the other, while all
other writers wait. With `NORMAL` a commit only writes to the log; it is on the disk once the log
has been flushed after that, by whoever it is. So several that have committed share one flush.

That is no less than FULL: its flush is the same call on the same file, and nothing else that the
two do differs. Where a checkpoint empties the log before the flush, it has brought the commit into
the database file and flushed that (https://www.sqlite.org/wal.html, `walCheckpoint` in wal.c); so
has the last connection to close, which removes the log. SQLite keeps no locks on the log, so that
opening and closing it here takes none away, as it would with the database file.
"""

from __future__ import annotations

import os
import weakref
from pathlib import Path
from threading import Condition

from sqlalchemy.exc import OperationalError

# The system's call that SQLite itself uses.
_flush = getattr(os, "fdatasync", os.fsync)


class _OpenFile:
    """A file that is open until nobody uses it any more."""

    def __init__(self, path: str) -> None:
        self.descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        self.identity = _identity(os.fstat(self.descriptor))

    def __del__(self) -> None:
        os.close(self.descriptor)


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


class SharedFlush:
    """Flushes the log of one database for the threads of this process."""

    def __init__(self) -> None:
        self.start_anew()
        _all.add(self)

    def start_anew(self) -> None:
        """Forget who flushes or waits; for a forked child, which has none of those threads."""
        self._condition = Condition()
        self._log: _OpenFile | None = None
        self._begun = 0
        self._ended = 0
        self._is_running = False
        self._failed: dict[int, OSError] = {}

    def hold(self, path: str) -> None:
        """Open the log at `path`, unless it is open; call it after the beginning of a transaction.

        Opened before the commit, so that no error of the disk is missed that the system tells once.
        """
        found = _identity(Path(path).stat())
        with self._condition:
            if self._log is None or self._log.identity != found:
                self._log = _OpenFile(path)

    def wait(self) -> None:
        """Return once a flush has ended that began after this call; call it after the commit.

        Raises SQLAlchemy's `OperationalError` when the disk fails.
        """
        with self._condition:
            mine = self._begun + 1
            while self._ended < mine:
                if self._is_running:
                    self._condition.wait()
                else:
                    self._run()
            error = self._failed.get(mine)
        if error is not None:
            raise OperationalError("a flush of the write-ahead log", None, error) from error

    def _run(self) -> None:
        """Flush for everybody who waits; the condition is held, but not meanwhile."""
        self._begun += 1
        self._is_running = True
        log, error, has_ended = self._log, None, False
        self._condition.release()
        try:
            if log is not None:
                _flush(log.descriptor)
            has_ended = True
        except OSError as exc:
            error, has_ended = exc, True
        finally:
            self._condition.acquire()
            self._is_running = False
            # One that was interrupted, as by Ctrl-C, counts for nobody; the next one makes up.
            if has_ended:
                if error is not None:
                    self._failed |= dict.fromkeys(range(self._ended + 1, self._begun + 1), error)
                self._ended = self._begun
            self._condition.notify_all()


_all: weakref.WeakSet[SharedFlush] = weakref.WeakSet()


def _start_anew() -> None:
    for shared in _all:
        shared.start_anew()


os.register_at_fork(after_in_child=_start_anew)
