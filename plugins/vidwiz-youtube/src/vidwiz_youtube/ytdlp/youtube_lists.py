"""Which playlist or channel of YouTube an address names, read without the network."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, unquote

from vidwiz_youtube.ytdlp.addresses import public_parts

if TYPE_CHECKING:
    from urllib.parse import SplitResult

HOME = "https://www.youtube.com"
_HOSTS = frozenset({"youtube.com", "www.youtube.com", "m.youtube.com", "music.youtube.com"})
_CHANNEL_ID = re.compile(r"UC[A-Za-z0-9_-]{22}")
_LIST_ID = re.compile(r"[A-Za-z0-9_-]{2,100}")
_NAME = re.compile(r"[^/?#@\s]{1,100}")
_UPLOAD_TABS = frozenset({"", "featured", "about", "community", "posts", "home"})
_VIDEO_TABS = frozenset({"videos", "shorts", "streams", "live"})
_TABS_OF_LISTS = frozenset({"playlists", "podcasts", "releases", "channels", "search", "store"})

ENDLESS = "YouTube makes a mix anew for everybody who opens it; it has no end and cannot be listed."
SEARCH = "A page of search results cannot be listed; name the videos, a playlist or a channel."
OWN = "This list is its owner's own; it cannot be listed from here."
LISTS = "This is a page of lists; name one of them, or the channel's videos."


@dataclass(frozen=True, slots=True)
class YouTubeList:
    """A list: the id of a playlist or channel where the address has it, and what to ask for.

    `refused` is the sentence why it cannot be listed.
    """

    url: str
    list_id: str | None = None
    tab: str = ""
    refused: str | None = None


def youtube_list(url: str) -> YouTubeList | None:
    """Return which list an address of YouTube names; None for videos, other pages and sites."""
    parts = public_parts(url)
    if parts is None or (parts.hostname or "") not in _HOSTS:
        return None
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    path = parts.path.rstrip("/")
    if path in ("/playlist", "/watch"):
        # A video that was opened from a list is a video: its address names both.
        return None if query.get("v") else _playlist(query.get("list", ""))
    if path == "/results":
        return YouTubeList(url, refused=SEARCH)
    return _channel(parts)


def _playlist(list_id: str) -> YouTubeList | None:
    if not _LIST_ID.fullmatch(list_id):
        return None
    url = f"{HOME}/playlist?list={list_id}"
    if list_id.startswith("RD") and not list_id.startswith("RDCLAK"):
        return YouTubeList(url, refused=ENDLESS)
    if list_id in ("WL", "LL", "LM"):
        return YouTubeList(url, refused=OWN)
    if list_id.startswith("UU") and _CHANNEL_ID.fullmatch(f"UC{list_id[2:]}"):
        return of_channel(f"UC{list_id[2:]}")
    return YouTubeList(url, list_id)


def _channel(parts: SplitResult) -> YouTubeList | None:
    steps = unquote(parts.path).strip("/").split("/")
    if steps[0] in ("channel", "c", "user") and len(steps) > 1:
        kind, name, rest = steps[0], steps[1], steps[2:]
    elif steps[0].startswith("@"):
        kind, name, rest = "", steps[0][1:], steps[1:]
    else:
        return None
    tab = rest[0].lower() if rest else ""
    if not _NAME.fullmatch(name) or (kind == "channel" and not _CHANNEL_ID.fullmatch(name)):
        return None
    home = f"{HOME}/{kind}/{quote(name)}" if kind else f"{HOME}/@{quote(name)}"
    if tab in _TABS_OF_LISTS:
        return YouTubeList(home, refused=LISTS)
    if tab in _VIDEO_TABS:
        tab = "streams" if tab == "live" else tab
        return YouTubeList(f"{home}/{tab}", name if kind == "channel" else None, tab)
    if tab not in _UPLOAD_TABS:
        return None
    # Its home says which channel it is; a channel of streams or shorts alone has no `/videos`.
    return of_channel(name) if kind == "channel" else YouTubeList(f"{home}/featured")


def of_channel(channel_id: str) -> YouTubeList:
    """Return all that a channel uploaded, the newest first: the playlist that YouTube keeps."""
    return YouTubeList(f"{HOME}/playlist?list=UU{channel_id[2:]}", channel_id)
