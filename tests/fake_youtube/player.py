"""What `/youtubei/v1/player` says, and the watch page holds: one video, its state, its tracks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from tests.fake_youtube.videos import PLAYABLE, Live, Playability

if TYPE_CHECKING:
    from tests.fake_youtube.videos import Track, Video

API_KEY = "AIzaSyFAKE_local_key_for_tests_000000000"
VISITOR = "CgtGQUtFVklTSVRPUg%3D%3D"

UNAVAILABLE = Playability(status="ERROR", reason="This video is unavailable")
"""What app clients read of an id that is not there."""
BOT_CHECK = Playability(
    status="LOGIN_REQUIRED",
    reason="Sign in to confirm you\N{RIGHT SINGLE QUOTATION MARK}re not a bot",
)


def player_response(video: Video | None, client: str, playability: Playability) -> dict[str, Any]:
    """Return what the player is told; app clients get no microformat."""
    content: dict[str, Any] = {
        "responseContext": {"visitorData": VISITOR},
        "playabilityStatus": _playability(video, playability),
    }
    if video is None or playability.status == "ERROR":
        return content
    content["videoDetails"] = _details(video)
    if client.startswith(("WEB", "MWEB")):
        content["microformat"] = {"playerMicroformatRenderer": _microformat(video)}
    if playability is not PLAYABLE:
        return content
    if video.live is not Live.UPCOMING:
        content["streamingData"] = {"expiresInSeconds": "21540", "formats": [_format(video)]}
    if video.tracks:
        content["captions"] = {"playerCaptionsTracklistRenderer": _captions(video, client)}
    return content


def playability_of(video: Video | None, *, signed_in: bool) -> Playability:
    if video is None:
        return UNAVAILABLE
    if signed_in and video.opens_to_cookies:
        return PLAYABLE
    if video.live is Live.UPCOMING and video.playability is PLAYABLE:
        return Playability(status="LIVE_STREAM_OFFLINE", reason=_countdown(video.starts_at))
    return video.playability


def _countdown(starts_at: datetime | None) -> str:
    """Return the words in which the player counts down."""
    if starts_at is None:
        return "This live event will begin in a few moments."
    left = max(timedelta(), starts_at - datetime.now(UTC))
    for unit, seconds in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        count = round(left.total_seconds() / seconds)
        if count:
            return f"This live event will begin in {count} {unit}{'s' if count > 1 else ''}."
    return "This live event will begin in a few moments."


def _playability(video: Video | None, playability: Playability) -> dict[str, Any]:
    status: dict[str, Any] = {"status": playability.status, "playableInEmbed": True}
    if playability.reason:
        # The page's own text is another than the one that apps are given.
        shown = "Video unavailable" if playability is UNAVAILABLE else playability.reason
        error: dict[str, Any] = {"reason": {"simpleText": shown}}
        if playability.subreason:
            error["subreason"] = {"runs": [{"text": playability.subreason}]}
        status["reason"] = playability.reason
        status["messages"] = [playability.reason]
        status["errorScreen"] = {"playerErrorMessageRenderer": error}
    if video and video.live in {Live.UPCOMING, Live.NOW}:
        slate = {}
        if video.live is Live.UPCOMING and video.starts_at:
            seconds = str(int(video.starts_at.timestamp()))
            slate = {
                "offlineSlate": {"liveStreamOfflineSlateRenderer": {"scheduledStartTime": seconds}}
            }
        status["liveStreamability"] = {"liveStreamabilityRenderer": {"videoId": video.id, **slate}}
    return status


def _details(video: Video) -> dict[str, Any]:
    details = {
        "videoId": video.id,
        "title": video.title,
        "lengthSeconds": "0" if video.live in {Live.UPCOMING, Live.NOW} else str(video.duration),
        "keywords": list(video.keywords),
        "channelId": video.channel.id,
        "isOwnerViewing": False,
        "shortDescription": video.description,
        "isCrawlable": not video.unlisted,
        "viewCount": str(video.views),
        "author": video.channel.title,
        "isPrivate": video.is_private,
        "isLiveContent": video.live is not Live.NO,
        "thumbnail": {
            "thumbnails": [
                {
                    "url": f"https://i.ytimg.com/vi/{video.id}/{name}.jpg",
                    "width": width,
                    "height": height,
                }
                for name, width, height in (("default", 120, 90), ("maxresdefault", 1280, 720))
            ]
        },
    }
    if video.live is Live.UPCOMING:
        details["isUpcoming"] = True
    if video.live is Live.NOW:
        details["isLive"] = True
    if video.live is Live.PROCESSING:
        details["isPostLiveDvr"] = True
    return details


def _microformat(video: Video) -> dict[str, Any]:
    published = video.published.isoformat()
    content: dict[str, Any] = {
        "title": {"simpleText": video.title},
        "description": {"simpleText": video.description},
        "lengthSeconds": str(video.duration),
        "ownerProfileUrl": f"http://www.youtube.com/{video.channel.handle}",
        "externalChannelId": video.channel.id,
        "isFamilySafe": True,
        "availableCountries": list(video.countries),
        "isUnlisted": video.unlisted,
        "viewCount": str(video.views),
        "category": video.category,
        "publishDate": published,
        "uploadDate": published,
        "ownerChannelName": video.channel.title,
    }
    if video.live is not Live.NO:
        start = video.starts_at or video.published
        content["liveBroadcastDetails"] = {
            "isLiveNow": video.live is Live.NOW,
            "startTimestamp": start.isoformat(),
        }
        if video.live in {Live.OVER, Live.PROCESSING}:
            end = start + timedelta(seconds=video.duration)
            content["liveBroadcastDetails"]["endTimestamp"] = end.isoformat()
    return content


def _format(video: Video) -> dict[str, Any]:
    return {
        "itag": 18,
        "url": f"https://rr1---sn-fake.googlevideo.com/videoplayback?itag=18&id={video.id}",
        "mimeType": 'video/mp4; codecs="avc1.42001E, mp4a.40.2"',
        "bitrate": 500_000,
        "width": 640,
        "height": 360,
        "quality": "medium",
        "fps": 30,
        "qualityLabel": "360p",
        "approxDurationMs": str(video.duration * 1000),
        "audioQuality": "AUDIO_QUALITY_LOW",
        "audioSampleRate": "44100",
        "audioChannels": 2,
    }


def _captions(video: Video, client: str) -> dict[str, Any]:
    # The address that apps are given asks for srv3 at its end.
    suffix = "&fmt=srv3" if client.startswith(("ANDROID", "IOS", "VISIONOS")) else ""
    return {
        "captionTracks": [_track(video, track, suffix) for track in video.tracks],
        "audioTracks": [{"captionTrackIndices": list(range(len(video.tracks)))}],
        "translationLanguages": [
            {"languageCode": language, "languageName": {"runs": [{"text": language.upper()}]}}
            for language in video.translations
        ],
        "defaultAudioTrackIndex": 0,
    }


def _track(video: Video, track: Track, suffix: str) -> dict[str, Any]:
    kind = {"kind": "asr"} if track.automatic else {}
    query = {
        "v": video.id,
        "caps": "asr",
        "expire": "9999999999",
        "signature": "FAKE",
        **kind,
        "lang": track.language,
    }
    gate = f"&exp={track.gate}" if track.gate else ""
    return {
        "baseUrl": f"https://www.youtube.com/api/timedtext?{urlencode(query)}{gate}{suffix}",
        "name": {"runs": [{"text": track.label}]},
        "vssId": f"{'a' if track.automatic else ''}.{track.language}",
        "languageCode": track.language,
        **kind,
        "isTranslatable": True,
        "trackName": "",
    }
