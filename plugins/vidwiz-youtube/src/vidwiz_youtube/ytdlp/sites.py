"""Which video or list an address names, by the patterns of yt-dlp's own extractors, offline."""

from __future__ import annotations

import hashlib
import re
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from vidwiz.plugin_api import VideoRef
from vidwiz_youtube.refs import is_video_id, ref_of
from vidwiz_youtube.ytdlp.addresses import public_parts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from urllib.parse import SplitResult

_ID = re.compile(r"[A-Za-z0-9_.-]{1,100}")
_SITE_LENGTH = 20
_HASH_LENGTH = 8
_HINT_LENGTH = 2
"""So many letters of the owner's name must stand in a pattern for it to be tried at all, which
leaves few of 1,700. No more, since patterns are written like `vk(?:video)?` and `ur(?:play|skola)`.
"""

_SHORTEST_ID, _SHORTEST_OWN_NUMBER, _LONGEST_WORD = 5, 9, 8
_COUNTRY_LENGTH = 2

SHORT_NAMES = {"TedTalk": "ted", "TwitchVod": "twitch"}
"""The sites whose name people know otherwise than by yt-dlp's key of the extractor.

Once a video is stored under a name, the name must stay: rows are added, never changed.
"""

_NEVER = re.compile(r"Generic|Known.*|Youtube.*|.*Search.*|.*Embed")
"""Extractors that are no site's: those that take any page or refuse one, YouTube's (which are
read elsewhere), and those that search."""

_SECOND_LEVEL = frozenset({"ac", "co", "com", "edu", "gov", "ne", "net", "or", "org", "go"})
"""Below a country's top label these are no owner's name: bbc.co.uk."""

_OWNERS = frozenset(
    {
        *("channel", "channel_id", "channel_name", "domain", "host", "hostname", "org", "series"),
        *("series_id", "show", "site", "station", "subdomain", "user", "user_id", "username"),
        *("uploader", "account", "account_id", "workspace", "tenant", "lang", "country"),
    }
)
"""Names of a pattern's parts beside the id, within which a site may number its videos anew."""


_IN_PARTS = frozenset({"BiliBili", "Twitter"})
"""Extractors whose id stands for several videos, of which the address says the number."""

_OF_MANY_HOSTS = frozenset({"PeerTube"})
"""Extractors of sites that anybody runs: vidwiz-peertube names their videos in the same way."""


@dataclass(frozen=True, slots=True)
class Match:
    """The extractor that takes an address: the site's name here, yt-dlp's key, and the id."""

    site: str
    key: str
    id: str | None
    is_list: bool


