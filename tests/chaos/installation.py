"""A whole installation under a plain supervisor: web server, two kinds of workers, Redis."""

import os
import signal
import socket
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from tests.chaos import provider
from tests.fixtures.servers import until
from tests.fixtures.stacks import Stack, is_alive

WEB = ("-m", "gunicorn", "-c", "python:vidwiz.serving", "wsgi:app")
POOL = ("worker.py", "--queues", "metadata=1,transcript=1,summary=1,note=2")
POOL_CHILDREN = 6  # one a slot, and the sweeper
PLAIN = (str(Path(sys.executable).with_name("rq")), "worker", "-w", "vidwiz.jobs.Worker")
ROLES = {"web": WEB, "pool": POOL, "plain": (*PLAIN, "note", "-q")}
LEASE_SECONDS = 3.0
# A program that ends at once, as its servers are away, is not started in a tight loop.
RESTART_SECONDS = 0.5


@dataclass
class Running:
    process: object
    started_at: float


class Installation:
    """Starts each role again when it ended; all from the main thread, which they die with."""

    def __init__(self, folder, database, redis, plan):
        self.database, self.redis = database, redis
        self.stack = Stack(folder, database.url, redis.url)
        self.calls_folder = folder / "provider"
        self._running = {}
        self.port = _free_port()
        self.env = {
            **provider.install(self.calls_folder, plan.trouble, folder / "plugins"),
            "VIDWIZ_LEASE_SECONDS": str(LEASE_SECONDS),
            "VIDWIZ_RATE_LIMIT_ENABLED": "false",
            "PORT": str(self.port),
            "WEB_CONCURRENCY": "2",
        }

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def data_dir(self):
        return self.stack.config.data_dir

    def revive(self):
        """Start each role that does not run."""
        for role, argv in ROLES.items():
            known = self._running.get(role)
            if known is None or (
                known.process.poll() is not None
                and time.monotonic() - known.started_at > RESTART_SECONDS
            ):
                process = self.stack.start(*argv, **self.env)
                self._running[role] = Running(process, time.monotonic())

    def await_ready(self):
        def answers():
            with suppress(httpx.HTTPError):
                return httpx.get(f"{self.url}/healthz").is_success
            return False

        until(answers, f"the web server\n{self.stack.output()}", 60)
        until(
            lambda: len(self.children("pool")) == POOL_CHILDREN,
            f"the workers\n{self.stack.output()}",
            60,
        )

    def process(self, role):
        with suppress(KeyError, psutil.NoSuchProcess):
            return psutil.Process(self._running[role].process.pid)
        return None

    def children(self, role):
        """Return the processes that a role started, in the order of their ids."""
        with suppress(psutil.NoSuchProcess):
            parent = self.process(role)
            return sorted(parent.children() if parent else [], key=lambda child: child.pid)
        return []

    def work_horses(self):
        """Return what the workers forked to do work (of the plain worker also its sweeper)."""
        horses = list(self.children("plain"))
        for worker in self.children("pool"):
            with suppress(psutil.NoSuchProcess):
                horses += worker.children()
        return horses

    def stop(self):
        """Ask all roles to end; return those that did not in 30 s."""
        for running in self._running.values():
            if running.process.poll() is None:
                os.kill(running.process.pid, signal.SIGTERM)
        end = time.monotonic() + 30
        while time.monotonic() < end and self._still_running():
            time.sleep(0.1)
        return self._still_running()

    def _still_running(self):
        return [role for role, known in self._running.items() if known.process.poll() is None]

    def leftovers(self):
        """Return the processes anywhere that belong to this installation."""
        mine = str(self.data_dir)
        found = []
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                env = process.environ()
                if env.get("VIDWIZ_DATA_DIR") == mine and is_alive(process.pid):
                    found.append(f"{process.pid} {' '.join(process.cmdline())}")
        return found

    def close(self):
        self.stack.close()


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
