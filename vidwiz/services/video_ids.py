"""Video ids: the one place that reads and checks them."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import parse_qs, urlsplit

from vidwiz.errors import InvalidInputError
from vidwiz.plugin_api import VideoRef

LONGEST = 64
LONGEST_URL = 2048
PATTERN = r"^([A-Za-z0-9_-]{11}|(?!youtube:)[a-z0-9]{2,20}:[A-Za-z0-9_.-]{1,43})$"
"""What an id looks like, in the syntax that JavaScript has too."""
_YOUTUBE_ID = re.compile(r"[A-Za-z0-9_-]{11}")
# A second name for YouTube's would be a second row for the same video.
_OTHER_ID = re.compile(r"(?!youtube:)[a-z0-9]{2,20}:[A-Za-z0-9_.-]{1,43}")
# People glue things to an id (`ID?si=...`, `ID&t=5`); another letter would make it longer.
_ID_AT_START = re.compile(r"([A-Za-z0-9_-]{11})(?:/?\Z|[^A-Za-z0-9_/-])")
_BEFORE_ID = re.compile(r"/(?:shorts|live|embed|watch|v|e)/")
_WATCH_PATHS = ("", "/watch", "/watch_popup")
# Pages of the embedded player whose names look like an id.
_PLAYLIST_PAGES = ("/playlist", "/embed/videoseries")
_CHANNEL_PAGE = "/embed/live_stream"
_INVISIBLE = ("Cc", "Cf", "Zs", "Zl", "Zp")


def parse(text: str) -> str:
    """Return the id in what a user gave: an id, or a URL of a video on YouTube.

    Every form that people paste is read, as long as it names one video beyond doubt. Raises
    `InvalidInputError` that says what is wrong with it.
    """
    if len(text) > LONGEST_URL:
        raise _invalid(f"a video's address has {LONGEST_URL} characters at most")
    text = _without_invisible_ends(text)
    if _YOUTUBE_ID.fullmatch(text):
        return text
    if "/" not in text and "." not in text:
        raise _invalid("this is neither a video's id (11 characters) nor its address")
    return _from_url(text.replace("&amp;", "&"))


def _without_invisible_ends(text: str) -> str:
    """Return the text without the blanks and marks that copying puts around it."""
    visible = [
        index
        for index, character in enumerate(text)
        if unicodedata.category(character) not in _INVISIBLE
    ]
    return text[visible[0] : visible[-1] + 1] if visible else ""


def is_valid(video_id: str) -> bool:
    """Say whether this is an id as it is kept: YouTube's 11 characters, or `site:id`."""
    return bool(_YOUTUBE_ID.fullmatch(video_id) or _OTHER_ID.fullmatch(video_id))


def check(video_id: str) -> str:
    """Return the id as it is; raise `InvalidInputError` when it is none."""
    if not is_valid(video_id):
        raise _invalid("this is not a video's id (11 characters of A-Z a-z 0-9 _ -)")
    return video_id


def check_new(video_id: str) -> str:
    """Return the id of a video that may become known; so far only YouTube's may."""
    if not _YOUTUBE_ID.fullmatch(video_id):
        raise _invalid("no plugin here knows videos of this site")
    return video_id


def ref(video_id: str) -> VideoRef:
    """Return what a fetcher is given for this id."""
    site, separator, site_id = video_id.partition(":")
    if separator:
        return VideoRef(site, site_id, site_id)
    return VideoRef("youtube", video_id, f"https://www.youtube.com/watch?v={video_id}")


def _from_url(text: str) -> str:
    try:
        url = urlsplit(text if "://" in text else f"https://{text.removeprefix('//')}")
        host = (url.hostname or "").rstrip(".")
    except ValueError as exc:
        raise _invalid("this is not an address") from exc
    if url.scheme not in ("http", "https"):
        raise _invalid("a video's address begins with https://")
    path = re.sub("/+", "/", url.path)
    if _is_within(host, "youtu.be"):
        found = _id_at_start(path.removeprefix("/"))
    elif _is_within(host, "youtube.com") or _is_within(host, "youtube-nocookie.com"):
        found = _from_youtube(path, parse_qs(url.query))
    else:
        raise _invalid("no plugin here knows videos of this site")
    if found is None:
        raise _invalid("this address does not name one video")
    return found


def _is_within(host: str, domain: str) -> bool:
    return host == domain or host.endswith(f".{domain}")


def _from_youtube(path: str, query: dict[str, list[str]]) -> str | None:
    page = path.rstrip("/")
    if page == "/attribution_link":
        # A share through another program; `u` is the path and query that it leads to.
        target = urlsplit(query.get("u", [""])[0])
        path, query = target.path, parse_qs(target.query)
        page = path.rstrip("/")
    if page in _WATCH_PATHS:
        return _id_at_start(query.get("v", [""])[0])
    if page in _PLAYLIST_PAGES:
        raise _invalid("this is a playlist; save its videos one by one")
    if page == _CHANNEL_PAGE:
        return None
    before = _BEFORE_ID.match(path)
    return _id_at_start(path[before.end() :]) if before else None


def _id_at_start(text: str) -> str | None:
    match = _ID_AT_START.match(text)
    return match[1] if match else None


def _invalid(message: str) -> InvalidInputError:
    return InvalidInputError(message, field="video", code="invalid_video")
