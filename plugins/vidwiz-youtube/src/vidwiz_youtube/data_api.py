"""The fetcher `youtube-data-api`: metadata and search by YouTube's own interface, with a key."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from vidwiz.plugin_api import (
    Capability,
    ListedVideo,
    MetadataFetcher,
    PluginError,
    PluginInfo,
    PluginUnavailableError,
    Secret,
    VideoMetadata,
)
from vidwiz_youtube.failures import failure, of_request
from vidwiz_youtube.failures_data_api import of_answer
from vidwiz_youtube.refs import SITE, chapters_of, is_video_id, ref_of, watch_url
from vidwiz_youtube.settings import NO_SECRET, RequestSettings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vidwiz.plugin_api import VideoRef

ADDRESS = "https://www.googleapis.com/youtube/v3/"
MOST_RESULTS = 50
"""The most that one search gives (reference of `search.list`)."""
_DURATION = re.compile(
    r"P(?:(?P<days>\d{1,4})D)?"
    r"(?:T(?:(?P<hours>\d{1,5})H)?(?:(?P<minutes>\d{1,6})M)?(?:(?P<seconds>\d{1,8})S)?)?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DataApiSettings(RequestSettings):
    """`key` is a key of the YouTube Data API v3, from Google's console."""

    key: Secret = NO_SECRET


class DataApiFetcher(MetadataFetcher):
    """Asks `videos.list` (1 unit of 10,000 a day) and `search.list` (100 calls a day)."""

    info: ClassVar = PluginInfo(
        name="youtube-data-api",
        title="YouTube Data API v3 (needs a key)",
        sites=(SITE,),
        capabilities=frozenset({Capability.SEARCH}),
    )
    Settings: ClassVar = DataApiSettings
    settings: DataApiSettings

    def check(self) -> None:
        if not self.settings.key:
            raise PluginUnavailableError(
                "it has no key",
                "Make a key of the YouTube Data API v3 in Google's console and set"
                " VIDWIZ_PLUGIN_YOUTUBE_DATA_API_KEY.",
            )

    def preload(self) -> None:
        from vidwiz_youtube import web  # noqa: F401, PLC0415

    def fetch_metadata(self, ref: VideoRef) -> VideoMetadata:
        if not is_video_id(ref.id):
            raise PluginError("invalid_id")
        parts = "snippet,contentDetails,statistics"
        items = self._items("videos", {"part": parts, "id": ref.id, "hl": "en_US"})
        item = next((item for item in items if item.get("id") == ref.id), None)
        if item is None:
            # It says the same of a private video, of one that was deleted and of no such id.
            raise failure("embedding_disabled", "YouTube's interface does not list this video.")
        return _metadata(item, ref.id)

    def search(self, title: str, limit: int) -> Sequence[ListedVideo]:
        """Return at most 50 videos, the best matches first."""
        most = min(limit, MOST_RESULTS)
        if most < 1 or not title.strip():
            return ()
        query = {"part": "snippet", "type": "video", "q": title, "maxResults": str(most)}
        found = [_listed(item) for item in self._items("search", query)]
        return [video for video in found if video is not None][:most]

    def _items(self, method: str, query: dict[str, str]) -> list[dict[str, Any]]:
        from vidwiz_youtube.web import Session  # noqa: PLC0415 - takes 90 ms

        # In a header, because addresses end up in logs.
        headers = {"X-Goog-Api-Key": self.settings.key.reveal()}
        with Session(self.settings) as session:
            try:
                # A redirect would take the key to another host.
                answer = session.get(
                    f"{ADDRESS}{method}", params=query, headers=headers, allow_redirects=False
                )
            except OSError as exc:  # of which all exceptions of requests are
                refusal = of_request(exc)
                if refusal is None:
                    raise
                raise refusal from exc
        items = of_answer(answer).get("items")
        if not isinstance(items, list):
            raise failure("parse_error")
        return [item for item in items if isinstance(item, dict)]


def _metadata(item: dict[str, Any], video_id: str) -> VideoMetadata:
    snippet, statistics = _part(item, "snippet"), _part(item, "statistics")
    length = duration_of(_part(item, "contentDetails").get("duration"))
    description = _text(snippet.get("description"))
    published = published_of(snippet.get("publishedAt"))
    channel_id = _text(snippet.get("channelId"))
    channel = _text(snippet.get("channelTitle"))
    return VideoMetadata(
        id=video_id,
        title=_text(snippet.get("title")),
        channel=channel,
        channel_url=f"https://www.youtube.com/channel/{channel_id}" if channel_id else None,
        uploader=channel,
        duration=length,
        thumbnail=_largest(_part(snippet, "thumbnails")),
        view_count=_count(statistics.get("viewCount")),
        like_count=_count(statistics.get("likeCount")),
        upload_date=f"{published:%Y%m%d}" if published else None,
        description=description,
        chapters=chapters_of(description, length),
        language=_text(snippet.get("defaultAudioLanguage")),
        webpage_url=watch_url(video_id),
    )


def _listed(item: dict[str, Any]) -> ListedVideo | None:
    video_id = _part(item, "id").get("videoId")
    if not isinstance(video_id, str) or not is_video_id(video_id):
        return None
    snippet = _part(item, "snippet")
    # In searches, and only there, titles come with HTML's entities.
    title = html.unescape(_text(snippet.get("title")) or "") or None
    return ListedVideo(
        ref_of(video_id), title, published_at=published_of(snippet.get("publishedAt"))
    )


def duration_of(value: object) -> float | None:
    """Return the seconds of an ISO 8601 length; None for a live stream, which has `P0D`."""
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return None
    parts = {name: int(number) for name, number in match.groupdict().items() if number}
    return timedelta(**parts).total_seconds() or None


def published_of(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment if moment and moment.tzinfo else None


def _largest(thumbnails: dict[str, Any]) -> str | None:
    known = [image for image in thumbnails.values() if isinstance(image, dict)]
    best = max(known, key=lambda image: _count(image.get("width")) or 0, default={})
    return _text(best.get("url"))


def _part(content: dict[str, Any], name: str) -> dict[str, Any]:
    part = content.get(name)
    return part if isinstance(part, dict) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _count(value: object) -> int | None:
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() else None
