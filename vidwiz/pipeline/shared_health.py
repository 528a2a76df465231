"""How fetchers do on a network, as the database remembers it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vidwiz.services import fetcher_health

if TYPE_CHECKING:
    from datetime import datetime

    from vidwiz.ports import Parts


class SharedHealth:
    """The fetchers' breakers and counts in the database, for one network."""

    def __init__(self, parts: Parts, network: str) -> None:
        self._parts = parts
        self._network = network

    def may_call(self, provider: str) -> datetime | None:
        """Return None when the fetcher may be called, else the time of the next probe."""
        with self._parts.unit_of_work() as uow:
            return fetcher_health.may_call(uow, provider, self._network)

    def refused(self, provider: str, code: str, retry_at: datetime | None) -> None:
        """Open the breaker."""
        with self._parts.unit_of_work() as uow:
            fetcher_health.refused(uow, provider, self._network, code=code, retry_at=retry_at)

    def succeeded(self, provider: str) -> None:
        """Close the breaker."""
        with self._parts.unit_of_work() as uow:
            fetcher_health.succeeded(uow, provider, self._network)

    def count(self, provider: str, code: str | None) -> None:
        """Count a call of a site."""
        with self._parts.unit_of_work() as uow:
            fetcher_health.count(uow, provider, self._network, code)
