"""Circuit breakers of fetchers: after a refusal one is left alone for longer and longer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from vidwiz.models import FetcherState, now, now_plus
from vidwiz.services.failures import seconds_until
from vidwiz.services.videos import insert_ignoring

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from vidwiz.ports import UnitOfWork

_HOUR = 3600.0
PAUSES = (0.5 * _HOUR, 2 * _HOUR, 6 * _HOUR)
PROBE_SECONDS = 300.0


def state(session: Session, provider: str, network: str) -> FetcherState | None:
    """Return the breaker of a fetcher on a network."""
    return session.get(FetcherState, (provider, network))


def troubled(session: Session, network: str) -> set[str]:
    """Return the fetchers that were refused on this network and have not worked since."""
    return set(
        session.scalars(sa.select(FetcherState.provider).where(FetcherState.network == network))
    )


def may_call(uow: UnitOfWork, provider: str, network: str) -> datetime | None:
    """Return None when the fetcher may be called, else the time of the next probe.

    When an open breaker's time has come, one caller is let through, and the others wait for what
    it finds out.
    """
    known = state(uow.session, provider, network)
    if known is None or known.open_until is None:
        return None
    probing = uow.session.execute(
        sa.update(FetcherState)
        .where(
            FetcherState.provider == provider,
            FetcherState.network == network,
            FetcherState.open_until <= now(),
        )
        .values(open_until=now_plus(PROBE_SECONDS))
        .execution_options(synchronize_session=False)
    )
    if probing.rowcount == 1:  # type: ignore[attr-defined]
        return None
    # Read again: another caller may have become the probe, or have closed the breaker, meanwhile.
    return uow.session.scalar(
        sa.select(FetcherState.open_until).where(
            FetcherState.provider == provider, FetcherState.network == network
        )
    )


def refused(
    uow: UnitOfWork, provider: str, network: str, *, code: str, retry_at: datetime | None
) -> None:
    """Open the breaker, for longer with each refusal in a row."""
    uow.session.execute(
        insert_ignoring(uow.session, FetcherState).values(provider=provider, network=network)
    )
    known = uow.session.get_one(FetcherState, (provider, network), with_for_update=True)
    pause = PAUSES[min(known.refusals, len(PAUSES) - 1)]
    if retry_at is not None:
        pause = max(pause, seconds_until(retry_at))
    known.refusals += 1
    known.code = code
    known.open_until = now_plus(pause)
    uow.session.flush()


def succeeded(uow: UnitOfWork, provider: str, network: str) -> None:
    """Close the breaker."""
    uow.session.execute(
        sa.delete(FetcherState).where(
            FetcherState.provider == provider, FetcherState.network == network
        )
    )
