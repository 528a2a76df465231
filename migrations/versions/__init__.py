"""Alembic migrations, numbered, one change each."""
