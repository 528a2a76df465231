"""The database: Flask-SQLAlchemy, the two ways into it, and engines that survive a fork."""

from __future__ import annotations

import os
import weakref
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event

from vidwiz.ports import transaction_open

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from sqlalchemy.engine import Connection, Engine
    from sqlalchemy.orm import Session

    from vidwiz.ports import TaskQueue, TaskType

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


class UnitOfWork:
    """One writing transaction; pokes collected in it go to the queue after its commit."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._pokes: dict[TaskType, list[int]] = {}

    def poke(self, task_type: TaskType, task_id: int) -> None:
        """Have the queue told of the task once it is committed."""
        self._pokes.setdefault(task_type, []).append(task_id)

    def send(self, queue: TaskQueue) -> None:
        """Send what was collected; called after the commit and never before it."""
        for task_type, task_ids in self._pokes.items():
            queue.poke(task_type, task_ids)


@contextmanager
def unit_of_work(queue: TaskQueue) -> Iterator[UnitOfWork]:
    """Open one writing transaction: committed at the end, rolled back when the block raises.

    It must not nest. Nothing that waits (a provider, a stream, the store) may run inside.
    """
    with _transaction("IMMEDIATE") as session:
        uow = UnitOfWork(session)
        yield uow
        session.commit()
    uow.send(queue)


@contextmanager
def reading() -> Iterator[Session]:
    """Open one reading transaction; nothing is committed at its end."""
    with _transaction("DEFERRED") as session:
        yield session


@contextmanager
def _transaction(sqlite_begin: str) -> Iterator[Session]:
    session = db.session()
    if session.in_transaction():
        raise RuntimeError("a transaction is open already; transactions do not nest")
    token = transaction_open.set(True)
    try:
        session.connection(execution_options={"sqlite_begin": sqlite_begin})
        yield session
    finally:
        # Rolls back what was not committed, and leaves loaded objects readable.
        session.close()
        transaction_open.reset(token)
