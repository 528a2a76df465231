"""Why YouTube does not play a video, as it says in words, and which of our codes that is."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

REASONS: tuple[tuple[str, str], ...] = (
    # A block comes first: its texts speak of signing in, as those of some other reasons do.
    ("not a bot", "ip_blocked"),
    ("automated queries", "ip_blocked"),
    ("unusual traffic", "ip_blocked"),
    ("all player responses are invalid", "ip_blocked"),
    ("ip is likely being blocked", "ip_blocked"),
    ("g-recaptcha", "ip_blocked"),
    ("captcha challenge", "ip_blocked"),
    ("content isn't available, try again later", "rate_limited"),
    ("rate-limited by youtube", "rate_limited"),
    ("live event will begin", "not_started"),
    ("live stream will begin", "not_started"),
    ("premieres in", "not_started"),
    ("premiere will begin", "not_started"),
    ("will begin in", "not_started"),
    ("live event has ended", "live_now"),  # its recording is being made
    ("we're processing this video", "live_now"),
    ("processing this video", "live_now"),
    ("confirm your age", "age_restricted"),
    ("inappropriate for some users", "age_restricted"),
    ("age-restricted", "age_restricted"),
    ("age restricted", "age_restricted"),
    ("verify your age", "age_restricted"),
    ("age_verification_required", "age_restricted"),
    ("age_check_required", "age_restricted"),
    ("premium members", "premium_only"),  # before "members", which it holds
    ("youtube premium", "premium_only"),
    ("requires payment", "premium_only"),
    ("video requires purchase", "premium_only"),
    ("rent this video", "premium_only"),
    ("purchase this video", "premium_only"),
    ("channel's members", "members_only"),
    ("members-only", "members_only"),
    ("members only", "members_only"),
    ("join this channel", "members_only"),
    ("private video", "private"),
    ("video is private", "private"),
    ("in your country", "geo_blocked"),
    ("in your location", "geo_blocked"),
    ("from your location", "geo_blocked"),
    ("in your region", "geo_blocked"),
    ("geo restriction", "geo_blocked"),
    ("geo-restricted", "geo_blocked"),
    ("account associated with this video", "terminated"),
    ("account has been terminated", "terminated"),
    ("account was terminated", "terminated"),
    ("closed their youtube account", "terminated"),
    ("account is closed", "terminated"),
    ("subtitles are disabled", "no_captions"),
    ("recording is not available", "removed"),
    ("removed by the uploader", "removed"),
    ("video has been removed", "removed"),
    ("has been removed for", "removed"),
    ("no longer available", "removed"),
    ("copyright", "removed"),
    ("video unavailable", "removed"),
    ("video is unavailable", "removed"),
    ("video is not available", "removed"),
    ("video isn't available", "removed"),
    ("video does not exist", "removed"),
    ("playback on other websites has been disabled", "embedding_disabled"),
    ("sign in", "sign_in_required"),
    ("log in", "sign_in_required"),
)
"""A text that is part of the reason, and its code; the first that fits counts. Both are in small
letters with straight apostrophes. From YouTube's own pages as the libraries' sources, their issues
and FETCH_FAILURES 2.3 quote them."""

_APOSTROPHES = str.maketrans(dict.fromkeys("\u2018\u2019\u02bc\u00b4`\uff07", "'"))
_COUNTDOWN = re.compile(
    r"\b(?:in|begins?)\s+(?:about\s+)?(?P<count>\d{1,4}|an?)\s+(?P<unit>minute|hour|day|week)s?\b"
)
_UNITS = {
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
}
_MOMENTS = timedelta(minutes=5)


def normalised(text: str) -> str:
    """Return a text in small letters, with straight apostrophes and single spaces."""
    return " ".join(text.translate(_APOSTROPHES).casefold().split())


def code_of(*texts: str | None) -> str | None:
    """Return the code that a reason, with what is said below it, stands for; None when none."""
    said = normalised(" ".join(text for text in texts if text))
    return next((code for part, code in REASONS if part in said), None)


def announced_start(text: str | None, now: datetime) -> datetime | None:
    """Return when a stream begins by its countdown, such as "will begin in 3 hours"."""
    said = normalised(text or "")
    if match := _COUNTDOWN.search(said):
        count = int(match["count"]) if match["count"].isdigit() else 1
        return now + count * _UNITS[match["unit"]]
    return now + _MOMENTS if "in a few moments" in said else None
