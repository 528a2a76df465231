"""The metadata of a video out of yt-dlp's info.json, whatever state that is in."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

from vidwiz.plugin_api import Chapter, PluginError, VideoMetadata
from vidwiz_local.captions.encoding import UnknownEncodingError, recognise
from vidwiz_local.numbers import finite

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8})*")
_NO_LANGUAGE = {"und", "zxx", "mul", "mis"}
_URL = re.compile(r"https?://\S+", re.IGNORECASE)
_LENGTH = re.compile(r"(?:[0-9]+:){0,2}[0-9]+")
_DAY = re.compile(r"[0-9]{8}")
_NOT_STORABLE = re.compile("[\x00\ud800-\udfff]")
_MOST = 2**53


def read_info(data: bytes, *, name: str) -> dict[str, Any]:
    """Return the object that an info.json holds, or raise `parse_error`."""
    try:
        info = json.loads(recognise(data).text())
    except UnknownEncodingError as exc:
        message = f"{name} is in an encoding that is not known; save it as UTF-8."
        raise PluginError("parse_error", message) from exc
    except (ValueError, RecursionError) as exc:
        where = f" (line {exc.lineno})" if isinstance(exc, json.JSONDecodeError) else ""
        raise PluginError("parse_error", f"{name} is not valid JSON{where}.") from exc
    if not isinstance(info, dict):
        raise PluginError("parse_error", f"{name} is JSON, but not an object with a video's data.")
    return info


def to_metadata(video_id: str, info: dict[str, Any], *, title: str | None) -> VideoMetadata:
    """Return what `info` says of the video; `title` is for one that does not name it."""
    duration = _seconds(info.get("duration")) or None
    length = _text(info.get("duration_string"))
    return VideoMetadata(
        id=video_id,
        title=_text(info.get("title")) or _text(info.get("fulltitle")) or title,
        channel=_text(info.get("channel")),
        channel_url=_url(info.get("channel_url")),
        uploader=_text(info.get("uploader")),
        duration=duration,
        duration_string=length if length and _LENGTH.fullmatch(length) else _clock(duration),
        thumbnail=_url(info.get("thumbnail")),
        view_count=_count(info.get("view_count")),
        like_count=_count(info.get("like_count")),
        upload_date=_date(info.get("upload_date")),
        description=_text(info.get("description")),
        chapters=_chapters(info.get("chapters")),
        language=spoken_language(info),
        webpage_url=_url(info.get("webpage_url")),
    )


def spoken_language(info: dict[str, Any]) -> str | None:
    """Return the tag of the language spoken in the video."""
    tag = _text(info.get("language"))
    if tag is None or not _LANGUAGE.fullmatch(tag) or tag.lower() in _NO_LANGUAGE:
        return None
    return tag


def _text(value: object) -> str | None:
    """Without what no database stores: zero characters and halves of characters."""
    return (_NOT_STORABLE.sub("", value).strip() or None) if isinstance(value, str) else None


def _url(value: object) -> str | None:
    """Only what a browser may open: a page will make a link or an image of it."""
    text = _text(value)
    return text if text and _URL.fullmatch(text) else None


def _seconds(value: object) -> float | None:
    number = finite(value)
    return number if number is not None and 0 <= number < _MOST else None


def _count(value: object) -> int | None:
    number = _seconds(value)
    return None if number is None else int(number)


def _date(value: object) -> str | None:
    digits = (_text(value) or "").replace("-", "")
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
    title, start = _text(item.get("title")), _seconds(item.get("start_time"))
    if title is None or start is None:
        return None
    end = _seconds(item.get("end_time"))
    return Chapter(title, start, end if end is not None and end > start else None)
