"""Video ids: the one place that reads and checks them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from vidwiz.errors import InvalidInputError
from vidwiz.plugin_api import VideoRef

LONGEST = 128
LONGEST_URL = 2048
PATTERN = r"^([A-Za-z0-9_-]{11}|(?!youtube:)[a-z0-9]{2,20}:[A-Za-z0-9_.-]{1,100})$"
"""What an id looks like, in the syntax that JavaScript has too."""
_YOUTUBE_ID = re.compile(r"[A-Za-z0-9_-]{11}")
# A second name for YouTube's would be a second row for the same video.
_OTHER_ID = re.compile(r"(?!youtube:)[a-z0-9]{2,20}:[A-Za-z0-9_.-]{1,100}")
# People glue things to an id (`ID?si=...`, `ID&t=5`); another letter would make it longer.
_ID_AT_START = re.compile(r"([A-Za-z0-9_-]{11})(?:/?\Z|[^A-Za-z0-9_/-])")
_BEFORE_ID = re.compile(r"/(?:shorts|live|embed|watch|v|e)/")
_WATCH_PATHS = ("", "/watch", "/watch_popup")
# Pages of the embedded player whose names look like an id.
_PLAYLIST_PAGES = ("/playlist", "/embed/videoseries")
_CHANNEL_PAGE = "/embed/live_stream"
_INVISIBLE = ("Cc", "Cf", "Zs", "Zl", "Zp")
# What mail programs, Markdown and CSV files put around an address; none begins an address or id.
_ENCLOSING = {"<": ">", '"': '"', "'": "'", "(": ")", "`": "`", "“": "”", "„": "“", "«": "»"}
YOUTUBE = "youtube"
NO_PLUGIN = "no plugin here knows videos of this site"
IS_A_LIST = (
    "this is a playlist or a channel; import it with `vidwiz ingest ADDRESS` or POST /imports"
)
_ADDRESS_WANTED = "this video is not known here yet; give its address"


@dataclass(frozen=True, slots=True)
class NamedVideo:
    """A video that somebody asks for: its id, and its address where the id does not tell it.

    `refusal` is why it may not become known; one that is known already may be used all the same.
    """

    video_id: str
    url: str | None = None
    refusal: str | None = None

    def check_new(self) -> str:
        """Return the id of a video that is to become known; raise `InvalidInputError`."""
        if self.refusal is not None:
            raise invalid(self.refusal)
        return self.video_id


class OtherAddressError(InvalidInputError):
    """An http(s) address that names no video of YouTube; plugins may know what it is."""

    def __init__(self, message: str, url: str) -> None:
        super().__init__(message, field="video", code="invalid_video")
        self.url = url


def named(video_id: str) -> NamedVideo:
    """Return the video of this id; one of another site must be known, as its address lacks."""
    return NamedVideo(video_id, refusal=None if site(video_id) == YOUTUBE else _ADDRESS_WANTED)


def site(video_id: str) -> str:
    """Return the name of the site that a valid id is of."""
    return video_id.partition(":")[0] if _OTHER_ID.fullmatch(video_id) else YOUTUBE


def parse(text: str) -> str:
    """Return the id in what a user gave: an id, or a URL of a video on YouTube.

    Every form that people paste is read, as long as it names one video beyond doubt. Raises
    `InvalidInputError` that says what is wrong with it; an `OtherAddressError` where a plugin may
    know the address.
    """
    text = visible(text)
    if _YOUTUBE_ID.fullmatch(text):
        return text
    if "/" not in text and "." not in text:
        raise invalid("this is neither a video's id (11 characters) nor its address")
    return _from_url(text.replace("&amp;", "&"))


def visible(text: str) -> str:
    """Return the text without the blanks, marks, quotes and brackets that come with copying.

    Raises `InvalidInputError` for one that is too long to be looked at.
    """
    if len(text) > LONGEST_URL:
        raise invalid(f"a video's address has {LONGEST_URL} characters at most")
    text = _trimmed(text)
    is_enclosed = len(text) > 1 and _ENCLOSING.get(text[0]) == text[-1]
    return _trimmed(text[1:-1]) if is_enclosed else text


def _trimmed(text: str) -> str:
    seen = [
        index
        for index, character in enumerate(text)
        if unicodedata.category(character) not in _INVISIBLE
    ]
    return text[seen[0] : seen[-1] + 1] if seen else ""


def is_valid(video_id: str) -> bool:
    """Say whether this is an id as it is kept: YouTube's 11 characters, or `site:id`."""
    return bool(_YOUTUBE_ID.fullmatch(video_id) or _OTHER_ID.fullmatch(video_id))


def check(video_id: str) -> str:
    """Return the id as it is; raise `InvalidInputError` when it is none."""
    if not is_valid(video_id):
        raise invalid("this is not a video's id (11 characters of A-Z a-z 0-9 _ -, or site:id)")
    return video_id


def ref(video_id: str, url: str | None = None) -> VideoRef:
    """Return what a fetcher is given for this id; of another site, with the address kept."""
    site_name, separator, site_id = video_id.partition(":")
    if separator:
        return VideoRef(site_name, site_id, url or "")
    return VideoRef(YOUTUBE, video_id, f"https://www.youtube.com/watch?v={video_id}")


def id_of(found: VideoRef) -> str | None:
    """Return the id that a video is kept by here; None where the two names are no valid ones."""
    video_id = found.id if found.site == YOUTUBE else f"{found.site}:{found.id}"
    if (found.site == YOUTUBE) != bool(_YOUTUBE_ID.fullmatch(video_id)):
        return None
    return video_id if is_valid(video_id) else None


def _from_url(text: str) -> str:
    try:
        url = urlsplit(text if "://" in text else f"https://{text.removeprefix('//')}")
        host = (url.hostname or "").rstrip(".")
    except ValueError as exc:
        raise invalid("this is not an address") from exc
    if url.scheme not in ("http", "https"):
        raise invalid("a video's address begins with https://")
    path = re.sub("/+", "/", url.path)
    if _is_within(host, "youtu.be"):
        found = _id_at_start(path.removeprefix("/"))
    elif _is_within(host, "youtube.com") or _is_within(host, "youtube-nocookie.com"):
        found = _from_youtube(path, parse_qs(url.query))
    else:
        raise OtherAddressError(NO_PLUGIN, url.geturl())
    if found is None:
        raise OtherAddressError("this address does not name one video", url.geturl())
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
        raise invalid(IS_A_LIST)
    if page == _CHANNEL_PAGE:
        return None
    before = _BEFORE_ID.match(path)
    return _id_at_start(path[before.end() :]) if before else None


def _id_at_start(text: str) -> str | None:
    match = _ID_AT_START.match(text)
    return match[1] if match else None


def invalid(message: str) -> InvalidInputError:
    """Return the error for a video that cannot be taken."""
    return InvalidInputError(message, field="video", code="invalid_video")
