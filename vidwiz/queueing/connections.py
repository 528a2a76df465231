"""Redis clients with time-outs that fit their use; redis-py's own wait for a minute."""

from __future__ import annotations

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry


def impatient(url: str) -> Redis:
    """Return a client for requests: it gives up in half a second and never tries twice."""
    return Redis.from_url(
        url,
        socket_connect_timeout=0.5,
        socket_timeout=0.5,
        retry=Retry(NoBackoff(), 0),
        max_connections=64,
    )


def for_worker(url: str) -> Redis:
    """Return a client for an RQ worker, which sets its own read time-out for blocking calls."""
    return Redis.from_url(url, socket_connect_timeout=5, health_check_interval=30)
