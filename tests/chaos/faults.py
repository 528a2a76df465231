"""The faults: each does its harm to an installation and returns what ends it, or None."""

import signal
import time
from contextlib import suppress
from functools import partial

import psutil
from redis import Redis
from redis.exceptions import RedisError

# How long a fault waits for a target, as work horses are short-lived.
TARGET_SECONDS = 0.4


def _one(targets, pick):
    """Return the target that the plan picks, or None when none shows up in time."""
    end = time.monotonic() + TARGET_SECONDS
    while not (found := targets()) and time.monotonic() < end:
        time.sleep(0.01)
    return found[int(pick * len(found))] if found else None


def _send(target, sig):
    # psutil refuses to signal another process that got the same id meanwhile.
    with suppress(psutil.NoSuchProcess):
        target.send_signal(sig)


def _nothing():
    """Undo what needs no undoing: the supervisor starts it again."""


def _on(find, sig, undo=None):
    """Return the fault that sends `sig` to one of what `find` returns, and later `undo`."""

    def fault(installation, step):
        target = _one(partial(find, installation), step.pick)
        if target is None:
            return None
        _send(target, sig)
        return partial(_send, target, undo) if undo else _nothing

    return fault


def _horses(installation):
    return installation.work_horses()


def _worker_children(installation):
    return installation.children("pool") + installation.children("plain")


def _workers(installation):
    return list(filter(None, [installation.process("pool"), installation.process("plain")]))


def _web_workers(installation):
    return installation.children("web")


def _web(installation):
    return list(filter(None, [installation.process("web")]))


def _redis_process(installation):
    server = installation.redis.process
    return [psutil.Process(server.pid)] if server and server.poll() is None else []


def _empty_redis(installation, step):
    with suppress(RedisError), Redis.from_url(installation.redis.url) as client:
        client.flushall()
    return _nothing


def _cut_redis(installation, step):
    with suppress(RedisError), Redis.from_url(installation.redis.url) as client:
        for kind in ("normal", "pubsub"):
            client.client_kill_filter(_type=kind, skipme=True)
    return _nothing


def _restart_redis(installation, step):
    installation.redis.kill()

    def start():
        if installation.redis.process is None:
            installation.redis.start()

    return start


def _hold_lock(installation, step):
    return installation.database.hold_lock()


def _kill_postgresql(installation, step):
    installation.database.server.kill()
    return installation.database.server.start


def _restart_postgresql(installation, step):
    installation.database.server.restart()
    return _nothing


def _cut_database(installation, step):
    installation.database.cut_connections()
    return _nothing


FAULTS = {
    "kill a work horse": _on(_horses, signal.SIGKILL),
    "freeze a work horse": _on(_horses, signal.SIGSTOP, signal.SIGCONT),
    "kill a child of the workers": _on(_worker_children, signal.SIGKILL),
    "freeze a child of the workers": _on(_worker_children, signal.SIGSTOP, signal.SIGCONT),
    "kill the workers": _on(_workers, signal.SIGKILL),
    "stop the workers": _on(_workers, signal.SIGTERM),
    "kill a web worker": _on(_web_workers, signal.SIGKILL),
    "freeze a web worker": _on(_web_workers, signal.SIGSTOP, signal.SIGCONT),
    "kill the web server": _on(_web, signal.SIGKILL),
    "empty redis": _empty_redis,
    "restart redis": _restart_redis,
    "freeze redis": _on(_redis_process, signal.SIGSTOP, signal.SIGCONT),
    "cut redis connections": _cut_redis,
    "hold the write lock": _hold_lock,
    "kill postgresql": _kill_postgresql,
    "restart postgresql": _restart_postgresql,
    "cut database connections": _cut_database,
}


class Monkey:
    """Injects the plan's faults as their time comes, and ends each after its duration."""

    def __init__(self, installation, steps):
        self._installation = installation
        self._waiting = list(steps)
        self._undo = []
        self.injected, self.without_target = [], []
        self._began = time.monotonic()

    def look(self):
        """Do what is due."""
        now = time.monotonic() - self._began
        for due in [entry for entry in self._undo if entry[0] <= now]:
            self._undo.remove(due)
            due[1]()
        if self._waiting and self._waiting[0].at <= now:
            self._inject(self._waiting.pop(0))

    def _inject(self, step):
        if not self._can(step):
            self.without_target.append(step.fault)
            return
        undo = FAULTS[step.fault](self._installation, step)
        if undo is None:
            self.without_target.append(step.fault)
            return
        self.injected.append(step.fault)
        if undo is not _nothing:
            self._undo.append((time.monotonic() - self._began + step.seconds, undo))

    def _can(self, step):
        """Servers that a fault already keeps down are left alone until they are back."""
        pending = {undo for _, undo in self._undo}
        if step.fault in ("restart postgresql", "kill postgresql", "cut database connections"):
            return self._installation.database.server.start not in pending
        if step.fault == "hold the write lock":
            return not any(getattr(undo, "__name__", "") == "close" for undo in pending)
        return True

    @property
    def done(self):
        return not self._waiting

    def heal(self):
        """End all faults."""
        for _, undo in self._undo:
            undo()
        self._undo.clear()
