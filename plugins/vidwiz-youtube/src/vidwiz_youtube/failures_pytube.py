"""Which of our codes pytube's exceptions are: the one table of this library."""

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
    # By what stands in the watch page when it is asked; most causes share `VideoUnavailable`.
    "MembersOnly": BY_PLAYER,
    "VideoPrivate": BY_PLAYER,
    "RecordingUnavailable": BY_PLAYER,
    "VideoUnavailable": BY_PLAYER,
    "LiveStreamError": BY_PLAYER,
    "AgeRestrictedError": "age_restricted",
    "PytubeError": "parse_error",
    "HTTPError": BY_STATUS,
    # Not the library's own: it lets these through.
    "JSONDecodeError": BY_CAPTIONS,
    "KeyError": "parse_error",
    "IndexError": "parse_error",
    "TypeError": "parse_error",
    "AttributeError": "parse_error",
}
"""By the name of the exception's class. Those of requests are in `failures.REQUESTS`."""

CLOSED = "YouTube no longer answers requests of the kind that pytube makes."


def classified(exc: Exception, session: Session, video_id: str) -> PluginError | None:
    """Return the failure that an exception of the library stands for; None when nobody knows."""
    code = of_exception(exc, EXCEPTIONS)
    if code is None:
        return of_request(exc)
    if code == BY_PLAYER:
        return by_player(session.answers["player"].json(), session.answers["watch"].text, video_id)
    if code == BY_STATUS and session.last is not None:
        if session.last.status_code == 400:  # noqa: PLR2004 - since July 2024, says pytube#1973
            return failure("parse_error", CLOSED)
        return of_status(session.last.status_code)
    if code == BY_CAPTIONS:
        captions = session.answers.get("timedtext")
        return of_captions(None if captions is None else captions.content)
    return failure(code)


def by_player(response: object, page: str, video_id: str) -> PluginError:
    """Return what the player's answer and the watch page say, of which pytube reads little."""
    state = seen(response, page)
    return state.refusal(video_id) or state.without_captions()
