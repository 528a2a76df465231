"""What a worker and its work horse say to each other, so that one fork serves many jobs.

The worker names the next job on a socket; the work horse answers when it begins and again when it
is done. Whoever waits sees the other's death as the end of the socket.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_BEGUN, _DONE = b"b", b"d"
# One that waits answers at once; one that does not is frozen, and the job needs another.
_ANSWER_SECONDS = 2.0
_END_SECONDS = 2.0
_LOOK_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class NextJob:
    """A job that RQ's worker took from its queue, and the execution that it registered."""

    job_id: str
    execution_id: str


class HorseLine:
    """The socket between the two, made by the worker before it forks."""

    def __init__(self) -> None:
        self._worker_end, self._horse_end = socket.socketpair()

    def for_worker(self, pid: int) -> WorkHorse:
        """Return the worker's side; call it in the worker."""
        self._horse_end.close()
        return WorkHorse(pid, self._worker_end)

    def for_horse(self) -> JobSource:
        """Return the work horse's side; call it in the forked child."""
        self._worker_end.close()
        return JobSource(self._horse_end)


class WorkHorse:
    """A work horse as its worker sees it."""

    def __init__(self, pid: int, line: socket.socket) -> None:
        self.pid = pid
        self._line = line

    def take(self, job: NextJob) -> bool:
        """Have it work on the job; False when it has ended, or is frozen and now killed."""
        with suppress(OSError):  # it has just ended
            self._line.sendall(json.dumps([job.job_id, job.execution_id]).encode() + b"\n")
            if _is_readable(self._line, _ANSWER_SECONDS) and self._line.recv(1) == _BEGUN:
                return True
        self.end(signal.SIGKILL)
        return False

    def wait(self) -> bool:
        """Wait until the job is done; False when the work horse has ended instead.

        It may be interrupted by an exception of a signal's handler, and be called again.
        """
        if self._has_exited() and not _is_readable(self._line, 0.0):
            return False
        # Looked at only: an interruption loses nothing then.
        return self._line.recv(1, socket.MSG_PEEK) == _DONE

    def _has_exited(self) -> bool:
        """Say whether it is dead, also if a process that it left behind keeps the socket open."""
        try:
            exited = os.WEXITED | os.WNOHANG | os.WNOWAIT
            return os.waitid(os.P_PID, self.pid, exited) is not None
        except ChildProcessError:
            return True

    def is_waiting(self) -> bool:
        """Say after `wait` whether it now waits for another job, or has ended."""
        with suppress(BlockingIOError):
            if self._line.recv(1, socket.MSG_DONTWAIT) == _DONE:
                return True
        self._line.close()
        return False

    def has_ended(self) -> bool:
        """Say whether one that waited for a job has ended; nothing is left of it then."""
        if not _is_readable(self._line, 0.0):
            return False
        self.end(signal.SIGKILL)
        return True

    def end(self, sig: signal.Signals = signal.SIGTERM) -> None:
        """End one that waits for a job, by SIGKILL where `sig` does not within 2 s."""
        self._line.close()
        with suppress(ProcessLookupError, ChildProcessError):
            os.kill(self.pid, sig)
            until = time.monotonic() + _END_SECONDS
            while os.waitpid(self.pid, os.WNOHANG) == (0, 0):
                if time.monotonic() > until:
                    os.kill(self.pid, signal.SIGKILL)
                time.sleep(_LOOK_SECONDS)


class JobSource:
    """Where a work horse waits for its next job; a signal is noticed at once."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._lines = line.makefile("rb")
        self._wake, wake_write = os.pipe()
        for fd in (self._wake, wake_write):
            os.set_blocking(fd, False)
        signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)

    def next(self, seconds: float, *, stopping: Callable[[], bool]) -> NextJob | None:
        """Say that the last job is done, and return the next; None when the time is over.

        None also when `stopping`, which is asked first and again after each signal.
        """
        if seconds <= 0 or stopping():
            return None
        try:
            self._line.sendall(_DONE)
        except OSError:  # the worker has ended
            return None
        until = time.monotonic() + seconds
        while not stopping() and (left := until - time.monotonic()) > 0:
            ready, _, _ = select.select([self._line.fileno(), self._wake], [], [], left)
            if self._wake in ready:
                os.read(self._wake, 4096)
            if self._line.fileno() in ready and not stopping():
                return self._read()
        return None

    def _read(self) -> NextJob | None:
        line = self._lines.readline()
        if not line.endswith(b"\n"):  # the worker has ended
            return None
        self._line.sendall(_BEGUN)
        return NextJob(*json.loads(line))


def _is_readable(line: socket.socket, seconds: float) -> bool:
    return bool(select.select([line], [], [], seconds)[0])
