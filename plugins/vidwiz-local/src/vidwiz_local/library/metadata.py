"""The metadata of a video out of yt-dlp's info.json, whatever state that is in."""

from __future__ import annotations

import json
import re
from dataclasses import fields, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from vidwiz.plugin_api import Chapter, PluginError, VideoMetadata
from vidwiz_captions.encoding import UnknownEncodingError, recognise
from vidwiz_captions.numbers import finite
from vidwiz_local.library.languages import language_of
from vidwiz_local.library.text import lines, one_line, unescape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vidwiz.plugin_api import VideoRef

_LANGUAGE = re.compile(rb'"language"\s*:\s*"([A-Za-z_-]{2,20})"')
_URL = re.compile(r"https?://\S+", re.IGNORECASE)
_LENGTH = re.compile(r"(?:[0-9]{1,9}:){0,2}[0-9]{1,9}")
_CLOCK = re.compile(r"(?:(?:([0-9]{1,6}):)?([0-9]{1,6}):)([0-9]{1,2}(?:[.,][0-9]{1,9})?)")
_ISO_DURATION = re.compile(
    r"P(?:([0-9]{1,6})D)?T?(?:([0-9]{1,6})H)?(?:([0-9]{1,6})M)?(?:([0-9]{1,9}(?:\.[0-9]{1,9})?)S)?",
    re.IGNORECASE,
)
_GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+")
_DAY = re.compile(r"[0-9]{8}")
_YOUTUBE_ID = re.compile(r"[A-Za-z0-9_-]{11}")
_PLACEHOLDER = re.compile(r"\S+ video #\S+")  # yt-dlp's, for a title that it did not learn
_OF_ONE_VIDEO = {"video", "multi_video", "url", "url_transparent"}  # yt-dlp's values of `_type`
_MOST = 2**53


def read_info(data: bytes, *, name: str) -> dict[str, Any]:
    """Return the object that an info.json holds, or raise `parse_error`.

    Of several objects in one file, as `yt-dlp -j` prints them, it is the first.
    """
    try:
        language = _LANGUAGE.search(data)
        hint = language[1].decode("ascii") if language else None
        text = recognise(data, language=hint).text()
        info, _ = json.JSONDecoder().raw_decode(text, len(text) - len(text.lstrip()))
    except UnknownEncodingError as exc:
        message = f"{name} is in an encoding that is not known; save it as UTF-8."
        raise PluginError("parse_error", message) from exc
    except (ValueError, RecursionError) as exc:
        where = f" (line {exc.lineno})" if isinstance(exc, json.JSONDecodeError) else ""
        raise PluginError("parse_error", f"{name} is not valid JSON{where}.") from exc
    if not isinstance(info, dict):
        raise PluginError("parse_error", f"{name} is JSON, but not an object with a video's data.")
    return info


def refuse_other(info: dict[str, Any], ref: VideoRef, *, name: str) -> None:
    """Raise `parse_error` when an info.json is of a playlist, a channel or another video."""
    kind = info.get("_type")
    if (isinstance(kind, str) and kind not in _OF_ONE_VIDEO) or (
        kind is None and isinstance(info.get("entries"), list)
    ):
        raise PluginError("parse_error", f"{name} is about a list of videos, not about this one.")
    if is_of_another(info.get("id"), ref):
        raise PluginError("parse_error", f"{name} is about another video.")


def is_of_another(video_id: object, ref: VideoRef) -> bool:
    """Tell whether the id in an info.json is another video's, and not merely no id.

    Sites other than YouTube have ids in a short and a long form.
    """
    if not isinstance(video_id, str) or video_id in {ref.id, f"{ref.site}:{ref.id}"}:
        return False
    if ref.site == "youtube":
        return _YOUTUBE_ID.fullmatch(video_id) is not None
    return bool(video_id) and video_id not in ref.id and ref.id not in video_id


