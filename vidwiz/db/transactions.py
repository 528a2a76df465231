"""The two ways into the database: a unit of work, which may write, and a reading transaction."""

from __future__ import annotations

import logging
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

from vidwiz.db.engine import db
from vidwiz.db.sqlite import await_flush, writer_queue
from vidwiz.ports import transaction_open

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from sqlalchemy.orm import Session

    from vidwiz.ports import Event, Parts

log = logging.getLogger(__name__)


class UnitOfWork:
    """One writing transaction, and the work that follows its commit."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.connection = session.connection()
        self._work: list[Callable[[Parts], object]] = []
        self._notifications: dict[str, list[int]] = {}
        self._events: dict[Event, None] = {}

    def after_commit(self, work: Callable[[Parts], object]) -> None:
        """Run `work` once the transaction is committed, in the order of registration."""
        self._work.append(work)

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
        for work in self._work:
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
        uow = UnitOfWork(session)
        yield uow
        session.commit()
    if db.engine.dialect.name == "sqlite":
        await_flush(db.engine)
    uow.run_after_commit(parts)


def _refuse_nesting() -> None:
    if db.session().in_transaction():
        raise RuntimeError("a transaction is open already; transactions do not nest")


def _turn_to_write() -> AbstractContextManager[None]:
    return writer_queue.turn() if db.engine.dialect.name == "sqlite" else nullcontext()


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
