"""Whether the parameters of a database's URL are ones that its driver takes."""

from __future__ import annotations

import warnings

import sqlalchemy as sa
from sqlalchemy.exc import SAWarning, SQLAlchemyError

from vidwiz.errors import ConfigError

_UNREADABLE = "VIDWIZ_DATABASE_URL cannot be read; see docs/configuration.md"


def check_parameters(url: str) -> None:
    """Raise `ConfigError` for a parameter that the driver would fail on; nothing is opened."""
    try:
        parsed = sa.make_url(url)
    except SQLAlchemyError as exc:
        raise ConfigError(_UNREADABLE) from exc
    try:
        dialect = parsed.get_dialect()()
        with warnings.catch_warnings():
            warnings.simplefilter("error", SAWarning)
            _, arguments = dialect.create_connect_args(parsed)
    except SAWarning:
        unknown = set(parsed.query)
    except (SQLAlchemyError, ValueError) as exc:
        raise ConfigError(_UNREADABLE) from exc
    else:
        unknown = set() if url.startswith("sqlite") else set(arguments) - _libpq_parameters()
    if unknown:
        raise ConfigError(
            f"VIDWIZ_DATABASE_URL has a parameter that its driver does not know:"
            f" {', '.join(sorted(unknown))}"
        )


def _libpq_parameters() -> set[str]:
    """Return what PostgreSQL's client library takes; psycopg's own arguments are objects."""
    from psycopg.pq import Conninfo  # noqa: PLC0415 - for PostgreSQL only

    # `context` is what SQLAlchemy itself adds.
    return {option.keyword.decode() for option in Conninfo.get_defaults()} | {"context"}
