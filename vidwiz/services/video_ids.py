"""Video ids: the one place that reads and checks them."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

from vidwiz.errors import InvalidInputError
from vidwiz.plugin_api import VideoRef

LONGEST = 64
_YOUTUBE_ID = re.compile(r"[A-Za-z0-9_-]{11}")
# A second name for YouTube's would be a second row for the same video.
_OTHER_ID = re.compile(r"(?!youtube:)[a-z0-9]{2,20}:[A-Za-z0-9_.-]{1,43}")
_ID_IN_PATH = re.compile(r"/(?:shorts|live|embed)/([A-Za-z0-9_-]{11})/?")
_LONGEST_URL = 2048


def parse(text: str) -> str:
    """Return the id in what a user gave: an id, or a URL of a video on YouTube.

    Raises `InvalidInputError` that says what is wrong with it.
    """
    text = text.strip()
    if len(text) > _LONGEST_URL:
        raise _invalid("a video's address has 2048 characters at most")
    if _YOUTUBE_ID.fullmatch(text):
        return text
    if "/" not in text and "." not in text:
        raise _invalid("this is neither a video's id (11 characters) nor its address")
    return _from_url(text)


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
        url = urlsplit(text if "://" in text else f"https://{text}")
        host = (url.hostname or "").rstrip(".")
    except ValueError as exc:
        raise _invalid("this is not an address") from exc
    if url.scheme not in ("http", "https"):
        raise _invalid("a video's address begins with https://")
    if host == "youtu.be":
        found = url.path.strip("/")
    elif host == "youtube.com" or host.endswith(".youtube.com"):
        found = _from_youtube(url.path, parse_qs(url.query))
    else:
        raise _invalid("no plugin here knows videos of this site")
    if not _YOUTUBE_ID.fullmatch(found):
        raise _invalid("this address does not name one video")
    return found


def _from_youtube(path: str, query: dict[str, list[str]]) -> str:
    if path.rstrip("/") == "/watch":
        return query.get("v", [""])[0]
    in_path = _ID_IN_PATH.fullmatch(path)
    if in_path:
        return in_path[1]
    if path.rstrip("/") == "/playlist":
        raise _invalid("this is a playlist; save its videos one by one")
    return ""


def _invalid(message: str) -> InvalidInputError:
    return InvalidInputError(message, field="video", code="invalid_video")
