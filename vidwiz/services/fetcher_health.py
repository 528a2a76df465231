"""How fetchers do on each network: their circuit breakers, and what they did lately.

A breaker opens when a site refuses us, and stays open for longer with each refusal in a row. When
its time has come one caller is let through; what it finds out closes the breaker or opens it again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from vidwiz.models import FetcherState, now, now_plus
from vidwiz.models.upsert import insert
from vidwiz.statements.inputs import REFUSED_FETCHERS
from vidwiz.tasks import recovery
from vidwiz.tasks.retry_policy import seconds_until

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.engine import Connection
    from sqlalchemy.orm import Session

    from vidwiz.ports import UnitOfWork

_HOUR = 3600.0
PAUSES = (0.5 * _HOUR, 2 * _HOUR, 6 * _HOUR)
# A guest's limit of a site is one by the hour, so that asking earlier is of no use.
LEAST_PAUSES = {"rate_limited": _HOUR}
PROBE_SECONDS = 300.0
# However late a site asks to be called again, it is probed once a day.
LONGEST_PAUSE = 86_400.0
RECENT_SECONDS = 86_400.0
"""Successes and failures are counted anew after this time."""
BREAKERS = ("closed", "open", "probing")
_SHOWN = (
    *("network", "refusals", "code", "open_until", "successes", "failures", "counted_since"),
    *("last_success_at", "last_failure_at", "last_failure_code"),
)


def state(session: Session, provider: str, network: str) -> FetcherState | None:
    """Return what is known of a fetcher on a network."""
    return session.get(FetcherState, (provider, network))


def states(session: Session) -> Sequence[FetcherState]:
    """Return what is known of all fetchers, by their names and networks."""
    return session.scalars(
        sa.select(FetcherState).order_by(FetcherState.provider, FetcherState.network)
    ).all()


def describe(known: FetcherState) -> dict[str, Any]:
    """Return what is shown of a fetcher on a network; `breaker` is one of `BREAKERS`."""
    breaker = "probing" if known.probing else "closed" if known.open_until is None else "open"
    return {"breaker": breaker, **{name: getattr(known, name) for name in _SHOWN}}


def refused_on(connection: Connection, network: str) -> set[str]:
    """Return the fetchers that were refused on this network and have not worked since."""
    return set(connection.scalars(REFUSED_FETCHERS, {"on_network": network}))


def is_left_alone(session: Session, provider: str, network: str) -> bool:
    """Say whether the breaker is open and its time has not come; changes nothing."""
    return bool(
        session.scalar(sa.select(FetcherState.open_until > now()).where(*_is(provider, network)))
    )


def _is(provider: str, network: str) -> tuple[sa.ColumnElement[bool], ...]:
    return FetcherState.provider == provider, FetcherState.network == network


def may_call(uow: UnitOfWork, provider: str, network: str) -> datetime | None:
    """Return None when the fetcher may be called, else the time of the next probe.

    When an open breaker's time has come, one caller is let through, and the others wait for what
    it finds out; after `PROBE_SECONDS` without a word of it the next one is.
    """
    known = state(uow.session, provider, network)
    if known is None or known.open_until is None:
        return None
    probing = uow.session.execute(
        sa.update(FetcherState)
        .where(*_is(provider, network), FetcherState.open_until <= now())
        .values(open_until=now_plus(PROBE_SECONDS), probing=True)
        .execution_options(synchronize_session=False)
    )
    if probing.rowcount == 1:  # type: ignore[attr-defined]
        return None
    # Read again: another caller may have become the probe, or have closed the breaker, meanwhile.
    return uow.session.scalar(sa.select(FetcherState.open_until).where(*_is(provider, network)))


def refused(
    uow: UnitOfWork, provider: str, network: str, *, code: str, retry_at: datetime | None
) -> None:
    """Open the breaker, for longer with each refusal in a row.

    Calls that were under way when it opened are refused as well; those are not another refusal in
    a row. One statement, so that a success elsewhere at this moment cannot come in between.
    """
    asked = min(seconds_until(retry_at), LONGEST_PAUSE) if retry_at is not None else 0.0
    least = max(asked, LEAST_PAUSES.get(code, 0.0))
    pauses = [max(pause, least) for pause in PAUSES]
    refusals = FetcherState.refusals + 1
    pause = sa.case(
        *((refusals == number, pause) for number, pause in enumerate(pauses[:-1], start=1)),
        else_=pauses[-1],
    )
    longer = now_plus(sa.cast(pause, sa.Float))
    is_open = sa.and_(FetcherState.open_until > now(), FetcherState.probing.is_(sa.false()))
    new = {"refusals": 1, "code": code, "open_until": now_plus(pauses[0])}
    asked_until = now_plus(asked)
    later = sa.case(
        (FetcherState.open_until > asked_until, FetcherState.open_until), else_=asked_until
    )
    uow.session.execute(
        insert(uow.session, FetcherState)
        .values(provider=provider, network=network, **new)
        .on_conflict_do_update(
            index_elements=[FetcherState.provider, FetcherState.network],
            set_={
                "refusals": sa.case((is_open, FetcherState.refusals), else_=refusals),
                "code": code,
                "open_until": sa.case((is_open, later), else_=longer),
                "probing": sa.false(),
                "updated_at": now(),
            },
        )
    )


def succeeded(uow: UnitOfWork, provider: str, network: str) -> bool:
    """Close the breaker and let the tasks that waited for that be claimed; say whether it was open.

    A fetcher that was never refused costs one statement here, which finds nothing.
    """
    closed = uow.session.execute(
        sa.update(FetcherState)
        .where(*_is(provider, network), FetcherState.open_until.is_not(None))
        .values(refusals=0, code=None, open_until=None, probing=False)
        .execution_options(synchronize_session=False)
    )
    if closed.rowcount == 0:  # type: ignore[attr-defined]
        return False
    recovery.make_blocked_due(uow, network)
    return True


def count(uow: UnitOfWork, provider: str, network: str, code: str | None) -> None:
    """Count a call: `code` is why it failed, None is a success. One statement."""
    succeeded = code is None
    number = {"successes": int(succeeded), "failures": int(not succeeded)}
    latest: dict[str, Any] = (
        {"last_success_at": now()}
        if succeeded
        else {"last_failure_at": now(), "last_failure_code": code}
    )
    is_old = FetcherState.counted_since < now_plus(-RECENT_SECONDS)
    anew = sa.or_(FetcherState.counted_since.is_(None), is_old)
    uow.session.execute(
        insert(uow.session, FetcherState)
        .values(provider=provider, network=network, counted_since=now(), **number, **latest)
        .on_conflict_do_update(
            index_elements=[FetcherState.provider, FetcherState.network],
            set_={
                **{
                    name: sa.case((anew, added), else_=getattr(FetcherState, name) + added)
                    for name, added in number.items()
                },
                "counted_since": sa.case((anew, now()), else_=FetcherState.counted_since),
                **latest,
            },
        )
    )
