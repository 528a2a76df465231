"""Which of our codes pytube's exceptions are: the one table of this library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vidwiz.plugin_api import Handling, PluginError
from vidwiz_youtube.failures import failure, of_exception, of_request, of_status

if TYPE_CHECKING:
    from vidwiz_youtube.web import Session

BY_STATUS = "by the HTTP status"
BY_CAPTIONS = "by what came as captions"

EXCEPTIONS: dict[str, str] = {
    "MembersOnly": "members_only",
    "VideoPrivate": "private",
    "RecordingUnavailable": "removed",
    "AgeRestrictedError": "age_restricted",
    "VideoRegionBlocked": "geo_blocked",
    "LiveStreamError": "live_now",
    "RegexMatchError": "parse_error",
    "ExtractError": "parse_error",
    "HTMLParseError": "parse_error",
    "PytubeError": "parse_error",
    "HTTPError": BY_STATUS,
    # Not the library's own: it lets these through.
    "JSONDecodeError": BY_CAPTIONS,
    "KeyError": "parse_error",
    "IndexError": "parse_error",
    "TypeError": "parse_error",
    "AttributeError": "parse_error",
}
"""By the name of the exception's class. Those of requests are in `failures.REQUESTS`.

`VideoUnavailable` is not here: pytube raises it for whatever is not playable, so the player's own
words are read."""

CLOSED = "YouTube no longer answers requests of the kind that pytube makes."


def classified(exc: Exception, session: Session) -> PluginError | None:
    """Return the failure that an exception of the library stands for; None when nobody knows."""
    code = of_exception(exc, EXCEPTIONS)
    if code is None:
        return of_request(exc)
    if code == BY_STATUS and session.last is not None:
        if session.last.status_code == 400:  # noqa: PLR2004 - since July 2024, says pytube#1973
            return failure("parse_error", CLOSED, handling=Handling.SWITCH)
        return of_status(session.last.status_code)
    if code == BY_CAPTIONS:
        answer = session.answers.get("timedtext")
        empty = answer is not None and not answer.content.strip()
        return failure("po_token_required" if empty else "parse_error")
    return failure(code)
