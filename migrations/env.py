"""Runs migrations on the app's engine, for SQLite and PostgreSQL."""

from alembic import context
from sqlalchemy import Connection

from vidwiz.db.engine import db
from vidwiz.models import Base


def _configure(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_type=True,
        # SQLite cannot alter most of a table; batch mode copies it instead.
        render_as_batch=connection.dialect.name == "sqlite",
        transaction_per_migration=True,
    )


def run() -> None:
    """Apply the migrations; a database that is being migrated by another process is waited for."""
    with db.engine.connect() as connection:
        _configure(connection)
        with context.begin_transaction():
            context.run_migrations()


run()
