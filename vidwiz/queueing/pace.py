"""The pace at which sites are asked: slots counted in Redis or, without it, in this process.

By `limits`, imported where it is used: most processes ask no site.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from vidwiz.queueing.connections import client_for_requests

if TYPE_CHECKING:
    from limits import RateLimitItem
    from limits.strategies import MovingWindowRateLimiter

log = logging.getLogger(__name__)

_SECONDS = 60
# So much of the slots is kept for those who wait: a fifth, and at least one of several.
_KEPT_PART = 5
# A Redis that does not answer is asked again after this time.
_AWAY_SECONDS = 30.0
_SHORTEST_WAIT = 0.05


class FetchPace:
    """So many slots a minute for each fetcher on this network, in a window that moves with time."""

    def __init__(self, per_minute: int, network: str, redis_url: str) -> None:
        self._per_minute = per_minute
        self._network = network
        self._redis_url = redis_url
        self._item: RateLimitItem | None = None
        self._shared: MovingWindowRateLimiter | None = None
        self._own: MovingWindowRateLimiter | None = None
        self._shared_again_at = 0.0

    @property
    def for_imports(self) -> int:
        """How many slots a minute are not kept for those who wait; 0 where nothing is paced."""
        if self._per_minute <= 1:
            return self._per_minute
        return self._per_minute - -(-self._per_minute // _KEPT_PART)

    @staticmethod
    def preload() -> None:
        """Import what taking a slot needs, in a process that forks those that do."""
        import limits.storage  # noqa: PLC0415 - see above
        import limits.strategies  # noqa: F401, PLC0415

    def take(self, provider: str, *, urgent: bool) -> float:
        """Take a slot and return 0, or return the seconds until there may be one."""
        if self._per_minute == 0:
            return 0.0
        from limits.errors import StorageError  # noqa: PLC0415 - see above

        if time.monotonic() >= self._shared_again_at:
            try:
                return self._take(self._shared_slots(), provider, urgent=urgent)
            except StorageError:
                log.warning("Redis does not answer; this process keeps the pace by itself")
                self._shared_again_at = time.monotonic() + _AWAY_SECONDS
        return self._take(self._own_slots(), provider, urgent=urgent)

    def _take(self, slots: MovingWindowRateLimiter, provider: str, *, urgent: bool) -> float:
        item, key = self._limit(), (provider, self._network)
        kept = 0 if urgent else self._per_minute - self.for_imports
        if (not kept or slots.test(item, *key, cost=kept + 1)) and slots.hit(item, *key):
            return 0.0
        wait = slots.get_window_stats(item, *key).reset_time - time.time()
        return min(max(wait, _SHORTEST_WAIT), float(_SECONDS))

    def _limit(self) -> RateLimitItem:
        if self._item is None:
            from limits import RateLimitItemPerMinute  # noqa: PLC0415 - see above

            self._item = RateLimitItemPerMinute(self._per_minute, namespace="fetch")
        return self._item

    def _shared_slots(self) -> MovingWindowRateLimiter:
        if self._shared is None:
            from limits.storage import RedisStorage  # noqa: PLC0415 - see above
            from limits.strategies import MovingWindowRateLimiter  # noqa: PLC0415

            storage = RedisStorage(
                # The address only says which kind of storage it is; the pool has our time-outs.
                "redis://",
                connection_pool=client_for_requests(self._redis_url).connection_pool,
                key_prefix="vidwiz",
                wrap_exceptions=True,
            )
            self._shared = MovingWindowRateLimiter(storage)
        return self._shared

    def _own_slots(self) -> MovingWindowRateLimiter:
        if self._own is None:
            from limits.storage import MemoryStorage  # noqa: PLC0415 - see above
            from limits.strategies import MovingWindowRateLimiter  # noqa: PLC0415

            self._own = MovingWindowRateLimiter(MemoryStorage())
        return self._own
