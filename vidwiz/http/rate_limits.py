"""Rate limits of the routes that anybody may call, counted in Redis or, without it, in memory."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any

from flask import current_app, request
from flask_limiter import Limiter

from vidwiz.queueing.connections import client_for_requests
from vidwiz.services.quotas import network_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask


@dataclass(frozen=True, slots=True)
class RateLimit:
    """How often one client may call a route, whichever spelling of its address they use."""

    name: str
    rate: str
    """In flask-limiter's notation."""


REGISTER = RateLimit("register", "10 per minute; 100 per day")
LOGIN = RateLimit("login", "10 per minute")
_limited_views: dict[Callable[..., Any], RateLimit] = {}


def limited(limit: RateLimit) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let each client call the view only so often; raises `RateLimitExceeded` beyond that.

    The view is decorated here once; each app counts its calls by a limiter of its own.
    """

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        _limited_views[view] = limit

        @wraps(view)
        def counted(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - the view's own
            return limits_of(current_app).counted(view)(*args, **kwargs)

        counted.rate_limit = limit  # type: ignore[attr-defined]
        return counted

    return decorate


class RateLimits:
    """The limiter of one app and the views that it counts."""

    def __init__(self, app: Flask) -> None:
        config = app.extensions["vidwiz"].config
        self._limiter: Limiter | None = None
        self._counted: dict[Callable[..., Any], Callable[..., Any]] = {}
        if config.rate_limit_enabled:
            self._limiter = _make_limiter(config.redis_url)
            # Known before, it leaves out its hooks, which would look at every request. They serve
            # limits of whole apps and headers; the views that are counted check their own.
            app.extensions["limiter"] = {self._limiter}
            self._limiter.init_app(app)
            for view, limit in _limited_views.items():
                shared = self._limiter.shared_limit(limit.rate, scope=limit.name)
                self._counted[view] = shared(view)

    def counted(self, view: Callable[..., Any]) -> Callable[..., Any]:
        """Return the view that counts its calls, or the view itself when limits are off."""
        return self._counted.get(view, view)

    def state(self, *, redis_answers: bool) -> str:
        """Say where the limits are counted: `ok` is Redis."""
        if self._limiter is None:
            return "off"
        return "ok" if redis_answers else "memory"

    def reset_in_seconds(self) -> int:
        """Return when the limit that refused this request lets one through again."""
        known = self._limiter.current_limit if self._limiter is not None else None
        return max(1, int(known.reset_at - time.time()) + 1) if known is not None else 60


def _make_limiter(redis_url: str) -> Limiter:
    return Limiter(
        _client_network,
        # Its own client would wait for minutes; this one gives up after half a second. The URL
        # only says which kind of storage it is.
        storage_uri="redis://",
        storage_options={"connection_pool": client_for_requests(redis_url).connection_pool},  # type: ignore[dict-item]
        strategy="moving-window",
        in_memory_fallback_enabled=True,
        key_prefix="vidwiz",
    )


def _client_network() -> str:
    return network_of(request.remote_addr or "")


def init_app(app: Flask) -> None:
    """Give the app its limiter; the modules of its views have been imported by then."""
    app.extensions["vidwiz.limits"] = RateLimits(app)


def limits_of(app: Flask) -> RateLimits:
    """Return the limits of this app."""
    limits: RateLimits = app.extensions["vidwiz.limits"]
    return limits
