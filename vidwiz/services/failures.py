"""What a failed attempt leads to: another try, a wait for something known, or the end."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from vidwiz.plugin_api import Handling, PluginError

BACKOFF_BASE = 15.0
BACKOFF_CAP = 600.0

_HOUR = 3600.0
# How long to wait each time for something known; after the last the task ends.
WAITS: dict[str, tuple[float, ...]] = {
    "captions_not_ready": (_HOUR, 6 * _HOUR, 24 * _HOUR),
    "live_now": (2 * _HOUR, 12 * _HOUR, 24 * _HOUR),
    "not_started": (6 * _HOUR,) * 28,
    "ip_blocked": (0.5 * _HOUR, 2 * _HOUR, *(6 * _HOUR,) * 28),
    "rate_limited": (_HOUR,) * 24,
    "budget_spent": (6 * _HOUR,) * 120,
}
_OTHER_WAITS = (_HOUR, 6 * _HOUR, 24 * _HOUR)


@dataclass(frozen=True, slots=True)
class TaskFailure:
    """A classified failure of one attempt, in words that a user understands."""

    code: str
    message: str
    handling: Handling
    retry_at: datetime | None = None

    @classmethod
    def from_plugin(cls, error: PluginError) -> TaskFailure:
        """Take over what a plugin said."""
        return cls(error.code, error.message, error.handling, error.retry_at)

    @property
    def ends_the_task(self) -> bool:
        """Say whether no further try can help."""
        return self.handling in (Handling.PERMANENT, Handling.SWITCH, Handling.OPERATOR)


def backoff_seconds(failures: int) -> float:
    """Return a random delay: exponential with full jitter, so that retries do not march in step."""
    return random.uniform(0, min(BACKOFF_CAP, BACKOFF_BASE * 2**failures))  # noqa: S311


def wait_seconds(code: str, waits: int) -> float | None:
    """Return how long to wait for the `waits`-th time, or None when it was waited long enough."""
    schedule = WAITS.get(code, _OTHER_WAITS)
    return schedule[waits] if waits < len(schedule) else None


def seconds_until(moment: datetime) -> float:
    """Return the seconds from now until `moment`, never negative."""
    return max(timedelta(0), moment - datetime.now(UTC)).total_seconds()
