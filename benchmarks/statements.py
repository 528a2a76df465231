"""Which statements PostgreSQL is given, counted by kind from its own log."""

from __future__ import annotations

import re
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING

import psycopg

from benchmarks.timing import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.servers import Server

_MARK = "counted|"
_LINE = re.compile(r"counted\|(?P<name>.*?)\|LOG:  (?:statement|execute [^:]*): (?P<sql>.*)")
_TABLE = re.compile(r"\b(?:FROM|INTO|UPDATE)\s+(?:ONLY\s+)?\"?(\w+)", re.IGNORECASE)
_END = "SELECT 'end of what is counted'"


@contextmanager
def counted(server: Server, name: str) -> Iterator[Counter[str]]:
    """Count what connections with this application name send, until the block ends.

    The counter is filled at the end of the block.
    """
    counts: Counter[str] = Counter()
    with psycopg.connect(server.url, autocommit=True, application_name="counting") as connection:
        _set(connection, "log_line_prefix", f"{_MARK}%a|")
        _set(connection, "log_statement", "all")
        start = server.log.stat().st_size
        yield counts
        connection.execute(_END)
        _set(connection, "log_statement", "none")
    counts.update(_read(server, start, name))


def _set(connection: psycopg.Connection[object], setting: str, value: str) -> None:
    """Have all of the server's processes use the value, those that live already too."""
    connection.execute(f"ALTER SYSTEM SET {setting} = '{value}'")
    connection.execute("SELECT pg_reload_conf()")
    wait_until(lambda: connection.execute(f"SHOW {setting}").fetchone() == (value,))


def _read(server: Server, start: int, name: str) -> Iterator[str]:
    with server.log.open(encoding="utf-8", errors="replace") as log:
        log.seek(start)
        statement = ""
        for line in log:
            if line.startswith(_MARK):
                if statement:
                    yield kind(statement)
                found = _LINE.match(line)
                statement = found["sql"] if found and found["name"] == name else ""
            elif statement and line.startswith("\t"):
                statement += line
        if statement:
            yield kind(statement)


def kind(sql: str) -> str:
    """Return the verb of a statement, and the first table that it names."""
    words = sql.split(maxsplit=1) or [""]
    verb = words[0].upper().rstrip(";")
    table = _TABLE.search(sql)
    return f"{verb} {table[1]}" if table and verb not in {"SET", "SHOW"} else verb
