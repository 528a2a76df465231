"""The declarative base, column types and the database's clock, for SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.sql.functions import FunctionElement

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect
    from sqlalchemy.sql.compiler import SQLCompiler


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """An aware datetime; SQLite, which has no zones, keeps the UTC wall time."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored time needs its zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


Json = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


class _Now(FunctionElement[datetime]):
    """The database's clock plus a number of seconds; workers' clocks are never trusted."""

    type = UtcDateTime()
    inherit_cache = True
    name = "now_plus"


@compiles(_Now, "postgresql")
def _now_on_postgresql(element: _Now, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ANN401
    # statement_timestamp() is stable within a statement, so that an index can be used with it.
    seconds = compiler.process(element.clauses, **kw)
    if not seconds:
        return "statement_timestamp()"
    return f"(statement_timestamp() + make_interval(secs => {seconds}))"


@compiles(_Now, "sqlite")
def _now_on_sqlite(element: _Now, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ANN401
    # SQLAlchemy reads the fraction as microseconds; SQLite writes milliseconds.
    seconds = compiler.process(element.clauses, **kw)
    modifier = f", {seconds} || ' seconds'" if seconds else ""
    return f"strftime('%Y-%m-%d %H:%M:%f000', 'now'{modifier})"


def now() -> sa.ColumnElement[datetime]:
    """Return the database's clock as an expression."""
    return _Now()


def now_plus(seconds: float | sa.ColumnElement[float]) -> sa.ColumnElement[datetime]:
    """Return the database's clock plus `seconds` (negative: before now) as an expression."""
    value = sa.literal(float(seconds), sa.Float) if isinstance(seconds, int | float) else seconds
    return _Now(value)


class Base(DeclarativeBase):
    """The base of all models; plain SQLAlchemy, so that the rules need no Flask.

    Tables whose ids others keep use SQLite's AUTOINCREMENT: without it the id of a deleted note
    would go to the next one, with the old one's tasks.
    """

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
