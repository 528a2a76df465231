"""The engine: Flask-SQLAlchemy, settings of each kind of database, and forks."""

from __future__ import annotations

import os
import weakref
from typing import TYPE_CHECKING, Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy.engine import Connection, Engine

db = SQLAlchemy(session_options={"expire_on_commit": False})

# A session stuck in a transaction must block nobody for long; the server ends it.
_POSTGRESQL_LIMITS = (
    "-c idle_in_transaction_session_timeout=15000 -c lock_timeout=10000 -c statement_timeout=30000"
)
_SQLITE_PRAGMAS = (
    "busy_timeout=30000",
    "journal_mode=WAL",
    "synchronous=NORMAL",
    "foreign_keys=ON",
)


def engine_options(url: str, *, pre_ping: bool = True) -> dict[str, Any]:
    """Return the engine's options for this kind of database.

    `pre_ping` asks a pooled connection whether it still lives, for a process that lives long.
    """
    if url.startswith("sqlite"):
        return {"pool_size": 10, "max_overflow": 30, "pool_timeout": 10}
    return {
        "pool_size": 10,
        "max_overflow": 20,
        "pool_timeout": 10,
        "pool_pre_ping": pre_ping,
        "pool_recycle": 300,
        "connect_args": {"connect_timeout": 5, "options": _POSTGRESQL_LIMITS},
    }


def init_app(app: Flask) -> None:
    """Give the app its engine; no connection is opened yet."""
    db.init_app(app)
    with app.app_context():
        engine = db.engine
    if engine.dialect.name == "sqlite":
        _begin_transactions_ourselves(engine)
    _engines.add(engine)


def _begin_transactions_ourselves(engine: Engine) -> None:
    """Make writers take SQLite's lock first; every usual set-up loses updates or fails locked."""

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: object) -> None:  # noqa: ANN401 - a DBAPI object
        connection.isolation_level = None
        for pragma in _SQLITE_PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        mode = connection.get_execution_options().get("sqlite_begin", "IMMEDIATE")
        connection.exec_driver_sql(f"BEGIN {mode}")


_engines: weakref.WeakSet[Engine] = weakref.WeakSet()


def _forget_inherited_connections() -> None:
    """Close no socket, but use none: shared by two processes, it gives one the other's answers."""
    for engine in _engines:
        engine.dispose(close=False)


os.register_at_fork(after_in_child=_forget_inherited_connections)
