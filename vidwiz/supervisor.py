"""Supervises child processes: starts them, restarts what dies, and stops them all."""

from __future__ import annotations

import logging
import os
import select
import signal
import sys
import time
import traceback
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vidwiz.processes import die_with_parent

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import FrameType

log = logging.getLogger(__name__)

_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 30.0
_HEALTHY_SECONDS = 60.0
_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@dataclass(slots=True)
class Child:
    """One supervised process; `start` forks it and returns its pid.

    `once`: it has one thing to do and is not started again. `stops_last`: others need it until
    they have ended.
    """

    name: str
    start: Callable[[], int]
    once: bool = False
    stops_last: bool = False
    pid: int = 0
    deaths: int = 0
    exit_code: int | None = None
    started_at: float = 0.0
    restart_at: float = 0.0
    pause: float = _FIRST_PAUSE


def command(argv: Sequence[str], env: Mapping[str, str]) -> Callable[[], int]:
    """Return a starter of this command, as a child that dies with us."""
    return lambda: forked(lambda: os.execvpe(argv[0], list(argv), dict(env)))  # noqa: S606


def forked(run: Callable[[], object]) -> int:
    """Run a function in a forked child that dies with us; return its pid."""
    parent = os.getpid()
    # A stop that comes before the child has its own handlers waits for them.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _STOP_SIGNALS)
    pid = os.fork()
    if pid:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        return pid
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        for sig in (*_STOP_SIGNALS, signal.SIGCHLD):
            signal.signal(sig, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        # A terminal's Ctrl-C goes to every process; children stop when the supervisor says so.
        os.setpgid(0, 0)
        die_with_parent(parent)
        run()
        code = 0
    except SystemExit as exc:
        code = _exit_code(exc)
    except BaseException:  # noqa: BLE001 - nothing above this line is the child's
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(code)


def _exit_code(exc: SystemExit) -> int:
    """Return the code that Python ends with, which shows a reason that is no number."""
    if exc.code is None or isinstance(exc.code, int):
        return exc.code or 0
    print(exc.code, file=sys.stderr)  # noqa: T201
    return 1


class Supervisor:
    """Runs children in order until a stop is asked for."""

    def __init__(self, *, grace_seconds: float) -> None:
        self._grace = grace_seconds
        self._children: list[Child] = []
        self.stopping = False
        self._wake_read, wake_write = os.pipe()
        for fd in (self._wake_read, wake_write):
            os.set_blocking(fd, False)
        signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for sig in _STOP_SIGNALS:
            # nohup wants no stop on SIGHUP; the others are always meant, also by a script that
            # started us in the background, where a shell has SIGINT ignored.
            if sig is not signal.SIGHUP or signal.getsignal(sig) is not signal.SIG_IGN:
                signal.signal(sig, self._ask_to_stop)

    def _ask_to_stop(self, _signum: int, _frame: FrameType | None) -> None:
        self.stopping = True

    def add(self, child: Child) -> None:
        """Start a child and keep it running."""
        self._children.append(child)
        self._start(child)

    def _start(self, child: Child) -> None:
        child.pid = child.start()
        child.started_at = time.monotonic()

    def wait(self, seconds: float) -> None:
        """Look after the children for so long, or until a stop is asked for."""
        until = time.monotonic() + seconds
        while not self.stopping and (left := until - time.monotonic()) > 0:
            self._sleep(min(left, self._next_restart()))
            self._reap()
            self._restart_due()

    def run(self) -> None:
        """Look after the children until a stop is asked for, then stop them."""
        while not self.stopping:
            self.wait(3600.0)
        self.stop()

    def stop(self) -> None:
        """Stop the children, first those that need others; kill what uses up its grace time."""
        self.stopping = True
        for last in (False, True):
            self._stop_all([child for child in self._children if child.stops_last is last])

    def _stop_all(self, children: Sequence[Child]) -> None:
        for child in reversed(children):
            if child.pid:
                _signal(child.pid, signal.SIGTERM)
        until = time.monotonic() + self._grace
        self._reap()
        while any(child.pid for child in children) and (left := until - time.monotonic()) > 0:
            self._sleep(left)
            self._reap()
        for child in children:
            if child.pid:
                log.warning("killed, as it did not stop", extra={"child": child.name})
                _signal_group(child.pid, signal.SIGKILL)
                os.waitpid(child.pid, 0)
                child.pid = 0

    def _sleep(self, seconds: float) -> None:
        """Sleep until a signal arrives or the time is over."""
        ready, _, _ = select.select([self._wake_read], [], [], max(0.0, seconds))
        if ready:
            os.read(self._wake_read, 4096)

    def _reap(self) -> None:
        for child in self._children:
            if child.pid:
                pid, status = os.waitpid(child.pid, os.WNOHANG)
                if pid:
                    self._note_death(child, os.waitstatus_to_exitcode(status))

    def _note_death(self, child: Child, exit_code: int) -> None:
        now = time.monotonic()
        child.pid = 0
        child.exit_code = exit_code
        if self.stopping or child.once:
            return
        child.deaths += 1
        if now - child.started_at > _HEALTHY_SECONDS:
            child.pause = _FIRST_PAUSE
        child.restart_at = now + child.pause
        child.pause = min(child.pause * 2, _LONGEST_PAUSE)
        log.warning(
            "a process died and is started again",
            extra={"child": child.name, "exit": exit_code},
        )

    def _dead(self) -> list[Child]:
        return [child for child in self._children if not child.pid and not child.once]

    def _next_restart(self) -> float:
        return min((c.restart_at for c in self._dead()), default=float("inf")) - time.monotonic()

    def _restart_due(self) -> None:
        for child in self._dead():
            if child.restart_at <= time.monotonic() and not self.stopping:
                self._start(child)


def _signal(pid: int, sig: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, sig)


def _signal_group(pid: int, sig: signal.Signals) -> None:
    try:
        os.killpg(pid, sig)
    except ProcessLookupError:
        _signal(pid, sig)
