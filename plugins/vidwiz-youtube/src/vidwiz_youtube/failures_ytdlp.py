"""What yt-dlp raises and says, and the code that each stands for: the one table of that.

Types and statuses come first; words only where yt-dlp has nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from vidwiz.plugin_api import Handling, PluginError
from vidwiz_youtube.failures import PROXY_UNUSABLE, WAITS, failure, not_started, of_reason
from vidwiz_youtube.reasons import announced_start, code_of, normalised

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@dataclass(frozen=True, slots=True)
class Meaning:
    """A code of `FAILURES`, or one of ours, which needs its handling and message."""

    code: str
    message: str | None = None
    handling: Handling | None = None

    def error(self, *, is_youtube: bool) -> PluginError:
        if is_youtube and self.handling is None:
            return failure(self.code, self.message)
        wait = WAITS.get(self.code)
        error = PluginError(
            self.code,
            self.message,
            handling=self.handling,
            retry_at=datetime.now(UTC) + wait if wait else None,
        )
        # One of 1,600 sites refuses this server: that is no reason to leave the others alone.
        error.opens_breaker = error.opens_breaker and is_youtube
        return error


PRIVATE_ADDRESS = Meaning(
    "private_address",
    "The site leads to an address in a private network; this server does not ask it.",
    Handling.PERMANENT,
)
SEVERAL_VIDEOS = Meaning(
    "several_videos",
    "This address is that of several videos; name one of them.",
    Handling.PERMANENT,
)
ELSEWHERE = Meaning(
    "unknown_address", "yt-dlp knows no such video at this address.", Handling.SWITCH
)
NO_LIST = Meaning("removed", "There is no such list or channel, or it is private.")
UNREADABLE = Meaning("parse_error")

TYPES: tuple[tuple[str, Meaning], ...] = (
    ("PrivateAddressError", PRIVATE_ADDRESS),
    ("AnswerTooLargeError", Meaning("parse_error", "The site's answer is too large to be read.")),
    ("SeveralVideosError", SEVERAL_VIDEOS),
    ("GeoRestrictedError", Meaning("geo_blocked")),
    ("UserNotLive", Meaning("not_started")),
    ("UnsupportedError", Meaning("invalid_id", "There is no video at this address.")),
    ("CookieLoadError", Meaning("auth_failed", "The cookies file of yt-dlp cannot be read.")),
    (
        "ProxyError",
        Meaning(
            "network_error",
            "The proxy, or the site behind it, did not answer. It will be tried again.",
        ),
    ),
    ("CertificateVerifyError", Meaning("network_error", "The site's certificate is not trusted.")),
    ("TransportError", Meaning("network_error")),
)
"""Exceptions by the name of their class or of one it comes from, the special before the general."""

STATUSES: tuple[tuple[range, Meaning], ...] = (
    (range(400, 401), UNREADABLE),
    (range(401, 402), Meaning("private")),
    (range(402, 403), Meaning("premium_only")),
    (range(403, 404), Meaning("ip_blocked")),
    (range(404, 405), Meaning("removed")),
    (range(410, 411), Meaning("removed")),
    (range(429, 430), Meaning("ip_blocked")),
    (range(451, 452), Meaning("geo_blocked")),
    (range(300, 400), Meaning("network_error")),  # a redirect that goes in circles
    (range(500, 600), Meaning("network_error")),
)
"""HTTP statuses of `HTTPError`; what stands in none of them is a reply that cannot be read."""

WORDS: tuple[tuple[str, Meaning], ...] = (
    ("unsupported proxy type", Meaning("auth_failed", PROXY_UNUSABLE)),
    ("po token was not provided", Meaning("po_token_required")),
    ("playlist does not exist", Meaning("removed")),
    ("playlist is private", Meaning("private", "This list is private.")),
    ("playlist type is unviewable", Meaning("private", "This list is its owner's own.")),
    ("this channel does not exist", Meaning("removed")),
    ("this channel is not available", Meaning("removed")),
    ("this channel does not have a", Meaning("invalid_request", "The channel has no such videos.")),
    ("drm protected", Meaning("premium_only", "This video is protected against copying.")),
    ("protected by a password", Meaning("private", "This video needs a password.")),
    ("only available for registered users", Meaning("private")),
    ("login required", Meaning("private", "This video is for those who are signed in.")),
    ("subscribers only", Meaning("premium_only")),
    ("http error 429", Meaning("ip_blocked")),
    ("http error 403", Meaning("ip_blocked")),
    ("http error 5", Meaning("network_error")),
    ("timed out", Meaning("network_error")),
    ("connection aborted", Meaning("network_error")),
    ("connection reset", Meaning("network_error")),
    ("connection refused", Meaning("network_error")),
    ("failed to resolve", Meaning("network_error")),
)
"""Words of yt-dlp's own and of sites besides YouTube, in small letters, the special first."""

