"""Circuit breakers of fetchers: after a refusal one is not called for longer and longer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from vidwiz.models import FetcherState, now, now_plus
from vidwiz.models.upsert import insert
from vidwiz.statements.inputs import REFUSED_FETCHERS
from vidwiz.tasks.retry_policy import seconds_until

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.engine import Connection
    from sqlalchemy.orm import Session

    from vidwiz.ports import UnitOfWork

_HOUR = 3600.0
PAUSES = (0.5 * _HOUR, 2 * _HOUR, 6 * _HOUR)
PROBE_SECONDS = 300.0
# However late a site asks to be called again, it is probed once a day.
LONGEST_PAUSE = 86_400.0


def state(session: Session, provider: str, network: str) -> FetcherState | None:
    """Return the breaker of a fetcher on a network."""
    return session.get(FetcherState, (provider, network))


def refused_on(connection: Connection, network: str) -> set[str]:
    """Return the fetchers that were refused on this network and have not worked since."""
    return set(connection.scalars(REFUSED_FETCHERS, {"on_network": network}))


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
    """Open the breaker, for longer with each refusal in a row.

    One statement, so that a success elsewhere at this moment cannot come in between.
    """
    asked = min(seconds_until(retry_at), LONGEST_PAUSE) if retry_at is not None else 0.0
    pauses = [max(pause, asked) for pause in PAUSES]
    refusals = FetcherState.refusals + 1
    pause = sa.case(
        *((refusals == number, pause) for number, pause in enumerate(pauses[:-1], start=1)),
        else_=pauses[-1],
    )
    new = {"refusals": 1, "code": code, "open_until": now_plus(pauses[0])}
    uow.session.execute(
        insert(uow.session, FetcherState)
        .values(provider=provider, network=network, **new)
        .on_conflict_do_update(
            index_elements=[FetcherState.provider, FetcherState.network],
            set_={
                "refusals": refusals,
                "code": code,
                "open_until": now_plus(sa.cast(pause, sa.Float)),
                "updated_at": now(),
            },
        )
    )


def succeeded(uow: UnitOfWork, provider: str, network: str) -> None:
    """Close the breaker."""
    uow.session.execute(
        sa.delete(FetcherState).where(
            FetcherState.provider == provider, FetcherState.network == network
        )
    )
