"""Playlists, channels, search results and feeds, a page at a time."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

from tests.fake_youtube.watch import clock

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tests.fake_youtube.videos import Channel, Playlist, Video

    Videos = Mapping[str, Video]

PAGE = 100
"""How many videos of a playlist come at once; YouTube's own number."""
CHANNEL_PAGE = 30
SEARCH_PAGE = 20
FEED = 15
"""How many of the newest videos a feed has."""


def playlist_data(playlist: Playlist, videos: Videos) -> dict[str, Any]:
    listed = {"playlistId": playlist.id, "contents": playlist_page(playlist, videos, 0)}
    return {
        "contents": _one_tab(
            {"sectionListRenderer": {"contents": [_section({"playlistVideoListRenderer": listed})]}}
        ),
        "metadata": {"playlistMetadataRenderer": {"title": playlist.title}},
        "header": {
            "playlistHeaderRenderer": {
                "playlistId": playlist.id,
                "title": {"simpleText": playlist.title},
                "privacy": "PUBLIC",
            }
        },
    }


def playlist_page(playlist: Playlist, videos: Videos, start: int) -> list[dict[str, Any]]:
    ids = playlist.video_ids
    items = [
        {"playlistVideoRenderer": _entry(video_id, videos.get(video_id), number)}
        for number, video_id in enumerate(ids[start : start + PAGE], start + 1)
    ]
    return items + _more(f"playlist:{playlist.id}", start + PAGE, len(ids))


def channel_data(channel: Channel, uploads: Sequence[Video], tab: str) -> dict[str, Any]:
    """Return a channel's page; it has one tab, its videos."""
    url = f"/{channel.handle}/videos"
    grid = {"richGridRenderer": {"contents": channel_page(channel, uploads, 0)}}
    tabs = [
        {
            "tabRenderer": {
                "title": title,
                "selected": title.lower() == tab,
                "endpoint": {"commandMetadata": {"webCommandMetadata": {"url": address}}},
                **({"content": grid} if title.lower() == tab else {}),
            }
        }
        for title, address in (("Featured", f"/{channel.handle}/featured"), ("Videos", url))
    ]
    return {
        "contents": {"twoColumnBrowseResultsRenderer": {"tabs": tabs}},
        "metadata": {
            "channelMetadataRenderer": {
                "title": channel.title,
                "externalId": channel.id,
                "channelUrl": f"https://www.youtube.com/channel/{channel.id}",
                "vanityChannelUrl": f"http://www.youtube.com/{channel.handle}",
            }
        },
    }


def channel_page(channel: Channel, uploads: Sequence[Video], start: int) -> list[dict[str, Any]]:
    items = [
        {"richItemRenderer": {"content": {"videoRenderer": _found(video)}}}
        for video in uploads[start : start + CHANNEL_PAGE]
    ]
    return items + _more(f"channel:{channel.id}", start + CHANNEL_PAGE, len(uploads))


def search_data(query: str, found: Sequence[Video], start: int) -> dict[str, Any]:
    items = [{"videoRenderer": _found(video)} for video in found[start : start + SEARCH_PAGE]]
    contents = [_section(*items), *_more(f"search:{query}", start + SEARCH_PAGE, len(found))]
    if start:
        return _appended(contents, "onResponseReceivedCommands")
    results = {"primaryContents": {"sectionListRenderer": {"contents": contents}}}
    return {"contents": {"twoColumnSearchResultsRenderer": results}}


