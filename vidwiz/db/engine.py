"""The engine: Flask-SQLAlchemy, settings of each kind of database, and forks."""

from __future__ import annotations

import os
import weakref
from typing import TYPE_CHECKING, Any

from flask_sqlalchemy import SQLAlchemy

from vidwiz.db import sqlite, url_check

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy.engine import Engine

# Marks a connection, in its `info`, whose limits hold in transactions only.
NEEDS_TRANSACTIONS = "needs_transactions"
db = SQLAlchemy(session_options={"expire_on_commit": False})


def engine_options(url: str) -> dict[str, Any]:
    """Return the engine's options for this kind of database.

    A pooled connection to a server is tested before it is used again; how much of a test that
    is, see `vidwiz.db.postgresql.PING_AFTER_SECONDS`.
    """
    if url.startswith("sqlite"):
        return {"pool_size": 10, "max_overflow": 30, "pool_timeout": 10}
    return {
        "pool_size": 10,
        "max_overflow": 20,
        "pool_timeout": 10,
        "pool_pre_ping": True,
        "pool_recycle": 300,
        "connect_args": {"connect_timeout": 5},
    }


def init_app(app: Flask, *, flush_commits: bool = True) -> None:
    """Give the app its engine; no connection is opened yet.

    With `flush_commits` a commit on SQLite is on the disk before it counts, so that a power cut
    loses nothing that somebody was told is done. Without it a power cut may take the last commits
    back, never part of one: right for workers, whose work is then done again. A process that is
    killed loses nothing either way. PostgreSQL has a setting of its own (`synchronous_commit`).

    Raises `ConfigError` when the database's URL has parameters that the driver does not know.
    """
    url = app.config["SQLALCHEMY_DATABASE_URI"]
    if "?" in url:
        url_check.check_parameters(url)
    db.init_app(app)
    with app.app_context():
        engine = db.engine
    if engine.dialect.name == "sqlite":
        sqlite.init_engine(engine, flush_commits=flush_commits)
    else:
        from vidwiz.db import postgresql  # noqa: PLC0415 - imports its driver

        postgresql.init_engine(engine)
    _engines.add(engine)


_engines: weakref.WeakSet[Engine] = weakref.WeakSet()


def _forget_inherited_connections() -> None:
    """Close no socket, but use none: shared by two processes, it gives one the other's answers."""
    for engine in _engines:
        engine.dispose(close=False)


os.register_at_fork(after_in_child=_forget_inherited_connections)
