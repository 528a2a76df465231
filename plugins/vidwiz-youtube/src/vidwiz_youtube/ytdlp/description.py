"""What yt-dlp says of a video, as the plugin API names it."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from vidwiz.plugin_api import Chapter, VideoMetadata

if TYPE_CHECKING:
    from collections.abc import Mapping

_DATE = re.compile(r"\d{8}")


def metadata(info: Mapping[str, Any], *, video_id: str, url: str) -> VideoMetadata:
    """Return the metadata under the id that the video has here; what is odd is left out."""
    duration = _number(info.get("duration"))
    return VideoMetadata(
        id=video_id,
        title=_text(info.get("title")),
        channel=_text(info.get("channel") or info.get("uploader")),
        channel_url=_text(info.get("channel_url") or info.get("uploader_url")),
        uploader=_text(info.get("uploader")),
        duration=duration,
        duration_string=_clock(duration) if duration else None,
        thumbnail=_thumbnail(info),
        view_count=_count(info.get("view_count")),
        like_count=_count(info.get("like_count")),
        upload_date=_upload_date(info),
        description=_text(info.get("description")),
        chapters=_chapters(info),
        language=_text(info.get("language")),
        webpage_url=_text(info.get("webpage_url")) or url,
    )


def published_at(info: Mapping[str, Any]) -> datetime | None:
    """Return when the video was published, as exactly as is known; a day counts from its start."""
    for name in ("timestamp", "release_timestamp"):
        if (moment := _moment(info.get(name))) is not None:
            return moment
    day = _upload_date(info)
    return datetime.strptime(day, "%Y%m%d").replace(tzinfo=UTC) if day else None


def over_at(info: Mapping[str, Any]) -> datetime | None:
    """Return when a video was published, or its stream was over; what is known of that."""
    began, duration = _moment(info.get("release_timestamp")), _number(info.get("duration"))
    if live_status(info) == "was_live" and began is not None:
        return began + timedelta(seconds=duration or 0)
    return published_at(info)


def starts_at(info: Mapping[str, Any]) -> datetime | None:
    """Return when a stream begins, or None when that is not said or long past."""
    return _moment(info.get("release_timestamp"))


def live_status(info: Mapping[str, Any]) -> str:
    """Return yt-dlp's `live_status`, also for extractors that only say `is_live`."""
    status = info.get("live_status")
    if isinstance(status, str):
        return status
    if info.get("is_live"):
        return "is_live"
    return "was_live" if info.get("was_live") else "not_live"


def _moment(seconds: object) -> datetime | None:
    number = _number(seconds)
    if number is None:
        return None
    try:
        return datetime.fromtimestamp(number, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _upload_date(info: Mapping[str, Any]) -> str | None:
    for name in ("upload_date", "release_date"):
        day = info.get(name)
        if isinstance(day, str) and _is_date(day):
            return day
    moment = _moment(info.get("timestamp"))
    return moment.strftime("%Y%m%d") if moment else None


def _is_date(day: str) -> bool:
    if not _DATE.fullmatch(day):
        return False
    try:
        datetime.strptime(day, "%Y%m%d")  # noqa: DTZ007 - only whether there is such a day
    except ValueError:
        return False
    return True


def _chapters(info: Mapping[str, Any]) -> tuple[Chapter, ...] | None:
    found = []
    for chapter in info.get("chapters") or ():
        start, title = _number(chapter.get("start_time")), _text(chapter.get("title"))
        if start is not None and title:
            found.append((title, start, _number(chapter.get("end_time"))))
    next_starts = [start for _, start, _ in found[1:]]
    ends = (*next_starts, _number(info.get("duration")))
    chapters = [
        Chapter(title, start, end if end is not None else following)
        for (title, start, end), following in zip(found, ends, strict=False)
    ]
    return tuple(chapters) or None


def _thumbnail(info: Mapping[str, Any]) -> str | None:
    if direct := _text(info.get("thumbnail")):
        return direct
    known = [image for image in info.get("thumbnails") or () if _text(image.get("url"))]
    if not known:
        return None
    # As yt-dlp orders them; without any of the two the last is the best.
    best = max(
        reversed(known),
        key=lambda image: (_number(image.get("preference")) or 0, _number(image.get("width")) or 0),
    )
    return str(best["url"])


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) and value >= 0 else None


def _count(value: object) -> int | None:
    number = _number(value)
    return None if number is None else int(number)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
