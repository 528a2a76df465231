"""The YouTube Data API and oEmbed: what they say of videos, and how they refuse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.fake_youtube.messages import Answer, json_answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.fake_youtube.videos import Video

REFUSALS = {
    "quotaExceeded": (403, "The request cannot be completed because you have exceeded your quota."),
    "rateLimitExceeded": (403, "The request cannot be completed right now."),
    "accessNotConfigured": (403, "YouTube Data API v3 has not been used in project 1 before."),
    "ipRefererBlocked": (403, "The request came from an address that the key does not allow."),
    "keyInvalid": (400, "API key not valid. Please pass a valid API key."),
    "backendError": (503, "Backend Error"),
}


def refusal(reason: str) -> Answer:
    status, message = REFUSALS[reason]
    error = {"message": message, "domain": "youtube.quota", "reason": reason}
    return json_answer({"error": {"code": status, "message": message, "errors": [error]}}, status)


def video_list(videos: Sequence[Video]) -> Answer:
    items = [_item(video) for video in videos]
    page = {"totalResults": len(items), "resultsPerPage": len(items)}
    return json_answer({"kind": "youtube#videoListResponse", "items": items, "pageInfo": page})


def search_list(videos: Sequence[Video]) -> Answer:
    items = [
        {
            "kind": "youtube#searchResult",
            "id": {"kind": "youtube#video", "videoId": video.id},
            "snippet": _snippet(video),
        }
        for video in videos
    ]
    return json_answer({"kind": "youtube#searchListResponse", "items": items})


def oembed(video: Video) -> Answer:
    return json_answer(
        {
            "title": video.title,
            "author_name": video.channel.title,
            "author_url": f"https://www.youtube.com/{video.channel.handle}",
            "type": "video",
            "height": 113,
            "width": 200,
            "version": "1.0",
            "provider_name": "YouTube",
            "provider_url": "https://www.youtube.com/",
            "thumbnail_height": 360,
            "thumbnail_width": 480,
            "thumbnail_url": f"https://i.ytimg.com/vi/{video.id}/hqdefault.jpg",
            "html": f'<iframe src="https://www.youtube.com/embed/{video.id}"></iframe>',
        }
    )


def _item(video: Video) -> dict[str, Any]:
    return {
        "kind": "youtube#video",
        "id": video.id,
        "snippet": _snippet(video),
        "contentDetails": {
            "duration": duration(video.duration),
            "caption": str(any(not track.automatic for track in video.tracks)).lower(),
        },
        "statistics": {"viewCount": str(video.views), "likeCount": "56"},
        "status": {"privacyStatus": "unlisted" if video.unlisted else "public"},
    }


def _snippet(video: Video) -> dict[str, Any]:
    automatic = next((track.language for track in video.tracks if track.automatic), None)
    return {
        "publishedAt": f"{video.published:%Y-%m-%dT%H:%M:%SZ}",
        "channelId": video.channel.id,
        "title": video.title,
        "description": video.description,
        "channelTitle": video.channel.title,
        "tags": list(video.keywords),
        "thumbnails": {
            "default": {"url": f"https://i.ytimg.com/vi/{video.id}/default.jpg", "width": 120},
            "high": {"url": f"https://i.ytimg.com/vi/{video.id}/hqdefault.jpg", "width": 480},
        },
        "liveBroadcastContent": {"upcoming": "upcoming", "now": "live"}.get(video.live, "none"),
        **({"defaultAudioLanguage": automatic} if automatic else {}),
    }


def duration(seconds: int) -> str:
    """Return a length in ISO 8601, such as `PT1H2M3S`."""
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    parts = ((hours, "H"), (minute, "M"), (second, "S"))
    return "PT" + ("".join(f"{count}{unit}" for count, unit in parts if count) or "0S")
