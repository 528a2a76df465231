"""YouTube's Atom feeds: the newest 15 videos of a channel or playlist, for one small request."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from vidwiz.plugin_api import ListedVideo, PluginError
from vidwiz_youtube.refs import is_video_id, ref_of

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

LENGTH = 15
"""As many entries a feed has at most; one with fewer holds the whole list."""

_ATOM = "{http://www.w3.org/2005/Atom}"
_YOUTUBE = "{http://www.youtube.com/xml/schemas/2015}"


def feed_url(list_id: str) -> str:
    """Return where the feed of a channel (`UC…`) or playlist is."""
    name = "channel_id" if list_id.startswith("UC") else "playlist_id"
    return f"https://www.youtube.com/feeds/videos.xml?{name}={list_id}"


def read_feed(content: bytes) -> tuple[str | None, tuple[ListedVideo, ...]]:
    """Return a feed's title and videos in its order; raise `PluginError` (`parse_error`)."""
    from defusedxml import DefusedXmlException  # noqa: PLC0415
    from defusedxml.ElementTree import ParseError, fromstring  # noqa: PLC0415

    try:
        root = fromstring(content)
    except (ParseError, DefusedXmlException, ValueError) as exc:
        raise PluginError("parse_error", "The channel's feed could not be read.") from exc
    videos = (_video(entry) for entry in root.iter(f"{_ATOM}entry"))
    return root.findtext(f"{_ATOM}title"), tuple(video for video in videos if video)


def _video(entry: Element) -> ListedVideo | None:
    video_id = (entry.findtext(f"{_YOUTUBE}videoId") or "").strip()
    if not is_video_id(video_id):
        return None
    return ListedVideo(
        ref_of(video_id),
        title=entry.findtext(f"{_ATOM}title"),
        published_at=_moment(entry.findtext(f"{_ATOM}published") or ""),
    )


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return moment if moment.tzinfo else None