def continued(items: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the next page as `/youtubei/v1/browse` gives it."""
    return _appended(items, "onResponseReceivedActions")


def not_there(message: str) -> dict[str, Any]:
    """Return the page of a list that does not exist or is private."""
    return {"alerts": [{"alertRenderer": {"type": "ERROR", "text": {"runs": [{"text": message}]}}}]}


def matching(videos: Videos, query: str) -> list[Video]:
    """Return the videos that have most words of the query in their titles, the best first."""
    words = set(query.lower().split())
    rank: Callable[[Video], int] = lambda video: len(words & set(video.title.lower().split()))  # noqa: E731
    found = [video for video in videos.values() if rank(video) and not video.unlisted]
    return sorted(found, key=lambda video: (-rank(video), video.id))


def feed(title: str, channel: Channel, uploads: Sequence[Video]) -> str:
    """Return an Atom feed of the newest videos, the newest first."""
    entries = "".join(_feed_entry(video) for video in uploads[:FEED])
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<feed xmlns:yt="http://www.youtube.com/xml/schemas/2015"'
        ' xmlns:media="http://search.yahoo.com/mrss/" xmlns="http://www.w3.org/2005/Atom">'
        f"<id>yt:channel:{channel.id[2:]}</id><yt:channelId>{channel.id[2:]}</yt:channelId>"
        f"<title>{html.escape(title)}</title>{entries}</feed>"
    )


def _feed_entry(video: Video) -> str:
    published = video.published.isoformat()
    title = html.escape(video.title)
    return (
        f"<entry><id>yt:video:{video.id}</id><yt:videoId>{video.id}</yt:videoId>"
        f"<yt:channelId>{video.channel.id}</yt:channelId><title>{title}</title>"
        f'<link rel="alternate" href="https://www.youtube.com/watch?v={video.id}"/>'
        f"<author><name>{html.escape(video.channel.title)}</name></author>"
        f"<published>{published}</published><updated>{published}</updated>"
        f"<media:group><media:title>{title}</media:title></media:group></entry>"
    )


def _entry(video_id: str, video: Video | None, number: int) -> dict[str, Any]:
    """Return a playlist's entry; those of gone and private videos have only an id and a word."""
    base = {"videoId": video_id, "index": {"simpleText": str(number)}}
    if video is None or video.is_private:
        gone = "[Deleted video]" if video is None else "[Private video]"
        return {**base, "title": {"runs": [{"text": gone}]}, "isPlayable": False}
    return {
        **base,
        "title": {"runs": [{"text": video.title}]},
        "shortBylineText": {"runs": [_byline(video.channel)]},
        "lengthText": {"simpleText": clock(video.duration)},
        "lengthSeconds": str(video.duration),
        "isPlayable": True,
    }


def _found(video: Video) -> dict[str, Any]:
    return {
        "videoId": video.id,
        "title": {"runs": [{"text": video.title}]},
        "ownerText": {"runs": [_byline(video.channel)]},
        "shortBylineText": {"runs": [_byline(video.channel)]},
        "lengthText": {"simpleText": clock(video.duration)},
        "viewCountText": {"simpleText": f"{video.views:,} views"},
        "publishedTimeText": {"simpleText": "2 years ago"},
    }


def _byline(channel: Channel) -> dict[str, Any]:
    endpoint = {"browseId": channel.id, "canonicalBaseUrl": f"/{channel.handle}"}
    return {"text": channel.title, "navigationEndpoint": {"browseEndpoint": endpoint}}


def _more(list_name: str, following: int, total: int) -> list[dict[str, Any]]:
    if following >= total:
        return []
    token = {"token": f"{list_name}:{following}"}
    endpoint = {"continuationCommand": token}
    return [{"continuationItemRenderer": {"continuationEndpoint": endpoint}}]


def _appended(items: list[dict[str, Any]], key: str) -> dict[str, Any]:
    return {key: [{"appendContinuationItemsAction": {"continuationItems": items}}]}


def _section(*contents: dict[str, Any]) -> dict[str, Any]:
    return {"itemSectionRenderer": {"contents": list(contents)}}


def _one_tab(content: dict[str, Any]) -> dict[str, Any]:
    return {
        "twoColumnBrowseResultsRenderer": {
            "tabs": [{"tabRenderer": {"selected": True, "content": content}}]
        }
    }
