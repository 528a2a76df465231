"""Redis clients with time-outs that fit their use; redis-py's own wait for a minute."""

from __future__ import annotations

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import (
    AuthenticationError,
    AuthorizationError,
    RedisError,
    ResponseError,
)
from redis.retry import Retry

from vidwiz.errors import ConfigError

# A new connection would tell the server the version of redis-py, and look that up in redis-py's
# package each time: that takes longer than all else that a work horse asks of Redis.
_TELLS_NO_VERSION = {"driver_info": None}
# What the server itself said; all else are errors of the way to it.
_REFUSALS = (AuthenticationError, AuthorizationError, ResponseError)
NO_ANSWER = "does not answer"
# Enough for Redis's own sentences.
_LONGEST_MESSAGE = 200


def client_for_requests(url: str) -> Redis:
    """Return a client for requests: it gives up in half a second and never tries twice."""
    return Redis.from_url(
        url,
        socket_connect_timeout=0.5,
        socket_timeout=0.5,
        retry=Retry(NoBackoff(), 0),
        max_connections=64,
        **_TELLS_NO_VERSION,
    )


def client_for_worker(url: str) -> Redis:
    """Return a client for an RQ worker, which sets its own read time-out for blocking calls."""
    return Redis.from_url(
        url, socket_connect_timeout=5, health_check_interval=30, **_TELLS_NO_VERSION
    )


def check_url(url: str) -> None:
    """Raise `ConfigError` when no client can be made of this URL; nothing is opened."""
    try:
        with client_for_requests(url) as client:
            pool = client.connection_pool
            pool.connection_class(**pool.connection_kwargs)
    except (ValueError, TypeError, RedisError) as exc:
        raise ConfigError(f"VIDWIZ_REDIS_URL cannot be used: {exc}") from exc


def failure_of(url: str) -> RedisError | None:
    """Return why Redis does not answer a ping; None when it does."""
    try:
        with client_for_requests(url) as client:
            client.ping()
    except RedisError as exc:
        return exc
    return None


def describe_failure(error: RedisError) -> str:
    """Return what Redis said, as the end of a sentence; or that it says nothing."""
    if isinstance(error, _REFUSALS):
        lines = str(error).splitlines() or [type(error).__name__]
        return f"refuses: {lines[0][:_LONGEST_MESSAGE]}"
    return NO_ANSWER


def require_not_refused(url: str) -> None:
    """Raise `ConfigError` when Redis answers and refuses us, as with a wrong password.

    One that does not answer may still be starting.
    """
    error = failure_of(url)
    if isinstance(error, _REFUSALS):
        raise ConfigError(f"VIDWIZ_REDIS_URL: Redis {describe_failure(error)}")
