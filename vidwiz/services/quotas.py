"""Daily quotas, counted by one statement so that they hold under any number of requests at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING

import sqlalchemy as sa

from vidwiz.errors import QuotaExceededError
from vidwiz.models import QuotaUse
from vidwiz.statements.users import USE_QUOTA

if TYPE_CHECKING:
    from vidwiz.ports import UnitOfWork
    from vidwiz.services.users import Account

NEW_VIDEOS = "videos"


@dataclass(frozen=True, slots=True)
class Allowance:
    """How much somebody may use of something a UTC day, and whom it is counted against."""

    kind: str
    holders: tuple[str, ...]
    limit: int


def network_of(address: str) -> str:
    """Return whom to count a client address as: IPv4 by itself, IPv6 by its /64.

    Within a /64 a visitor has as many addresses as they like. An IPv4 address that a dual-stack
    socket shows as IPv6 (`::ffff:a.b.c.d`) is IPv4. What is no address is `unknown`.
    """
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ip_network((parsed, 64), strict=False))


def videos_of_user(user: Account, limit: int) -> Allowance | None:
    """Return how many new videos the user may bring a day; an admin's are not counted."""
    return None if user.is_admin else Allowance(NEW_VIDEOS, (f"user:{user.id}",), limit)


def videos_of_guest(guest_id: str, address: str, limit: int) -> Allowance:
    """Return how many new videos a guest may bring; a fresh guest id does not renew it."""
    return Allowance(NEW_VIDEOS, (f"guest:{guest_id}", f"address:{network_of(address)}"), limit)


def use(uow: UnitOfWork, allowance: Allowance) -> None:
    """Count one against every holder; raise `QuotaExceededError` when one has none left.

    The caller's transaction is rolled back with the error, so that what is refused is not counted.
    """
    if not all(_count(uow, allowance, holder) for holder in allowance.holders):
        raise QuotaExceededError(
            f"No more than {allowance.limit} new videos a day.",
            reset_in_seconds=seconds_left_today(),
        )


def take(uow: UnitOfWork, allowance: Allowance) -> bool:
    """Count one against the only holder; False, and nothing counted, when none is left."""
    (holder,) = allowance.holders
    return _count(uow, allowance, holder)


def give_back(uow: UnitOfWork, allowance: Allowance) -> None:
    """Take back what was just counted in this transaction, of which nothing came."""
    uow.session.execute(
        sa.update(QuotaUse)
        .where(
            QuotaUse.holder.in_(allowance.holders),
            QuotaUse.kind == allowance.kind,
            QuotaUse.day == datetime.now(UTC).date(),
            QuotaUse.used > 0,
        )
        .values(used=QuotaUse.used - 1)
        .execution_options(synchronize_session=False)
    )


def _count(uow: UnitOfWork, allowance: Allowance, holder: str) -> bool:
    values = {
        "holder": holder,
        "kind": allowance.kind,
        "day": datetime.now(UTC).date(),
        "most": allowance.limit,
    }
    counted = allowance.limit > 0 and uow.connection.scalar(USE_QUOTA.on(uow.connection), values)
    return bool(counted)


def seconds_left_today() -> int:
    """Return the seconds until the next UTC day, when quotas begin anew."""
    moment = datetime.now(UTC)
    midnight = datetime.combine(moment.date() + timedelta(days=1), time(), tzinfo=UTC)
    return int((midnight - moment).total_seconds()) + 1
