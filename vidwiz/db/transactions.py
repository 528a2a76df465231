"""The ways into the database: a unit of work, which may write, and a reading transaction.

Each has a lighter form for what is one statement.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

from vidwiz.db import sqlite
from vidwiz.db.engine import NEEDS_TRANSACTIONS, db
from vidwiz.ports import transaction_open

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from sqlalchemy.engine import Connection
    from sqlalchemy.orm import Session

    from vidwiz.ports import Event, Parts

log = logging.getLogger(__name__)


class UnitOfWork:
    """One writing transaction, and the work that follows its commit."""

    def __init__(self, connection: Connection, session: Session | None = None) -> None:
        self.connection = connection
        self._session = session
        self._work: list[Callable[[Parts], object]] = []
        self._last_work: list[Callable[[Parts], object]] = []
        self._notifications: dict[str, list[int]] = {}
        self._events: dict[Event, None] = {}

    @property
    def session(self) -> Session:
        """The session; raises `RuntimeError` where the unit of work is a single statement."""
        if self._session is None:
            raise RuntimeError("a single statement runs on the connection")
        return self._session

    def after_commit(self, work: Callable[[Parts], object], *, last: bool = False) -> None:
        """Run `work` once the transaction is committed, in the order of registration.

        With `last` it runs after all that is not: nobody waits for it, and it may take long.
        """
        (self._last_work if last else self._work).append(work)

    def notify(self, task_type: str, task_id: int) -> None:
        """Have a worker look at the task; all tasks of a type are sent together."""
        if not self._notifications:
            self.after_commit(self._send_notifications)
        self._notifications.setdefault(task_type, []).append(task_id)

    def publish(self, event: Event) -> None:
        """Publish the event after the commit; the same one only once."""
        if not self._events:
            self.after_commit(self._publish_events)
        self._events[event] = None

    def _send_notifications(self, parts: Parts) -> None:
        for task_type, task_ids in self._notifications.items():
            parts.queue.notify(task_type, task_ids)

    def _publish_events(self, parts: Parts) -> None:
        for event in self._events:
            parts.events.publish(event)

    def run_after_commit(self, parts: Parts) -> None:
        """Run the registered work; what fails is logged and stops nothing else."""
        for work in [*self._work, *self._last_work]:
            try:
                work(parts)
            except Exception:
                log.exception("work after a commit failed")


@contextmanager
def unit_of_work(parts: Parts) -> Iterator[UnitOfWork]:
    """Open one writing transaction: committed at the end, rolled back when the block raises.

    It must not nest. Nothing that waits (a provider, a stream, the store) may run inside. Work
    that was registered with `after_commit` runs at the end, with `parts`.
    """
    _refuse_nesting()
    with _turn_to_write(), _transaction("IMMEDIATE") as session:
        uow = UnitOfWork(session.connection(), session)
        yield uow
        session.commit()
    sqlite.await_flush(db.engine)
    uow.run_after_commit(parts)


@contextmanager
def single_statement(parts: Parts) -> Iterator[UnitOfWork]:
    """Open a unit of work for one writing statement, without the round trips of a transaction.

    The statement commits by itself, so only one may be executed; there is no session. Otherwise
    as a unit of work: it must not nest, waits for its turn on SQLite, and is followed by the work
    that was registered with `after_commit`.
    """
    _refuse_nesting()
    with _turn_to_write(), _connection("IMMEDIATE") as connection:
        uow = UnitOfWork(connection)
        yield uow
        # Where it is not committed yet, which is everywhere but on a PostgreSQL of one's own.
        connection.commit()
    sqlite.await_flush(db.engine)
    uow.run_after_commit(parts)


@contextmanager
def single_read() -> Iterator[Connection]:
    """Open a connection for one reading statement, without the round trips of a transaction."""
    with _connection(sqlite.NO_BEGIN) as connection:
        yield connection


@contextmanager
def _connection(sqlite_begin: str) -> Iterator[Connection]:
    _refuse_nesting()
    token = transaction_open.set(True)
    try:
        with db.engine.connect() as connection:
            if connection.dialect.name == "sqlite":
                connection.execution_options(sqlite_begin=sqlite_begin)
            with _autocommit(connection):
                yield connection
    finally:
        transaction_open.reset(token)


@contextmanager
def _autocommit(connection: Connection) -> Iterator[None]:
    """Have each statement commit by itself, where the connection can do that.

    Done on the driver's connection: SQLAlchemy's isolation level AUTOCOMMIT would leave it with
    another kind of BEGIN than it had.
    """
    if connection.dialect.name == "sqlite" or connection.info.get(NEEDS_TRANSACTIONS):
        yield
        return
    driver: Any = connection.connection.driver_connection
    driver.autocommit = True
    try:
        yield
    finally:
        try:
            driver.autocommit = False
        except connection.dialect.loaded_dbapi.Error:
            # It is closed, or was interrupted within a statement: nobody may be given it again.
            connection.invalidate()


def _refuse_nesting() -> None:
    if transaction_open.get() or db.session().in_transaction():
        raise RuntimeError("a transaction is open already; transactions do not nest")


def _turn_to_write() -> AbstractContextManager[None]:
    return sqlite.writer_queue.turn() if db.engine.dialect.name == "sqlite" else nullcontext()


@contextmanager
def read_transaction() -> Iterator[Session]:
    """Open one reading transaction; nothing is committed at its end."""
    with _transaction("DEFERRED") as session:
        yield session


@contextmanager
def _transaction(sqlite_begin: str) -> Iterator[Session]:
    _refuse_nesting()
    session = db.session()
    token = transaction_open.set(True)
    try:
        session.connection(execution_options={"sqlite_begin": sqlite_begin})
        yield session
    finally:
        # Rolls back what was not committed, and leaves loaded objects readable.
        session.close()
        transaction_open.reset(token)
