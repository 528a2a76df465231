"""When a task is tried again: back-off after failures, and waits for something known.

A wait is the larger of what the provider asked and a floor that grows with each wait for the
same code; it is capped, and jitter keeps tasks apart that began to wait together. What ends the
waiting is time, stated for each code, and not a number of tries. docs/operations.md has the table.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

BACKOFF_BASE = 15.0
BACKOFF_CAP = 600.0
# A retry time that a provider asks for after a counted failure is believed for a day at most.
LONGEST_ASKED = 86_400.0
# A wait is lengthened by up to this part of its floor, and this much at most.
JITTER = 0.25
LONGEST_JITTER = 900.0

_MINUTE = 60.0
_HOUR = 3600.0
_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class WaitPolicy:
    """How long to wait for one thing, in seconds.

    `floors` are the least waits, one after the other, and then the last one again; what the
    provider asked for is believed up to `longest`, and `after` is added to it. The task ends when
    it has waited `in_all`; `counted` says whether that is looked at.
    """

    floors: tuple[float, ...]
    longest: float
    in_all: float
    after: float = 0.0
    counted: bool = True

    def floor(self, waits: int) -> float:
        """Return the least wait after so many waits."""
        return self.floors[min(max(waits, 0), len(self.floors) - 1)]


# From reference figures of the sites: automatic captions come within two days of an upload, those
# of a stream later; a block of an address lasts from half an hour to days, a guest's hourly limit
# an hour. How long an announced stream will last is not known; most have ended after an hour.
POLICIES: dict[str, WaitPolicy] = {
    "captions_not_ready": WaitPolicy((_HOUR, 6 * _HOUR, _DAY), _DAY, 3 * _DAY),
    "live_now": WaitPolicy((2 * _HOUR, 12 * _HOUR, _DAY), _DAY, 3 * _DAY),
    "not_started": WaitPolicy(
        (_HOUR, 2 * _HOUR, 6 * _HOUR, 12 * _HOUR), 7 * _DAY, 60 * _DAY, after=_HOUR
    ),
    "ip_blocked": WaitPolicy((30 * _MINUTE, 2 * _HOUR, 6 * _HOUR), 6 * _HOUR, 14 * _DAY),
    "rate_limited": WaitPolicy((_HOUR, 2 * _HOUR, 6 * _HOUR), 6 * _HOUR, 7 * _DAY),
    # A provider's limit is mostly one of a minute, and it says when it ends.
    "rate_limited by an AI provider": WaitPolicy(
        (30.0, 2 * _MINUTE, 10 * _MINUTE, 30 * _MINUTE, _HOUR), 6 * _HOUR, 7 * _DAY
    ),
    "budget_spent": WaitPolicy(
        (_HOUR, 2 * _HOUR, 4 * _HOUR, 8 * _HOUR, 12 * _HOUR), 12 * _HOUR, 60 * _DAY
    ),
    # Nothing is tried before its turn has come, so this ends by itself.
    "paced": WaitPolicy((1.0,), 120.0, 60 * _DAY, counted=False),
    # A new version or a helper may bring the method that is missing; then the operator is asked.
    "po_token_required": WaitPolicy((_DAY,), _DAY, 3 * _DAY),
    # What was read is kept, so there is nothing to wait for.
    "still_reading": WaitPolicy((1.0,), 1.0, _DAY),
}
OTHER_CODES = WaitPolicy(
    (30 * _MINUTE, _HOUR, 2 * _HOUR, 4 * _HOUR, 8 * _HOUR, 12 * _HOUR), 12 * _HOUR, 3 * _DAY
)


def backoff_seconds(failures: int) -> float:
    """Return a random delay: exponential in the failures so far, with full jitter."""
    exponent = min(max(failures, 0), 32)  # beyond that the cap has long been reached
    return random.uniform(0, min(BACKOFF_CAP, BACKOFF_BASE * 2.0**exponent))  # noqa: S311


def retry_delay(failures: int, retry_at: datetime | None) -> float:
    """Return the seconds until the next try after a counted failure."""
    asked = min(seconds_until(retry_at), LONGEST_ASKED) if retry_at is not None else 0.0
    return max(asked, backoff_seconds(failures))


def reason(code: str, *, of_provider: bool) -> str:
    """Return the name of the policy for a code, which for an AI provider may be one of its own."""
    own = f"{code} by an AI provider"
    return own if of_provider and own in POLICIES else code


def policy_of(reason: str) -> WaitPolicy:
    """Return how long tasks wait for this reason, which is a code or what `reason` returned."""
    return POLICIES.get(reason, OTHER_CODES)


def wait_delay(reason: str, waits: int, retry_at: datetime | None) -> float:
    """Return the seconds of the next wait for `reason`, after `waits` waits for it so far."""
    policy = policy_of(reason)
    floor = policy.floor(waits)
    asked = seconds_until(retry_at) + policy.after if retry_at is not None else 0.0
    jitter = random.uniform(0, min(JITTER * floor, LONGEST_JITTER))  # noqa: S311
    return min(max(asked, floor), max(policy.longest, floor)) + jitter


def waited_long_enough(reason: str, since: datetime, now: datetime) -> bool:
    """Say whether a task that waits for `reason` since then shall wait no more."""
    return (now - since).total_seconds() >= policy_of(reason).in_all


def seconds_until(moment: datetime) -> float:
    """Return the seconds from now until `moment`, never negative."""
    return max(timedelta(0), moment - datetime.now(UTC)).total_seconds()
