"""Playlists, channels and searches: which videos they name, without asking for any of them.

This module imports yt-dlp.
"""

from __future__ import annotations

import hashlib
import itertools
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from vidwiz.plugin_api import ListedVideo, PluginError, VideoList, VideoRef
from vidwiz_youtube.ytdlp.client import Client
from vidwiz_youtube.ytdlp.description import published_at
from vidwiz_youtube.ytdlp.feed import LENGTH, feed_url, read_feed
from vidwiz_youtube.ytdlp.youtube_lists import YouTubeList, of_channel, youtube_list

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from vidwiz_youtube.ytdlp.settings import YtDlpSettings
    from vidwiz_youtube.ytdlp.sites import Sites

MOST_FOUND = 50
"""Search results that are asked for at most: three pages of YouTube's."""


class Lists:
    """Reads lists with yt-dlp and, where a few of the newest are enough, from YouTube's feeds."""

    def __init__(self, settings: YtDlpSettings, sites: Sites) -> None:
        self._settings = settings
        self._sites = sites

    def expand(self, url: str, newest: int | None) -> VideoList:
        """Return a list's videos; raise `PluginError`."""
        wanted = None if newest is None else max(newest, 1)
        listed = youtube_list(url)
        if listed is not None:
            return self._youtube(listed, wanted)
        match = self._sites.match(url)
        if match is None or not match.is_list:
            raise PluginError("invalid_request", "No list of videos is known at this address.")
        info, entries = self._flat(url, match.key, wanted)
        key = f"{match.site}:{match.id or _digest(url)}"
        if match.id and (query := urlsplit(url).query):
            key += f"-{_digest(query)}"
        return VideoList(key, self._videos(entries), info.get("title"))

    def search(self, title: str, limit: int) -> Sequence[ListedVideo]:
        """Return what YouTube finds by a title, the best first; raise `PluginError`."""
        words = " ".join(title.split())
        if not words or limit < 1:
            return ()
        count = min(limit, MOST_FOUND)
        _, entries = self._flat(f"ytsearch{count}:{words}", "YoutubeSearch", count)
        return self._videos(entries)[:count]

    def _youtube(self, listed: YouTubeList, newest: int | None) -> VideoList:
        if listed.refused:
            raise PluginError("invalid_request", listed.refused)
        if newest and listed.list_id and not listed.tab:
            from_feed = self._from_feed(listed.list_id, newest)
            if from_feed is not None:
                return from_feed
        # The order of a playlist is its owner's, so the newest may be at either end.
        is_playlist = bool(listed.list_id and not listed.list_id.startswith("UC"))
        is_whole_channel = listed.list_id is None and not listed.tab
        end = 1 if is_whole_channel else None if is_playlist else newest
        info, entries = self._flat(listed.url, "YoutubeTab", end)
        if is_whole_channel:
            return self._youtube(of_channel(_channel_id(info)), newest)
        name = listed.list_id or _channel_id(info)
        key = f"youtube:{name}/{listed.tab}" if listed.tab else f"youtube:{name}"
        videos = self._videos(entries)
        if newest and is_playlist:
            videos = _both_ends(videos, newest)
        return VideoList(key, videos, info.get("title"))

    def _from_feed(self, list_id: str, newest: int) -> VideoList | None:
        """Return what the feed says, None when it does not say enough.

        A feed that answers 404 or 500 does so for hours and for channels that are well.
        """
        if newest > LENGTH:
            return None
        try:
            with Client(self._settings) as client:
                client.is_youtube = True
                title, videos = read_feed(client.read(feed_url(list_id)))
        except PluginError as error:
            if error.opens_breaker:
                raise
            return None
        # A full feed holds the newest of a channel, but of a playlist only the first.
        if not videos or (len(videos) >= LENGTH and not list_id.startswith("UC")):
            return None
        return VideoList(f"youtube:{list_id}", videos[:newest], title)

    def _flat(
        self, url: str, key: str, newest: int | None
    ) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        with Client(self._settings, newest=newest) as client:
            return client.flat_list(url, key)

    def _videos(self, entries: Iterable[dict[str, Any]]) -> tuple[ListedVideo, ...]:
        videos: dict[tuple[str, str], ListedVideo] = {}
        for entry in entries:
            if (ref := self._ref(entry)) is not None:
                videos.setdefault((ref.site, ref.id), _listed(ref, entry))
        return tuple(videos.values())

    def _ref(self, entry: dict[str, Any]) -> VideoRef | None:
        is_link = str(entry.get("_type") or "").startswith("url")
        url = entry.get("url") if is_link else entry.get("webpage_url")
        return self._sites.video(url) if isinstance(url, str) else None


def _channel_id(info: dict[str, Any]) -> str:
    found = info.get("channel_id") or info.get("uploader_id")
    if not isinstance(found, str) or not found.startswith("UC"):
        raise PluginError("parse_error", "The channel's page does not say which channel it is.")
    return found


def _listed(ref: VideoRef, entry: dict[str, Any]) -> ListedVideo:
    title, duration = entry.get("title"), entry.get("duration")
    return ListedVideo(
        ref,
        title=title if isinstance(title, str) else None,
        duration=float(duration) if isinstance(duration, int | float) and duration > 0 else None,
        published_at=published_at(entry),
    )


def _both_ends(videos: Sequence[ListedVideo], count: int) -> tuple[ListedVideo, ...]:
    """Return `count` of a list, in turn from its end and its beginning."""
    turns = itertools.chain.from_iterable(zip(reversed(videos), videos, strict=True))
    return tuple(dict.fromkeys(turns))[:count]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