_PAGE_START = 4000  # bytes
_LONGEST_REASON = 200
_BLOCKS = frozenset({"ip_blocked", "rate_limited"})


def failure_of(
    error: BaseException, said: Iterable[str] = (), *, is_youtube: bool = False
) -> PluginError:
    """Return the failure that an exception of yt-dlp stands for, to be raised from it.

    `said` are the warnings before it: yt-dlp warns of each answer that it got and then raises only
    that there was none.
    """
    chain = list(_chain(error))
    if (ours := next((link for link in chain if isinstance(link, PluginError)), None)) is not None:
        return ours
    words = meaning_of((*map(str, chain), *said))
    # After a block yt-dlp goes on with other addresses, whose answers then come last.
    is_block = words is not None and words.code in _BLOCKS
    meaning = words if is_block else _of_types(chain) or _of_statuses(chain) or words
    meaning = meaning or UNREADABLE
    return meaning.error(is_youtube=is_youtube)


def refusal_in(said: Iterable[str], *, is_youtube: bool = False) -> PluginError | None:
    """Return what yt-dlp's warnings stand for, None when they say nothing."""
    texts = tuple(said)
    meaning = meaning_of(texts)
    if meaning is not None and meaning.code == "not_started":
        return not_started(announced_start(" ".join(texts), datetime.now(UTC)))
    return None if meaning is None else meaning.error(is_youtube=is_youtube)


def block_in(content: bytes) -> PluginError | None:
    """Return the failure of a page that YouTube gives to addresses that it refuses."""
    start = content[:_PAGE_START].decode("utf-8", "replace")
    meaning = meaning_of((start,)) if "<html" in start.lower() else None
    is_block = meaning is not None and meaning.code in _BLOCKS
    return meaning.error(is_youtube=True) if meaning and is_block else None


def unplayable(reason: str, *, is_youtube: bool) -> PluginError:
    """Return the failure of a video that is not played for a reason that nobody knows."""
    if is_youtube:
        return of_reason(reason)
    said = " ".join(reason.split())[:_LONGEST_REASON].rstrip(".")
    message = f"The site does not play this video: {said}."
    return PluginError("unplayable", message, handling=Handling.SWITCH)


def meaning_of(said: Iterable[str]) -> Meaning | None:
    """Return what the words of messages and warnings stand for, None when they say nothing."""
    texts = tuple(said)
    plain = normalised(" ".join(texts))
    code = code_of(*texts)
    # A block comes before all else: what else is said then is not to be believed.
    if code not in _BLOCKS:
        own = next((meaning for words, meaning in WORDS if words in plain), None)
        if own is not None:
            return own
    return None if code is None else Meaning(code)


def _of_types(chain: Iterable[BaseException]) -> Meaning | None:
    names = frozenset().union(*map(_class_names, chain))
    return next((meaning for name, meaning in TYPES if name in names), None)


def _of_statuses(chain: Iterable[BaseException]) -> Meaning | None:
    for link in chain:
        status = getattr(link, "status", None)
        if "HTTPError" in _class_names(link) and isinstance(status, int):
            return _of_status(status)
    return None


def _of_status(status: int) -> Meaning:
    return next((meaning for statuses, meaning in STATUSES if status in statuses), UNREADABLE)


def _class_names(error: BaseException) -> frozenset[str]:
    return frozenset(kind.__name__ for kind in type(error).__mro__)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception and those that it came from, each once.

    yt-dlp keeps what it caught in `exc_info` and `cause`, and Python in `__cause__`.
    """
    waiting, seen = [error], set()
    while waiting:
        link = waiting.pop(0)
        if id(link) in seen:
            continue
        seen.add(id(link))
        yield link
        kept = getattr(link, "exc_info", None) or (None, None, None)
        for inner in (kept[1], getattr(link, "cause", None), link.__cause__, link.__context__):
            waiting += [inner] if isinstance(inner, BaseException) else []
