"""Which of our codes youtube-transcript-api's exceptions are: the one table of this library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vidwiz_youtube.failures import (
    failure,
    of_captions,
    of_exception,
    of_request,
    of_status,
)
from vidwiz_youtube.player import seen

if TYPE_CHECKING:
    from vidwiz.plugin_api import PluginError
    from vidwiz_youtube.web import Session

BY_PLAYER = "by the player's words"
BY_STATUS = "by the HTTP status"
BY_CAPTIONS = "by what came as captions"

EXCEPTIONS: dict[str, str] = {
    "PoTokenRequired": "po_token_required",
    "IpBlocked": "ip_blocked",
    "RequestBlocked": "ip_blocked",
    "AgeRestricted": "age_restricted",
    "InvalidVideoId": "invalid_id",
    "VideoUnavailable": "removed",
    "VideoUnplayable": BY_PLAYER,
    "TranscriptsDisabled": BY_PLAYER,
    "NoTranscriptFound": BY_PLAYER,
    "YouTubeRequestFailed": BY_STATUS,
    "YouTubeDataUnparsable": "parse_error",
    "FailedToCreateConsentCookie": "parse_error",
    "CouldNotRetrieveTranscript": "parse_error",
    # Not the library's own: it lets these through.
    "ParseError": BY_CAPTIONS,
    "DefusedXmlException": "parse_error",
    "KeyError": BY_CAPTIONS,
    "IndexError": BY_CAPTIONS,
    "TypeError": BY_CAPTIONS,
    "AttributeError": BY_CAPTIONS,
}
"""By the name of the exception's class. Those of requests are in `failures.REQUESTS`."""


def classified(exc: Exception, session: Session, video_id: str) -> PluginError | None:
    """Return the failure that an exception of the library stands for; None when nobody knows."""
    code = of_exception(exc, EXCEPTIONS)
    if code is None:
        return of_request(exc)
    if code == BY_PLAYER:
        return _by_player(session, video_id)
    if code == BY_STATUS and session.last is not None:
        return of_status(session.last.status_code)
    if code == BY_CAPTIONS:
        captions = session.answers.get("timedtext")
        return of_captions(None if captions is None else captions.content)
    return failure(code)


def _by_player(session: Session, video_id: str) -> PluginError:
    """Return what the player said, which the library's exceptions hold in part only."""
    watch = session.answers.get("watch")
    player = session.answers["player"].json()
    state = seen(player, watch.text if watch is not None else None)
    return state.refusal(video_id) or state.without_captions()
