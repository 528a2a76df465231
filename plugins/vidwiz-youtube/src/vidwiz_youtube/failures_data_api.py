"""Which of our codes the Data API's refusals are: the one table of this service."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from vidwiz.plugin_api import Handling, PluginError
from vidwiz_youtube.failures import failure, of_status

if TYPE_CHECKING:
    import requests

QUOTA = "quota"
PAUSE = "pause"

REASONS: dict[str, str] = {
    "quotaExceeded": QUOTA,
    "dailyLimitExceeded": QUOTA,
    "rateLimitExceeded": PAUSE,
    "userRateLimitExceeded": PAUSE,
    "RATE_LIMIT_EXCEEDED": PAUSE,
    "keyInvalid": "auth_failed",
    "keyExpired": "auth_failed",
    "badRequest": "auth_failed",  # what a key of a wrong shape gets beside `API_KEY_INVALID`
    "API_KEY_INVALID": "auth_failed",
    "accessNotConfigured": "auth_failed",
    "SERVICE_DISABLED": "auth_failed",
    "ipRefererBlocked": "auth_failed",
    "API_KEY_IP_ADDRESS_BLOCKED": "auth_failed",
    "forbidden": "auth_failed",
    "unauthorized": "auth_failed",
    "videoNotFound": "removed",
    "invalidVideoId": "invalid_id",
    "backendError": "network_error",
    "internalError": "network_error",
}
"""By the reason in the answer (errors of the API's reference, and of Google's services); others go
by the HTTP status."""

AUTHORISATION = "Google refuses this server's key for the YouTube Data API: {reason}."
PACIFIC = ZoneInfo("America/Los_Angeles")
"""Where the day ends at whose end the quota is new (determine_quota_cost)."""
_PAUSE = timedelta(minutes=1)  # the limits that come with this reason are counted by the minute


def of_answer(answer: requests.Response) -> dict[str, Any]:
    """Return the JSON of an answer; raise the failure that it stands for."""
    try:
        content = answer.json()
    except ValueError as exc:
        raise (failure("parse_error") if answer.ok else of_status(answer.status_code)) from exc
    if answer.ok and isinstance(content, dict):
        return content
    for reason in _reasons(content):
        if reason in REASONS:
            raise _failure(reason)
    raise of_status(answer.status_code)


def _failure(reason: str) -> PluginError:
    code, now = REASONS[reason], datetime.now(UTC)
    if code == QUOTA:
        tomorrow = next_day(now)
        message = (
            f"Today's quota of the YouTube Data API is spent. It is new at {tomorrow:%H:%M} UTC."
        )
        return failure("rate_limited", message, retry_at=tomorrow)
    if code == PAUSE:
        return failure("rate_limited", retry_at=now + _PAUSE)
    if code == "auth_failed":
        message = AUTHORISATION.format(reason=reason)
        return PluginError(code, message, handling=Handling.OPERATOR)
    return failure(code)


def next_day(now: datetime) -> datetime:
    """Return when the day ends at which `now` is, in California."""
    tomorrow = now.astimezone(PACIFIC).date() + timedelta(days=1)
    start = datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=PACIFIC)
    return start.astimezone(UTC)


def _reasons(content: object) -> list[str]:
    """Return the reasons of an error in its old form and its new one."""
    error = content.get("error") if isinstance(content, dict) else None
    if not isinstance(error, dict):
        return []
    parts = [*(error.get("details") or ()), *(error.get("errors") or ())]
    reasons = [part.get("reason") for part in parts if isinstance(part, dict)]
    return [reason for reason in reasons if isinstance(reason, str)]
