"""When a task is tried again: back-off after failures, and waits for something known.

A wait is the larger of what the provider asked and a floor that grows with each wait for the
same code; it is capped, and jitter keeps tasks apart that began to wait together. What ends the
waiting is time, stated for each code, and not a number of tries.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

BACKOFF_BASE = 15.0
BACKOFF_CAP = 600.0
# A retry time that a provider asks for after a counted failure is believed for a day at most.
LONGEST_ASKED = 86_400.0
# A wait is lengthened by up to this part of its floor.
JITTER = 0.25

_MINUTE = 60.0
_HOUR = 3600.0
_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class WaitPolicy:
    """How long to wait for one thing, in seconds: the first time, at most, and in all."""

    first: float
    longest: float
    in_all: float


# From reference figures of the sites: automatic captions come within two days of an upload, a
# block of an address lasts from half an hour to days, a guest's hourly limit an hour.
POLICIES: dict[str, WaitPolicy] = {
    "captions_not_ready": WaitPolicy(_HOUR, 12 * _HOUR, 3 * _DAY),
    "live_now": WaitPolicy(_HOUR, 12 * _HOUR, 3 * _DAY),
    "not_started": WaitPolicy(_HOUR, 12 * _HOUR, 60 * _DAY),
    "ip_blocked": WaitPolicy(30 * _MINUTE, 6 * _HOUR, 14 * _DAY),
    "rate_limited": WaitPolicy(10 * _MINUTE, 6 * _HOUR, 7 * _DAY),
    "budget_spent": WaitPolicy(_HOUR, 12 * _HOUR, 60 * _DAY),
    # What was read is kept, so there is nothing to wait for.
    "still_reading": WaitPolicy(_MINUTE / 60, _MINUTE / 60, _DAY),
}
OTHER_CODES = WaitPolicy(30 * _MINUTE, 12 * _HOUR, 3 * _DAY)


def backoff_seconds(failures: int) -> float:
    """Return a random delay: exponential in the failures so far, with full jitter."""
    exponent = min(max(failures, 0), 32)  # beyond that the cap has long been reached
    return random.uniform(0, min(BACKOFF_CAP, BACKOFF_BASE * 2.0**exponent))  # noqa: S311


def retry_delay(failures: int, retry_at: datetime | None) -> float:
    """Return the seconds until the next try after a counted failure."""
    asked = min(seconds_until(retry_at), LONGEST_ASKED) if retry_at is not None else 0.0
    return max(asked, backoff_seconds(failures))


def wait_delay(code: str, waits: int, retry_at: datetime | None) -> float:
    """Return the seconds of the next wait for `code`, after `waits` waits for it so far."""
    policy = POLICIES.get(code, OTHER_CODES)
    exponent = min(max(waits, 0), 32)
    floor = min(policy.longest, policy.first * 2.0**exponent)
    asked = seconds_until(retry_at) if retry_at is not None else 0.0
    jitter = random.uniform(0, JITTER * floor)  # noqa: S311
    return min(max(asked, floor), policy.longest) + jitter


def waited_long_enough(code: str, since: datetime, now: datetime) -> bool:
    """Say whether a task that waits for `code` since then shall wait no more."""
    return (now - since).total_seconds() >= POLICIES.get(code, OTHER_CODES).in_all


def seconds_until(moment: datetime) -> float:
    """Return the seconds from now until `moment`, never negative."""
    return max(timedelta(0), moment - datetime.now(UTC)).total_seconds()
