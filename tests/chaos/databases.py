"""The run's databases: plain SQL on them, an audit of what was committed, and their faults."""

import sqlite3

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from tests.chaos import names

AUDIT = "chaos_audit"
# Whoever holds a lock may be frozen, and the thread that waits for it here also wakes them up.
LOCK_SECONDS = 0.4
# What is written down when it changes: the table, the column, and a column that explains it.
AUDITED = {
    "note": (names.NOTES, "text", "generated_by_ai"),
    "summary": (names.TRANSCRIPTS, "summary", "id"),
    "task": (names.TASKS, "status", "attempt"),
}


class Database:
    """Plain SQL, each statement on a connection of its own, so that no fault outlives it."""

    def __init__(self, url, **connect_args):
        self.url = url
        self._engine = sa.create_engine(
            url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT", connect_args=connect_args
        )

    def execute(self, sql):
        with self._engine.connect() as connection:
            connection.exec_driver_sql(sql)

    def rows(self, sql):
        with self._engine.connect() as connection:
            return [dict(row) for row in connection.exec_driver_sql(sql).mappings()]

    def tables(self):
        return {
            table: self.rows(f"SELECT {', '.join(columns)} FROM {table}")
            for table, columns in names.COLUMNS.items()
        }

    def audit(self):
        return self.rows(f"SELECT * FROM {AUDIT} ORDER BY id")

    def pass_time(self):
        """End all waits for another try, as the run has no hours.

        A database that is away or busy is left for the next time.
        """
        try:
            self.execute(
                f"UPDATE {names.TASKS} SET run_at = {self.now}"
                f" WHERE status = '{names.PENDING}' AND run_at > {self.now}"
            )
            self.execute(
                f"UPDATE {names.FETCHER_STATES} SET open_until = {self.now}"
                f" WHERE open_until > {self.now}"
            )
        except DBAPIError:
            return


class SqliteDatabase(Database):
    now = "strftime('%Y-%m-%d %H:%M:%f000', 'now')"

    def __init__(self, path):
        super().__init__(f"sqlite:///{path}", timeout=LOCK_SECONDS)
        self._path = path

    def install_audit(self):
        self.execute(
            f"CREATE TABLE {AUDIT} (id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT,"
            " subject INTEGER, before TEXT, after TEXT, detail TEXT)"
        )
        for kind, (table, column, detail) in AUDITED.items():
            self.execute(
                f"CREATE TRIGGER chaos_{kind} AFTER UPDATE ON {table}"
                f" WHEN OLD.{column} IS NOT NEW.{column} BEGIN"
                f" INSERT INTO {AUDIT} (kind, subject, before, after, detail) VALUES"
                f" ('{kind}', NEW.id, OLD.{column}, NEW.{column}, NEW.{detail}); END"
            )

    def hold_lock(self):
        """Take the write lock and return what gives it back; None while others keep it."""
        connection = sqlite3.connect(self._path, isolation_level=None, timeout=LOCK_SECONDS)
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            connection.close()
            return None
        return connection.close


class PostgresqlDatabase(Database):
    now = "statement_timestamp()"

    def __init__(self, server):
        self.server = server
        server.execute("CREATE DATABASE vidwiz")
        super().__init__(server.url("vidwiz"), options=f"-c lock_timeout={LOCK_SECONDS * 1000:.0f}")

    def install_audit(self):
        self.execute(
            f"CREATE TABLE {AUDIT} (id SERIAL PRIMARY KEY, kind TEXT,"
            " subject INTEGER, before TEXT, after TEXT, detail TEXT)"
        )
        self.execute(
            "CREATE FUNCTION chaos_audited() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" INSERT INTO {AUDIT} (kind, subject, before, after, detail) VALUES (TG_ARGV[0],"
            " NEW.id, to_jsonb(OLD) ->> TG_ARGV[1], to_jsonb(NEW) ->> TG_ARGV[1],"
            " to_jsonb(NEW) ->> TG_ARGV[2]); RETURN NULL; END $$"
        )
        for kind, (table, column, detail) in AUDITED.items():
            self.execute(
                f"CREATE TRIGGER chaos_{kind} AFTER UPDATE ON {table} FOR EACH ROW"
                f" WHEN (OLD.{column} IS DISTINCT FROM NEW.{column})"
                f" EXECUTE FUNCTION chaos_audited('{kind}', '{column}', '{detail}')"
            )

    def cut_connections(self):
        self.server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'vidwiz'"
        )
