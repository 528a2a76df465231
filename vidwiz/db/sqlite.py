"""Connections to SQLite: transactions that we begin ourselves, and writers that wait fairly."""

from __future__ import annotations

import os
import random
import sqlite3
import threading
import time
from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from sqlalchemy import event

from vidwiz.db.sqlite_flush import SharedFlush

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import Connection, Engine
    from sqlalchemy.pool import ConnectionPoolEntry

# How long anybody waits for a lock, in seconds; a migration sets more on its connection.
LONGEST_WAIT = 30.0
# A writer that finds the lock taken asks again after this time, in seconds.
_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.001, 0.003
# For one statement that reads: it sees one state of the database by itself.
NO_BEGIN = "none"


def init_engine(engine: Engine, *, flush_commits: bool) -> None:
    """Have writers take SQLite's lock first; every usual set-up loses updates or fails locked.

    With `flush_commits` each commit flushes the disk, but for those of transactions that name
    their beginning (`sqlite_begin`): whoever begins them calls `await_flush` after the commit.
    """
    if flush_commits:
        _flushes[engine] = SharedFlush()

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, record: ConnectionPoolEntry) -> None:  # noqa: ANN401 - a DBAPI's
        connection.isolation_level = None
        for pragma in (
            f"busy_timeout={LONGEST_WAIT * 1000:.0f}",
            "foreign_keys=ON",
            f"synchronous={'FULL' if flush_commits else 'NORMAL'}",
        ):
            connection.execute(f"PRAGMA {pragma}")
        (mode,) = connection.execute("PRAGMA journal_mode=WAL").fetchone()
        (_, _, path) = connection.execute("PRAGMA database_list").fetchone()
        # Without a log, as where the file system cannot share memory, each commit flushes.
        if flush_commits and mode == "wal":
            record.info[_LOG] = f"{path}-wal"

    event.listen(engine, "begin", _begin)


# In the pool's notes on a connection: where its log is, and whether commits flush it themselves.
_LOG, _FLUSHES_LESS = "vidwiz.log", "vidwiz.flushes_less"
_flushes: WeakKeyDictionary[Engine, SharedFlush] = WeakKeyDictionary()


def await_flush(engine: Engine) -> None:
    """Return once everything that was committed here before is on the disk, if that is wanted.

    On another database than SQLite there is nothing to wait for. Several threads share a flush.
    Raises SQLAlchemy's `OperationalError` when the disk fails.
    """
    shared = _flushes.get(engine)
    if shared is not None:
        shared.wait()


class WriterQueue:
    """Lets one thread of this process at a time ask for SQLite's lock, in the order of arrival.

    SQLite has one writer; more that ask would only take time from each other. A plain lock does
    not keep the order: the thread that has just let it go is often the next to get it.
    """

    def __init__(self) -> None:
        self.start_anew()

    def start_anew(self) -> None:
        """Forget who holds or waits; for a forked child, which has none of those threads."""
        self._mutex = threading.Lock()
        self._is_taken = False
        self._waiting: deque[threading.Event] = deque()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for one's turn, but no longer than for the lock itself; then try without."""
        has_turn = self._take()
        try:
            yield
        finally:
            if has_turn:
                self._pass_on()

    def _take(self) -> bool:
        with self._mutex:
            if not self._is_taken:
                self._is_taken = True
                return True
            mine = threading.Event()
            self._waiting.append(mine)
        try:
            if mine.wait(LONGEST_WAIT):
                return True
        except BaseException:  # such as RQ's time-out of a job, raised by a signal
            if self._withdraw(mine):
                self._pass_on()
            raise
        return self._withdraw(mine)

    def _withdraw(self, waiting: threading.Event) -> bool:
        """Leave the queue; True when the turn has come at the last moment."""
        with self._mutex:
            if waiting.is_set():
                return True
            self._waiting.remove(waiting)
            return False

    def _pass_on(self) -> None:
        with self._mutex:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._is_taken = False


writer_queue = WriterQueue()
os.register_at_fork(after_in_child=writer_queue.start_anew)


def _begin(connection: Connection) -> None:
    mode = connection.get_execution_options().get("sqlite_begin")
    if mode == NO_BEGIN:
        return
    if mode == "DEFERRED":
        connection.exec_driver_sql("BEGIN DEFERRED")
        return
    log = connection.info.get(_LOG)
    if log is not None:
        _flush_less(connection, is_awaited=mode is not None)
    _begin_immediate(connection)
    if log is not None:
        _flushes[connection.engine].hold(log)


def _flush_less(connection: Connection, *, is_awaited: bool) -> None:
    """Have the next commit write to the log only, or flush it too; call it before BEGIN."""
    if connection.info.get(_FLUSHES_LESS, False) is not is_awaited:
        level = "NORMAL" if is_awaited else "FULL"
        driver: Any = connection.connection.dbapi_connection
        driver.execute(f"PRAGMA synchronous={level}")
        connection.info[_FLUSHES_LESS] = is_awaited


def _begin_immediate(connection: Connection) -> None:
    """Take the lock; raise SQLAlchemy's `OperationalError` when it is not free in time.

    That is the connection's `busy_timeout`. SQLite's own waiting asks ever more rarely, so that
    whoever has just come gets the lock and one that has waited long does not. Here all ask equally
    often, and each gets it in the end.
    """
    driver: Any = connection.connection.dbapi_connection
    (milliseconds,) = driver.execute("PRAGMA busy_timeout").fetchone()
    driver.execute("PRAGMA busy_timeout=0")
    try:
        end = time.monotonic() + milliseconds / 1000
        while time.monotonic() < end:
            try:
                driver.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as exc:
                if exc.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                    raise
            else:
                return
            time.sleep(random.uniform(_SHORTEST_PAUSE, _LONGEST_PAUSE))  # noqa: S311
        # Once more through SQLAlchemy, whose error says to everybody what it is.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        driver.execute(f"PRAGMA busy_timeout={milliseconds}")
