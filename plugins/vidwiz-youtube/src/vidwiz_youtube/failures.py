"""Failures that do not depend on the library: of requests, by status, and by what a player says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from vidwiz.plugin_api import FAILURES, Handling, PluginError
from vidwiz_youtube.reasons import code_of

if TYPE_CHECKING:
    from collections.abc import Mapping

SENTENCES: dict[str, str] = {
    "network_error": "YouTube did not answer. It will be tried again.",
    "timed_out": "YouTube took too long to answer. It will be tried again.",
    "ip_blocked": "YouTube refuses this server's address at the moment. The video stays queued;"
    " a worker on another network can take it.",
    "rate_limited": "YouTube asked this server for a pause. The video stays queued.",
    "po_token_required": "YouTube gives this video's captions only with a token that this server"
    " has not set up.",
    "parse_error": "YouTube's reply could not be read; it may have changed its pages.",
    "not_started": "The stream has not begun; it is fetched afterwards.",
    "live_now": "The stream is still live, or its recording is being made; it is fetched"
    " afterwards.",
    "captions_not_ready": "YouTube has not made captions of this new video yet.",
    "age_restricted": "YouTube asks for the viewer's age; this needs the cookies of an account, or"
    " a signed-in helper.",
    "sign_in_required": "YouTube shows this video to signed-in viewers only.",
    "embedding_disabled": "YouTube says nothing of this video to other sites: it is private, or its"
    " owner does not let it be embedded.",
    "geo_blocked": "YouTube does not show this video in this server's country.",
    "removed": "Gone from YouTube. Your notes and what was stored stay here.",
    "terminated": "The channel's account at YouTube was closed.",
    "invalid_id": "YouTube has no video with such an id.",
}
"""What a user reads where a plugin knows that the site is YouTube; else the row of `FAILURES`."""

WAITS: dict[str, timedelta] = {
    "rate_limited": timedelta(hours=1),  # "up to an hour", says yt-dlp's page about it
    "live_now": timedelta(hours=2),
}
"""How long to wait where the site does not say."""

STATUSES: dict[int, str] = {
    403: "ip_blocked",
    404: "parse_error",
    407: "auth_failed",
    408: "network_error",
    429: "ip_blocked",
}
"""Codes by HTTP status where the page does not say more; other 4xx are `parse_error`, 5xx are
`network_error`."""

YOUNG = timedelta(hours=48)
"""How long after the upload, or the end of a stream, YouTube may still be making captions."""
_STEPS = (timedelta(hours=1), timedelta(hours=6), timedelta(hours=24))
_AFTER_START = timedelta(hours=1)
"""How long after its start a stream is looked at; how long it will be, nobody knows before."""

_LOOKED_AT = 10_000  # bytes of a page in which the words of a block are looked for
_SAID = 200  # characters of a reason that nobody knows which a message repeats


def failure(
    code: str,
    message: str | None = None,
    *,
    retry_at: datetime | None = None,
    handling: Handling | None = None,
) -> PluginError:
    """Return the failure of a code with the sentence about YouTube and the time to wait."""
    if retry_at is None and code in WAITS:
        retry_at = datetime.now(UTC) + WAITS[code]
    sentence = message or SENTENCES.get(code) or FAILURES[code].message
    return PluginError(code, sentence, retry_at=retry_at, handling=handling)


def of_status(status: int) -> PluginError:
    """Return the failure that an HTTP status stands for."""
    if status == 407:  # noqa: PLR2004 - named in STATUSES
        return failure("auth_failed", "The proxy refuses this server's name and password.")
    default = "network_error" if status >= 500 else "parse_error"  # noqa: PLR2004 - servers' faults
    return failure(STATUSES.get(status, default))


def of_reason(reason: str | None, *more: str) -> PluginError:
    """Return the failure that the player's words stand for."""
    code = code_of(reason, *more)
    if code is not None:
        return failure(code)
    said = " ".join((reason or "no reason given").split())[:_SAID].rstrip(".")
    message = f"YouTube does not play this video: {said}."
    return PluginError("unplayable", message, handling=Handling.SWITCH)


def not_started(starts_at: datetime | None) -> PluginError:
    """Return the failure of a stream that begins later; it says when."""
    now = datetime.now(UTC)
    if starts_at is None:
        return failure("not_started", retry_at=now + _AFTER_START)
    message = f"The stream begins at {starts_at:%Y-%m-%d %H:%M} UTC; it is fetched afterwards."
    return failure("not_started", message, retry_at=max(now, starts_at) + _AFTER_START)


def no_captions(available_since: datetime | None) -> PluginError:
    """Return the failure of a video without captions, which a young one may still get.

    `available_since` is when it was uploaded, or when the stream ended.
    """
    now = datetime.now(UTC)
    if available_since is None or now - available_since >= YOUNG:
        return failure("no_captions")
    age = max(timedelta(), now - available_since)
    step = next((step for step in _STEPS if age < step), _STEPS[-1])
    return failure("captions_not_ready", retry_at=now + step)


def of_exception(exc: BaseException, table: Mapping[str, str]) -> str | None:
    """Return what a table says of an exception's class, or of the nearest class it comes from."""
    return next((table[cls.__name__] for cls in type(exc).__mro__ if cls.__name__ in table), None)


def of_captions(answer: bytes | None) -> PluginError:
    """Return why what came as captions is none: an empty answer is how a token is asked for."""
    if answer is None:
        return failure("parse_error")
    if not answer.strip():
        return failure("po_token_required")
    text = answer[:_LOOKED_AT].decode("utf-8", "replace")
    return failure("ip_blocked" if code_of(text) == "ip_blocked" else "parse_error")


PROXY_UNUSABLE = (
    "The proxy that the settings or HTTPS_PROXY name cannot be used; it must look like"
    " http://user:password@host:port."
)

REQUESTS: dict[str, str] = {
    # YouTube's own addresses are right, so it is the proxy's that is not.
    **dict.fromkeys(("InvalidProxyURL", "InvalidSchema", "InvalidURL"), "auth_failed"),
    "ProxyError": "network_error",
    "SSLError": "network_error",
    "Timeout": "network_error",
    "ConnectionError": "network_error",
    "ChunkedEncodingError": "network_error",
    "ContentDecodingError": "network_error",
    "TooManyRedirects": "parse_error",
    "JSONDecodeError": "parse_error",
    "RequestException": "network_error",
}
"""Exceptions of `requests`, which all fetchers here use, by the names of their classes."""

REQUEST_SENTENCES: dict[str, str] = {
    **dict.fromkeys(("InvalidProxyURL", "InvalidSchema", "InvalidURL"), PROXY_UNUSABLE),
    "ProxyError": "YouTube, or the proxy on the way to it, did not answer. It will be tried again.",
    "SSLError": "YouTube's certificate could not be checked; behind a proxy that makes its own,"
    " REQUESTS_CA_BUNDLE must name its authority. It will be tried again.",
}


def of_request(exc: BaseException) -> PluginError | None:
    """Return the failure of a request that came to nothing; None when it is another exception."""
    code = of_exception(exc, REQUESTS)
    if code is None:
        return None
    if "407 Proxy Authentication" in str(exc):
        return of_status(407)
    return failure(code, of_exception(exc, REQUEST_SENTENCES))
