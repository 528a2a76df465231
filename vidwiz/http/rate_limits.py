"""Rate limits of the routes that anybody may call; they live in Redis, or without it in memory."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from flask import request
from flask_limiter import Limiter

from vidwiz.queueing.connections import impatient

if TYPE_CHECKING:
    from flask import Flask

# Each belongs to a client's address; both spellings of a route count together.
LIMITS = {"accounts.register": "10 per minute; 100 per day", "accounts.login": "10 per minute"}


class RateLimits:
    """The limiter of one app."""

    def __init__(self, app: Flask) -> None:
        config = app.extensions["vidwiz"].config
        self.limiter: Limiter | None = None
        if config.rate_limit_enabled:
            self.limiter = _limiter(config.redis_url)
            self.limiter.init_app(app)
            # Its hook looks at every request for limits of all routes, of which there are none;
            # that would be a tenth of the time of a small request.
            app.before_request_funcs[None].remove(self.limiter._check_request_limit)  # noqa: SLF001

    def state(self, *, redis_answers: bool) -> str:
        """Say where the limits are counted: `ok` is Redis."""
        if self.limiter is None:
            return "off"
        return "ok" if redis_answers else "memory"

    def reset_in_seconds(self) -> int:
        """Return when the limit that refused this request lets one through again."""
        known = self.limiter.current_limit if self.limiter is not None else None
        return max(1, int(known.reset_at - time.time()) + 1) if known is not None else 60


def _limiter(redis_url: str) -> Limiter:
    return Limiter(
        _address,
        # Its own client would wait for minutes; this one gives up after half a second. The URL
        # only says which kind of storage it is.
        storage_uri="redis://",
        storage_options={"connection_pool": impatient(redis_url).connection_pool},  # type: ignore[dict-item]
        strategy="moving-window",
        in_memory_fallback_enabled=True,
        key_prefix="vidwiz",
    )


def _address() -> str:
    return request.remote_addr or "unknown"


def init_app(app: Flask) -> None:
    """Put the limits before their views."""
    limits = RateLimits(app)
    app.extensions["vidwiz.limits"] = limits
    if limits.limiter is None:
        return
    for endpoint, limit in LIMITS.items():
        shared = limits.limiter.shared_limit(limit, scope=endpoint)
        # Wrapped once: flask-limiter counts for each wrapping.
        limited: Any = shared(app.view_functions[endpoint])
        blueprint, _, view = endpoint.partition(".")
        app.view_functions[endpoint] = limited
        app.view_functions[f"{blueprint}_v2.{view}"] = limited