def best(found: Sequence[VideoMetadata], *, title: str | None) -> VideoMetadata:
    """Return one video's metadata out of several sources, the first of which counts most.

    `title` is the one in a file's name; it serves where no source has a real one.
    """
    first, *others = found
    for other in others:
        missing = {
            field.name: getattr(other, field.name)
            for field in fields(VideoMetadata)
            if getattr(first, field.name) is None
        }
        if first.duration is not None:
            missing.pop("duration_string", None)  # two sources may differ
        first = replace(first, **missing)
    return first if first.title else replace(first, title=title)


def to_metadata(video_id: str, info: dict[str, Any]) -> VideoMetadata:
    """Return what `info` says of the video; a placeholder is no title."""
    length = _line(info.get("duration_string"))
    if length and not _LENGTH.fullmatch(length):
        length = None
    duration = _duration(info.get("duration")) or _duration(length) or None
    return VideoMetadata(
        id=video_id,
        title=_title(info.get("title"), video_id) or _title(info.get("fulltitle"), video_id),
        channel=_line(info.get("channel")),
        channel_url=_url(info.get("channel_url")),
        uploader=_line(info.get("uploader")),
        duration=duration,
        duration_string=length or _clock(duration),
        thumbnail=_url(info.get("thumbnail")),
        view_count=_count(info.get("view_count")),
        like_count=_count(info.get("like_count")),
        upload_date=_date(info.get("upload_date")),
        description=_description(info.get("description")),
        chapters=_chapters(info.get("chapters")),
        language=spoken_language(info),
        webpage_url=_url(info.get("webpage_url")),
    )


def spoken_language(info: dict[str, Any]) -> str | None:
    """Return the tag of the language spoken in the video."""
    return language_of(_line(info.get("language")) or "")


def _line(value: object) -> str | None:
    return (one_line(unescape(value)) or None) if isinstance(value, str) else None


def _title(value: object, video_id: str) -> str | None:
    title = _line(value)
    if title is None or title == video_id:
        return None
    return None if _PLACEHOLDER.fullmatch(title) and title.endswith(f"#{video_id}") else title


def _description(value: object) -> str | None:
    """Entities stay: addresses look like them, and a description may be about HTML."""
    return (lines(value) or None) if isinstance(value, str) else None


def _url(value: object) -> str | None:
    """Only what a browser may open: a page will make a link or an image of it."""
    text = one_line(value) if isinstance(value, str) else None
    return text if text and _URL.fullmatch(text) else None


def _duration(value: object) -> float | None:
    """Return seconds of a number, of `1:02:05`, or of ISO 8601's `PT1H2M5S`."""
    text = value.strip() if isinstance(value, str) else ""
    if clock := _CLOCK.fullmatch(text):
        hours, minutes, seconds = clock.groups()
        value = (int(hours or 0) * 60 + int(minutes)) * 60 + float(seconds.replace(",", "."))
    elif (iso := _ISO_DURATION.fullmatch(text)) and any(iso.groups()):
        days, hours, minutes, seconds = (float(part or 0) for part in iso.groups())
        value = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
    return _seconds(value)


def _seconds(value: object) -> float | None:
    number = finite(value)
    return number if number is not None and 0 <= number < _MOST else None


def _count(value: object) -> int | None:
    if isinstance(value, str) and _GROUPED.fullmatch(value.strip()):
        value = value.replace(",", "")
    number = _seconds(value)
    return None if number is None else int(number)


def _date(value: object) -> str | None:
    digits = (_line(value) or "").replace("-", "")
    if not _DAY.fullmatch(digits):
        return None
    try:
        date.fromisoformat(digits)
    except ValueError:
        return None
    return digits


def _clock(duration: float | None) -> str | None:
    if duration is None:
        return None
    minutes, seconds = divmod(int(duration), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def _chapters(value: object) -> tuple[Chapter, ...] | None:
    if not isinstance(value, list):
        return None
    chapters = [chapter for item in value if (chapter := _chapter(item)) is not None]
    return tuple(sorted(chapters, key=lambda chapter: chapter.start_time)) or None


def _chapter(item: object) -> Chapter | None:
    if not isinstance(item, dict):
        return None
    title, start = _line(item.get("title")), _seconds(item.get("start_time"))
    if title is None or start is None:
        return None
    end = _seconds(item.get("end_time"))
    return Chapter(title, start, end if end is not None and end > start else None)
