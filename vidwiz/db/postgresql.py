"""Connections to PostgreSQL: the limits of each transaction, also where a pooler is in between.

A server takes the limits as an option of the connection, once. A pooler such as PgBouncer refuses
or ignores that option, and may give each transaction another of the server's sessions: then the
limits are set in each transaction, and no statement is prepared, as the next session would not
know it. Which of both it is, is found out at the first connection of a process.
"""

from __future__ import annotations

import select
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from psycopg import OperationalError
from sqlalchemy import event

from vidwiz.db.engine import NEEDS_TRANSACTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg
    from sqlalchemy.engine import Connection, Dialect, Engine
    from sqlalchemy.pool import ConnectionPoolEntry

# A session stuck in a transaction must block nobody for long; the server ends it. Milliseconds.
LIMITS = {
    "idle_in_transaction_session_timeout": 15_000,
    "lock_timeout": 10_000,
    "statement_timeout": 30_000,
}
_OPTIONS = " ".join(f"-c {name}={value}" for name, value in LIMITS.items())
PING_AFTER_SECONDS = 5.0
"""A connection that was unused for longer is asked whether it lives; a proxy may have dropped it.

Before that its socket shows it: a server that ends, or the system of one that crashed, closes it.
"""
# What PgBouncer and those that follow it answer.
_REFUSED = "unsupported startup parameter"


def set_local(limits: dict[str, int]) -> str:
    """Return the statement that sets these limits until the end of the transaction."""
    calls = (f"set_config('{name}', '{value}', true)" for name, value in limits.items())
    return f"SELECT {', '.join(calls)}"


_SET_LIMITS = set_local(LIMITS)


def init_engine(engine: Engine) -> None:
    """Have the engine connect as the server, or the pooler before it, needs it."""
    connector = _Connector()
    event.listen(engine, "do_connect", connector.connect)
    event.listen(engine, "begin", connector.begin)
    _ping_less(engine)


def _ping_less(engine: Engine) -> None:
    """Have the pool's ping ask the server only where a look at the socket cannot tell."""
    ask: Any = engine.dialect.do_ping
    used_at: WeakKeyDictionary[object, float] = WeakKeyDictionary()

    def ping(connection: psycopg.Connection[Any]) -> bool:
        long_ago = time.monotonic() - used_at.get(connection, 0.0) > PING_AFTER_SECONDS
        return bool(ask(connection)) if long_ago or _has_news(connection) else True

    def remember(connection: psycopg.Connection[Any] | None, _record: object) -> None:
        if connection is not None:
            used_at[connection] = time.monotonic()

    engine.dialect.do_ping = ping  # type: ignore[method-assign, assignment]
    event.listen(engine, "checkin", remember)


def _has_news(connection: psycopg.Connection[Any]) -> bool:
    """Say whether the server sent something unasked: that it ends, or the end itself."""
    if connection.closed:
        return True
    readable = select.poll()
    readable.register(connection.fileno(), select.POLLIN)
    return bool(readable.poll(0))


class _Connector:
    """Opens connections, and knows what is at their other end."""

    def __init__(self) -> None:
        self._is_pooled: bool | None = None
        """None until the first connection. What a process found out its forks know."""

    def connect(
        self,
        dialect: Dialect,
        record: ConnectionPoolEntry,
        arguments: list[Any],
        parameters: dict[str, Any],
    ) -> psycopg.Connection[Any]:
        """Connect; for SQLAlchemy's event `do_connect`."""
        connect = dialect.loaded_dbapi.connect
        if not self._is_pooled:
            # Options in the URL come last and win.
            options = f"{_OPTIONS} {parameters.get('options', '')}".rstrip()
            try:
                connection = connect(*arguments, **{**parameters, "options": options})
            except OperationalError as exc:
                if _REFUSED not in str(exc):
                    raise
                self._is_pooled = True
            else:
                if self._is_pooled is None:
                    with _closed_on_error(connection):
                        self._is_pooled = _is_pooled(connection)
                if not self._is_pooled:
                    return connection  # type: ignore[no-any-return]
                connection.close()
        record.info[NEEDS_TRANSACTIONS] = True
        return connect(*arguments, **{**parameters, "prepare_threshold": None})  # type: ignore[no-any-return]

    def begin(self, connection: Connection) -> None:
        """Set the limits where the connection could not bring them."""
        if self._is_pooled:
            connection.exec_driver_sql(_SET_LIMITS)


@contextmanager
def _closed_on_error(connection: psycopg.Connection[Any]) -> Iterator[None]:
    try:
        yield
    except BaseException:
        connection.close()
        raise


def _is_pooled(connection: psycopg.Connection[Any]) -> bool:
    """Say whether somebody between us and the server answers in its place.

    A pooler hands out a process id of its own making, or does not pass the options on.
    """
    names = ", ".join(f"'{name}'" for name in LIMITS)
    rows = connection.execute(
        f"SELECT name, setting, pg_backend_pid() FROM pg_settings WHERE name IN ({names})"  # noqa: S608
    ).fetchall()
    connection.rollback()
    process_id = connection.info.backend_pid
    # Options in the URL may have replaced some of the limits.
    return not any(
        pid == process_id and setting == str(LIMITS[name]) for name, setting, pid in rows
    )
