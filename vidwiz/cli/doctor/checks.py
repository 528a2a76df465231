"""The checks of `vidwiz doctor`, one function a subject."""

from __future__ import annotations

import os
import platform
import re
import sqlite3
import stat
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from vidwiz import __version__
from vidwiz.cli import running_instance
from vidwiz.cli.opening import is_migrated
from vidwiz.cli.owner import TOKEN_FILE
from vidwiz.cli.plugins import roles_without_plugin
from vidwiz.errors import ConfigError, StoreError
from vidwiz.pipeline.flow import KINDS
from vidwiz.pipeline.slots import configured_slots
from vidwiz.plugin_host.registry import State
from vidwiz.queueing import connections
from vidwiz.queueing.registered_workers import worker_counts
from vidwiz.runtime import runtime_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from vidwiz.config import Config
    from vidwiz.runtime import Runtime

# RETURNING, on which claims rest.
_OLDEST_SQLITE = (3, 35)
_SECRETS = ("secret.key", "admin.token", TOKEN_FILE)
_LOCAL = re.compile(r"//(127\.|localhost|\[::1\])")


class Level(StrEnum):
    """How bad it is; only what fails makes the command fail."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report."""

    level: Level
    subject: str
    message: str
    remedy: str = ""


def versions() -> Iterator[Finding]:
    """Name the versions, and whether SQLite's is new enough."""
    yield Finding(
        Level.OK, "versions", f"VidWiz {__version__} on Python {platform.python_version()}"
    )
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        message = f"SQLite {sqlite3.sqlite_version} is older than 3.35"
        yield Finding(Level.FAIL, "sqlite", message, "use a Python with a newer SQLite")
    else:
        yield Finding(Level.OK, "sqlite", f"SQLite {sqlite3.sqlite_version}")


def settings(config: Config) -> Iterator[Finding]:
    """Say that they can be read; raise `ConfigError` for what a library cannot work with."""
    configured_slots(config)
    connections.check_url(config.redis_url)
    yield Finding(Level.OK, "settings", "can be read")


def data_dir(config: Config) -> Iterator[Finding]:
    """Check that we can write there, and that others cannot read."""
    path = config.data_dir
    if not os.access(path, os.W_OK | os.X_OK):
        yield Finding(Level.FAIL, "data dir", f"{path} cannot be written", "see VIDWIZ_DATA_DIR")
    elif path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        yield Finding(Level.WARN, "data dir", f"{path} is open to others", f"chmod 700 {path}")
    else:
        yield Finding(Level.OK, "data dir", str(path))


def secrets(config: Config) -> Iterator[Finding]:
    """Check that nobody else reads the generated secrets."""
    open_ones = [
        path
        for path in map(config.data_dir.joinpath, _SECRETS)
        if path.exists() and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    ]
    for path in open_ones:
        yield Finding(Level.WARN, "secrets", f"{path} can be read by others", f"chmod 600 {path}")
    if not open_ones:
        yield Finding(Level.OK, "secrets", "are yours alone")


def exposure(config: Config) -> Iterator[Finding]:
    """Warn when strangers can reach the server and make accounts."""
    url = running_instance.describe(config)
    is_reachable = bool(config.trusted_proxies) or bool(url and not _LOCAL.search(url))
    if is_reachable and config.registration_open:
        message = "anybody who reaches this server can register"
        yield Finding(Level.WARN, "registration", message, "VIDWIZ_REGISTRATION=closed")
    elif is_reachable and config.guests_allowed:
        message = "anybody who reaches this server can chat as a guest"
        yield Finding(Level.WARN, "guests", message, "VIDWIZ_GUESTS=false")
    else:
        yield Finding(Level.OK, "reachable by", "you" if not is_reachable else "who has an account")


def queues(config: Config) -> Iterator[Finding]:
    """Check whether Redis answers and whether every queue has a worker."""
    error = connections.failure_of(config.redis_url)
    if error is not None:
        yield _redis_failure(config, connections.describe_failure(error))
        return
    yield Finding(Level.OK, "redis", "answers")
    worked_on = worker_counts(config.redis_url) or {}
    idle = [queue for queue in KINDS.queues if not worked_on.get(queue)]
    if idle:
        message = f"nobody works on {', '.join(idle)}"
        yield Finding(Level.WARN, "workers", message, "`vidwiz up`, or `python worker.py`")
    else:
        counts = ", ".join(f"{queue} {worked_on[queue]}" for queue in KINDS.queues)
        yield Finding(Level.OK, "workers", counts)


def _redis_failure(config: Config, failure: str) -> Finding:
    if config.embedded_redis and failure == connections.NO_ANSWER:
        return Finding(Level.OK, "redis", "is not running; it comes with `vidwiz up`")
    remedy = "start it, or correct the setting"
    if failure != connections.NO_ANSWER:
        remedy = "correct the user name and password in the setting, or the server's own settings"
    return Finding(Level.FAIL, "redis", f"the server of VIDWIZ_REDIS_URL {failure}", remedy)


def plugins(app: Flask) -> Iterator[Finding]:
    """Check whether every role has a plugin that works."""
    runtime = runtime_of(app)
    for record in runtime.plugins.records:
        if record.state in (State.BROKEN, State.MISCONFIGURED):
            message = f"{record.name} ({record.role}) is {record.state}: {record.reason}"
            yield Finding(Level.WARN, "plugins", message, record.remedy or "correct its settings")
    idle = roles_without_plugin(runtime.config, runtime.plugins)
    if idle:
        message = f"nothing works as one of the {' and '.join(idle)}"
        yield Finding(Level.FAIL, "plugins", message, "see `vidwiz plugins list`")
    else:
        yield Finding(Level.OK, "plugins", "every role has one that works")


def database(app: Flask) -> Iterator[Finding]:
    """Check whether the database answers and is migrated; makes no new one."""
    config = runtime_of(app).config
    kind = "SQLite" if config.uses_sqlite else "PostgreSQL"
    if config.uses_sqlite and not Path(config.database_url.removeprefix("sqlite:///")).exists():
        yield Finding(Level.OK, "database", "is not there yet; it comes with `vidwiz up`")
        return
    try:
        migrated = is_migrated(app)
    except ConfigError as exc:
        yield Finding(Level.FAIL, "database", exc.message, "see VIDWIZ_DATABASE_URL")
        return
    if migrated:
        yield Finding(Level.OK, "database", f"{kind}, up to date")
    else:
        yield Finding(Level.FAIL, "database", f"{kind} lacks migrations", "vidwiz db upgrade")


def store(runtime: Runtime) -> Iterator[Finding]:
    """Check whether the transcript store can be used."""
    kind = runtime.config.transcript_store
    try:
        runtime.store.check()
    except StoreError as exc:
        yield Finding(Level.FAIL, "store", f"{kind}: {exc.message}", "see VIDWIZ_TRANSCRIPT_STORE")
    else:
        yield Finding(Level.OK, "store", kind)
