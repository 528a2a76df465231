"""Runs migrations on the app's engine, for SQLite and PostgreSQL."""

from alembic import context
from sqlalchemy import Connection, text

from vidwiz.db.engine import db
from vidwiz.models import Base

# Any number does that no other program uses on this database: "vidwiz" in ASCII.
_LOCK = 0x76696477697A
# A migration of a large table may take this long while others wait for it, in milliseconds.
_SQLITE_WAIT = 3_600_000


def _wait_for_others(connection: Connection) -> None:
    """Begin the one transaction, in which one process at a time migrates, however long it takes."""
    if connection.dialect.name == "sqlite":
        # Outside of the transaction, whose BEGIN IMMEDIATE is the lock. Batch mode drops the table
        # that it has copied; with foreign keys on, that would delete what points to its rows.
        for pragma in (f"busy_timeout={_SQLITE_WAIT}", "foreign_keys=OFF"):
            connection.connection.cursor().execute(f"PRAGMA {pragma}")
        connection.begin()
        return
    from vidwiz.db.postgresql import LIMITS, set_local  # noqa: PLC0415 - imports the driver

    connection.begin()
    connection.exec_driver_sql(set_local(dict.fromkeys(LIMITS, 0)))
    # Freed at the end of the transaction: a lock of the session would be lost behind a pooler.
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


def _check_references(connection: Connection) -> None:
    """Raise when a row points to one that is gone, which SQLite was told not to see."""
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if broken is not None:
            raise RuntimeError(f"the migration broke a reference: {tuple(broken)}")


def run() -> None:
    """Apply what is missing once no other process migrates; all of it or nothing."""
    with db.engine.connect() as connection:
        _wait_for_others(connection)
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            compare_type=True,
            # SQLite cannot alter most of a table; batch mode copies it instead.
            render_as_batch=connection.dialect.name == "sqlite",
        )
        with context.begin_transaction():
            context.run_migrations()
        _check_references(connection)
        connection.commit()
        # A long wait is not for the next one who uses this connection.
        connection.invalidate()


run()