class Sites:
    """The extractors of the installed yt-dlp; safe for threads.

    The first question imports yt-dlp and takes some tenths of a second; `load` does that ahead.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._extractors: tuple[tuple[str, Any], ...] | None = None
        self._youtube: Any = None

    def load(self) -> tuple[tuple[str, Any], ...]:
        """Return each extractor that may answer with its pattern's text, in yt-dlp's order."""
        with self._lock:
            if self._extractors is None:
                from yt_dlp.extractor import gen_extractor_classes  # noqa: PLC0415 - large

                known = list(gen_extractor_classes())
                self._youtube = next(one for one in known if one.ie_key() == "Youtube")
                self._extractors = tuple(
                    (_pattern_text(extractor), extractor)
                    for extractor in known
                    if extractor.working() and not _NEVER.fullmatch(extractor.ie_key())
                )
            return self._extractors

    def match(self, url: str) -> Match | None:
        """Return what an address names, or None; the network is not asked."""
        parts = public_parts(url)
        if parts is None:
            return None
        url = parts.geturl()
        hint = _owner_label(parts.netloc)[:_HINT_LENGTH]
        for text, extractor in self.load():
            if hint in text and extractor.suitable(url):
                if _takes_other_hosts(extractor, url, parts):
                    return None
                return _as_match(extractor, url, parts)
        return None

    def video(self, url: str) -> VideoRef | None:
        """Return which video an address names, or None; the network is not asked."""
        parts = public_parts(url)
        if parts is None:
            return None
        url = parts.geturl()
        if (youtube_id := self._youtube_id(url, parts)) is not None:
            return ref_of(youtube_id)
        match = self.match(url)
        if match is None or match.is_list or match.id is None:
            return None
        return VideoRef(match.site, match.id, url)

    def _youtube_id(self, url: str, parts: SplitResult) -> str | None:
        self.load()
        youtube_id = self._youtube.get_temp_id(url)
        if (
            not youtube_id
            or not is_video_id(youtube_id)
            or _takes_other_hosts(self._youtube, url, parts)
        ):
            return None
        return str(youtube_id)


def site_name(key: str) -> str:
    """Return the site's name here for yt-dlp's key: 2 to 20 of `a-z0-9`, no two keys the same."""
    name = SHORT_NAMES.get(key) or key.lower()
    if len(name) <= _SITE_LENGTH:
        return name
    return name[: _SITE_LENGTH - _HASH_LENGTH] + _digest(name)


def _as_match(extractor: Any, url: str, parts: SplitResult) -> Match:  # noqa: ANN401
    key = extractor.ie_key()
    video_id = _video_id(extractor, url, parts)
    is_list = extractor._RETURN_TYPE == "playlist"  # noqa: SLF001 - yt-dlp says it nowhere else
    return Match(site_name(key), key, video_id, is_list)


def _video_id(extractor: Any, url: str, parts: SplitResult) -> str | None:  # noqa: ANN401
    """Return an id that no other video of the site has; None where yt-dlp's cannot be one here."""
    video_id = extractor.get_temp_id(url)
    if not video_id or not _ID.fullmatch(video_id):
        return None
    host = (parts.hostname or "").removeprefix("www.")
    named = extractor._match_valid_url(url).groupdict()  # noqa: SLF001
    if _is_weak(video_id, numbered=any(named.get(name) for name in _OWNERS)):
        # Such as `live` or `12`, which is a video's only together with the rest of the address.
        video_id = f"{video_id[:80]}-{_digest(host + parts.path.rstrip('/'))}"
    if extractor.ie_key() in _OF_MANY_HOSTS:
        video_id = f"{host}_{video_id}"
    part = named.get("index") or parse_qs(parts.query).get("p", [""])[-1]
    if part.isdecimal() and part != "1" and extractor.ie_key() in _IN_PARTS:
        video_id = f"{video_id}_p{part}"
    return video_id if _ID.fullmatch(video_id) else None


def _is_weak(video_id: str, *, numbered: bool) -> bool:
    """Say whether an id may well stand for other videos of its site too.

    Numbers of a channel's own are long only after years; words are no ids.
    """
    if video_id.isdecimal():
        return len(video_id) < (_SHORTEST_OWN_NUMBER if numbered else _SHORTEST_ID)
    is_word = video_id.isalpha() and video_id.islower() and len(video_id) <= _LONGEST_WORD
    return is_word or len(video_id) < _SHORTEST_ID


def _takes_other_hosts(extractor: Any, url: str, parts: SplitResult) -> bool:  # noqa: ANN401
    """Say whether the pattern also takes a host that somebody else may own."""
    before, after = url.split(parts.netloc, 1)
    hosts = _other_hosts(parts.hostname or "")
    return any(extractor.suitable(f"{before}{host}{after}") for host in hosts)


def _other_hosts(host: str) -> Iterator[str]:
    yield from ("example.invalid", "192.0.2.1", "[2001:db8::1]", f"{host}.example.invalid")
    labels = host.split(".")
    for place in range(len(labels) - _owner_depth(labels), len(labels)):
        for other in (f"x{labels[place]}", f"{labels[place]}x"):
            yield ".".join((*labels[:place], other, *labels[place + 1 :]))


def _owner_depth(labels: list[str]) -> int:
    match labels:
        case [*_, _, second, top] if len(top) == _COUNTRY_LENGTH and second in _SECOND_LEVEL:
            return 3
    return 2


def _owner_label(host: str) -> str:
    labels = host.lower().removesuffix(".").split(".")
    return labels[-min(_owner_depth(labels), len(labels))]


def _pattern_text(extractor: Any) -> str:  # noqa: ANN401
    patterns = extractor._VALID_URL  # noqa: SLF001
    if not patterns:
        return ""
    joined = patterns if isinstance(patterns, str) else "\n".join(patterns)
    return joined.replace("\\", "").lower()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_HASH_LENGTH]
