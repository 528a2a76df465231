"""A whole installation for a benchmark: PostgreSQL, Redis, web server and workers."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import sqlalchemy as sa
from redis import Redis

from benchmarks import bare_web, servers
from benchmarks.timing import wait_until
from vidwiz.config import Config
from vidwiz.db.schema_upgrade import upgrade
from vidwiz.http.auth import make_jwt
from vidwiz.runtime import build_app, runtime_of
from vidwiz.services import users

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from flask import Flask

    from benchmarks.servers import Server

ROOT = Path(__file__).parents[1]
_ENTRY_POINTS = """
[vidwiz.metadata_fetchers]
instant = benchmarks.instant:InstantFetcher
[vidwiz.transcript_fetchers]
instant = benchmarks.instant:InstantFetcher
[vidwiz.llm_providers]
instant = benchmarks.instant:InstantProvider
"""
ADMIN = "benchmark-admin-token-benchmark-admin"


class Installation:
    """What is running: environment for more processes, an app to look with, an API client."""

    def __init__(
        self,
        env: dict[str, str],
        folder: Path,
        stack: ExitStack,
        *,
        redis: Server,
        postgresql: Server | None,
    ) -> None:
        self.env = env
        self.folder = folder
        self.redis = redis
        self.postgresql = postgresql
        self.web: subprocess.Popen[bytes] | None = None
        self.bare_web: subprocess.Popen[bytes] | None = None
        self.pool: subprocess.Popen[bytes] | None = None
        self._stack = stack
        self.app: Flask = build_app(Config.from_env())
        with self.app.app_context():
            upgrade(self.app)
            with runtime_of(self.app).unit_of_work() as uow:
                user = users.create(uow, email="bench@example.org", name="Bench", is_admin=True)
            self.token = make_jwt(user)
        self.database = "postgresql" if postgresql else "sqlite"
        self.port, self.bare_port = _free_port(), _free_port()
        self.api = httpx.Client(
            base_url=f"http://127.0.0.1:{self.port}/api/v2",
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=60,
            limits=httpx.Limits(max_connections=256, max_keepalive_connections=64),
        )
        self.internal = {"Authorization": f"Bearer {ADMIN}"}
        self.engine = sa.create_engine(runtime_of(self.app).config.database_url)

    def start(self, *argv: str, env: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
        log = (self.folder / f"{Path(argv[-1]).name}.log").open("wb")
        process = subprocess.Popen(
            [sys.executable, *argv],
            cwd=ROOT,
            env={**self.env, **(env or {})},
            stdout=log,
            stderr=log,
        )
        self._stack.callback(servers.stop, process)
        return process

    def start_web(self) -> None:
        self.web = self._serve("vidwiz.app:create_app()", self.port)
        wait_until(lambda: _answers(f"http://127.0.0.1:{self.port}/healthz"))

    def start_bare_web(self) -> None:
        """Start the floor of a request, and make its table."""
        with self.engine.begin() as connection:
            connection.exec_driver_sql(bare_web.table(self.database))
        url = self.postgresql.url if self.postgresql else self.engine.url.render_as_string()
        env = {"BARE_DATABASE_URL": url}
        self.bare_web = self._serve("benchmarks.bare_web:create_app()", self.bare_port, env)
        wait_until(lambda: _answers(f"http://127.0.0.1:{self.bare_port}/"))

    def _serve(
        self, app: str, port: int, env: Mapping[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        # As `vidwiz up` serves, but for the number of processes.
        return self.start(
            *("-m", "gunicorn", "-c", "python:vidwiz.serving", "--workers", "1"),
            *("--bind", f"127.0.0.1:{port}", app),
            env=env,
        )

    def start_workers(
        self,
        queues: str = "metadata=1,transcript=1,summary=1,note=4",
        env: Mapping[str, str] | None = None,
    ) -> None:
        count = sum(int(part.partition("=")[2]) for part in queues.split(","))
        self.pool = self.start("worker.py", "--queues", queues, env=env)
        with Redis.from_url(self.redis.url) as client:
            wait_until(lambda: client.scard("rq:workers") == count)

    def count(self, sql: str) -> int:
        with self.engine.connect() as connection:
            return int(connection.scalar(sa.text(sql)) or 0)


@contextmanager
def installation(*, database: str = "postgresql", **settings: str) -> Iterator[Installation]:
    """Start the servers; web server and workers are started by the benchmark.

    `settings` are more of the environment.
    """
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="vidwiz-bench-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        redis = servers.redis(folder, stack)
        postgresql = servers.postgresql(stack) if database == "postgresql" else None
        env = {
            **os.environ,
            "PYTHONPATH": f"{_plugin(folder)}{os.pathsep}{ROOT}",
            "VIDWIZ_DATA_DIR": str(folder / "data"),
            "VIDWIZ_DATABASE_URL": postgresql.url if postgresql else "",
            "VIDWIZ_REDIS_URL": redis.url,
            "VIDWIZ_SECRET_KEY": "benchmark" * 8,
            "VIDWIZ_ADMIN_TOKEN": ADMIN,
            "VIDWIZ_METADATA_FETCHERS": "instant",
            "VIDWIZ_TRANSCRIPT_FETCHERS": "instant",
            "VIDWIZ_LLM_PROVIDER": "instant",
            "VIDWIZ_USER_DAILY_VIDEOS": "100000",
            "LOG_LEVEL": "warning",
            **settings,
        }
        stack.enter_context(_environment(env))
        running = Installation(env, folder, stack, redis=redis, postgresql=postgresql)
        stack.callback(running.engine.dispose)
        stack.callback(running.api.close)
        yield running


def _plugin(folder: Path) -> Path:
    info = folder / "plugins" / "vidwiz_instant-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: vidwiz-instant\nVersion: 1\n")
    (info / "entry_points.txt").write_text(_ENTRY_POINTS)
    return info.parent


@contextmanager
def _environment(env: dict[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(env)
    sys.path.insert(0, env["PYTHONPATH"].partition(os.pathsep)[0])
    try:
        yield
    finally:
        sys.path.pop(0)
        os.environ.clear()
        os.environ.update(before)


def _answers(url: str) -> bool:
    """Say whether anything answers, be it that there is no such page."""
    try:
        return not httpx.get(url).is_server_error
    except httpx.HTTPError:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
