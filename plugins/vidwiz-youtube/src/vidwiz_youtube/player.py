"""What the answers of YouTube's player say of a video: whether it plays, and since when."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from vidwiz_youtube.failures import failure, no_captions, not_started, of_reason
from vidwiz_youtube.reasons import announced_start, code_of

if TYPE_CHECKING:
    from vidwiz.plugin_api import PluginError

_IN_PAGE = re.compile(r"ytInitialPlayerResponse\s*=\s*(?=\{)")
_DATE_IN_PAGE = re.compile(r'itemprop="datePublished" content="([^"]{10,40})"')


@dataclass(frozen=True, slots=True)
class Seen:
    """A video's state; what was not said is None or False."""

    video_id: str | None = None
    status: str | None = None
    reason: str | None = None
    subreason: str = ""
    is_upcoming: bool = False
    is_live: bool = False
    starts_at: datetime | None = None
    available_since: datetime | None = None
    spoken: str | None = None
    """The language of the audio track that is heard by default."""

    @property
    def is_playable(self) -> bool:
        return self.status in {None, "OK"}

    def refusal(self, video_id: str) -> PluginError | None:
        """Return why the player does not play the video that was asked for; None when it does."""
        if self.video_id not in {None, video_id}:
            # What it shows to addresses that it blocks (NewPipe#8713, and the source of yt-dlp).
            return failure("ip_blocked")
        if self.is_playable:
            return None
        if self.is_upcoming or code_of(self.reason) == "not_started":
            return not_started(self.starts_at or announced_start(self.reason, datetime.now(UTC)))
        return of_reason(self.reason, self.subreason, self.status or "")

    @property
    def is_over(self) -> bool:
        """Whether it is no stream that goes on or begins later, whose captions would be a part."""
        return not (self.is_live or self.is_upcoming)

    def without_captions(self) -> PluginError:
        """Return what it means that the video has no captions: never, not yet, or live."""
        if self.is_upcoming:
            return not_started(self.starts_at)
        if self.is_live:
            return failure("live_now")
        return no_captions(self.available_since)


def seen(response: Any, page: str | None = None) -> Seen:  # noqa: ANN401 - JSON of any shape
    """Return what a player's answer, and the watch page if there is one, say of the video."""
    in_page = response_in(page) if page else {}
    status = _part(response, "playabilityStatus")
    details = _part(response, "videoDetails")
    page_details = _part(in_page, "videoDetails")
    microformat = _part(in_page, "microformat", "playerMicroformatRenderer") or _part(
        response, "microformat", "playerMicroformatRenderer"
    )
    broadcast = _part(microformat, "liveBroadcastDetails")
    live_state = _part(status, "liveStreamability", "liveStreamabilityRenderer")
    slate = _part(live_state, "offlineSlate", "liveStreamOfflineSlateRenderer")
    flags = {**page_details, **details}
    return Seen(
        video_id=_text(details.get("videoId")),
        status=_text(status.get("status")),
        reason=_text(status.get("reason")),
        subreason=_subreason(status),
        is_upcoming=flags.get("isUpcoming") is True
        or status.get("status") == "LIVE_STREAM_OFFLINE",
        is_live=any(flags.get(name) is True for name in ("isLive", "isPostLiveDvr")),
        starts_at=_epoch(slate.get("scheduledStartTime"))
        or (_moment(broadcast.get("startTimestamp")) if flags.get("isUpcoming") else None),
        available_since=_moment(broadcast.get("endTimestamp"))
        or _moment(microformat.get("publishDate"))
        or _date_in(page),
        spoken=_spoken(response),
    )


def response_in(page: str) -> dict[str, Any]:
    """Return the player's answer that a watch page holds; empty when it holds none."""
    match = _IN_PAGE.search(page)
    if not match:
        return {}
    try:
        content, _ = json.JSONDecoder().raw_decode(page, match.end())
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _part(content: Any, *path: str) -> dict[str, Any]:  # noqa: ANN401 - JSON of any shape
    for name in path:
        content = content.get(name) if isinstance(content, dict) else None
    return content if isinstance(content, dict) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _subreason(status: dict[str, Any]) -> str:
    said = _part(status, "errorScreen", "playerErrorMessageRenderer", "subreason")
    runs = said.get("runs") if isinstance(said.get("runs"), list) else [said]
    texts = (
        run.get("text") or run.get("simpleText") for run in runs or () if isinstance(run, dict)
    )
    return " ".join(text for text in texts if isinstance(text, str))


def _spoken(response: Any) -> str | None:  # noqa: ANN401 - JSON of any shape
    """Return the language that the default audio track names as that of its captions."""
    captions = _part(response, "captions", "playerCaptionsTracklistRenderer")
    try:
        audio = captions["audioTracks"][captions.get("defaultAudioTrackIndex", 0)]
        return _text(captions["captionTracks"][audio["defaultCaptionTrackIndex"]]["languageCode"])
    except (LookupError, TypeError):
        return None


def _epoch(value: object) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(value), UTC)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def _moment(value: object) -> datetime | None:
    """Return an ISO 8601 moment; a date alone is its end, so that nothing seems older."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(hour=23, minute=59, tzinfo=UTC)
    return moment.astimezone(UTC)


def _date_in(page: str | None) -> datetime | None:
    match = _DATE_IN_PAGE.search(page or "")
    return _moment(match[1]) if match else None
