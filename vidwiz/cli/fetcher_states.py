"""How fetchers do on each network, in words for a table; nothing where that is not known."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from vidwiz.db.engine import engine_options
from vidwiz.services import fetcher_health

if TYPE_CHECKING:
    from vidwiz.config import Config
    from vidwiz.models import FetcherState


def by_name(config: Config) -> dict[str, str]:
    """Return what is known of each fetcher; none of it when the database does not answer.

    Opens a connection of its own, as the list of plugins is wanted most where they keep the app
    from being built. An embedded database that is not there yet is not made.
    """
    url = sa.make_url(config.database_url)
    if config.uses_sqlite and not Path(url.database or "").is_file():
        return {}
    engine = sa.create_engine(url, **engine_options(config.database_url))
    found: dict[str, list[str]] = {}
    try:
        with Session(engine) as session:
            for state in fetcher_health.states(session):
                found.setdefault(state.provider, []).append(_words(state))
    except SQLAlchemyError:
        return {}
    finally:
        engine.dispose()
    return {name: "; ".join(networks) for name, networks in found.items()}


def _words(state: FetcherState) -> str:
    """Say how it does on one network, such as `server: 12 ok, 1 failed (timed_out)`."""
    words = f"{state.network}: {state.successes} ok, {state.failures} failed"
    if state.last_failure_code is not None and state.failures:
        words += f" ({state.last_failure_code})"
    if state.open_until is not None:
        words += f", left alone until {state.open_until:%Y-%m-%d %H:%M} UTC ({state.code})"
    return words
