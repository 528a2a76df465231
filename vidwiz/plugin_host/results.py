"""Checks what plugins return, so that nothing else has to expect rubbish from them.

What is of a wrong type is the plugin's error (`RubbishError`, a crash as any other). What a site
may well say (a length of zero, a title without end) is taken as not known, or cut.
"""

from __future__ import annotations

import math
import re
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, TypeVar, cast

from vidwiz.masking import mask
from vidwiz.plugin_api import (
    Chapter,
    Completion,
    Handling,
    ListedVideo,
    PluginError,
    Segment,
    Transcript,
    Usage,
    VideoList,
    VideoMetadata,
    VideoRef,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

LONGEST_LINE = 1000
"""Characters of a title or a name; the longest that YouTube takes has 100."""
LONGEST_URL = 2048
LONGEST_DESCRIPTION = 100_000
LONGEST_ANSWER = 1_000_000
LONGEST_TRANSCRIPT = 32 * 1024 * 1024
"""Characters; what is stored of a transcript may have so many bytes."""
LONGEST_MESSAGE = 500
MOST_CHAPTERS = 2000
MOST_LISTED = 100_000
_LONGEST_NUMBER = 2**63
_SITE = re.compile(r"[a-z0-9]{2,20}")
_ID = re.compile(r"[A-Za-z0-9_.-]{1,100}")
_CODE = re.compile(r"[a-z0-9_]{1,50}")

T = TypeVar("T")


class RubbishError(Exception):
    """A plugin returned what its role does not allow."""


def metadata(value: object, ref: VideoRef) -> VideoMetadata:
    """Return what a fetcher says of `ref`, or raise `RubbishError`."""
    found = _instance(value, VideoMetadata, "the metadata")
    changes: dict[str, Any] = {"id": ref.id}
    for field in fields(VideoMetadata):
        part = getattr(found, field.name)
        if field.name not in ("id", "chapters") and part is not None:
            changes[field.name] = _field(field.name, part)
    if found.chapters is not None:
        changes["chapters"] = tuple(
            map(_chapter, _rows(found.chapters, "chapters")[:MOST_CHAPTERS])
        )
    return replace(found, **changes)


def transcript(value: object) -> Transcript:
    """Return a fetcher's captions; raise `RubbishError`, or `PluginError` (`too_long`)."""
    found = _instance(value, Transcript, "the transcript")
    rows = _rows(found.segments, "segments")
    if sum(len(_segment_text(row)) for row in rows) > LONGEST_TRANSCRIPT:
        raise PluginError("too_long")
    language = None if found.language is None else _text(found.language, "language", 100)
    return Transcript(tuple(map(_segment, rows)), language)


def completion(value: object) -> Completion:
    """Return a provider's answer; raise `RubbishError`, or `PluginError` (`bad_answer`)."""
    found = _instance(value, Completion, "the answer")
    _instance(found.text, str, "the text")
    if len(found.text) > LONGEST_ANSWER:
        raise PluginError("bad_answer")
    usage = found.usage if _is_usage(found.usage) else None
    return Completion(found.text, _text(found.model, "model", LONGEST_LINE), usage)


def resolved(value: object) -> VideoRef | None:
    """Return what a fetcher made of an address, or raise `RubbishError`."""
    return None if value is None else _ref(value)


def listed(value: object, limit: int) -> tuple[ListedVideo, ...]:
    """Return at most `limit` videos that a fetcher found, or raise `RubbishError`."""
    return tuple(map(_listed, _rows(value, "videos")[:limit]))


def expanded(value: object) -> VideoList:
    """Return a fetcher's playlist or channel, or raise `RubbishError`.

    One strange entry spoils no list: which references name videos is for `Sites.of_ref` to say.
    """
    found = _instance(value, VideoList, "the list")
    title = None if found.title is None else _text(found.title, "title", LONGEST_LINE)
    key = _text(found.key, "key", LONGEST_LINE)
    if not key.strip():
        raise RubbishError("the list has no key")
    rows = _rows(found.videos, "videos")[:MOST_LISTED]
    return VideoList(key, tuple(_listed(row, _ref_of_list) for row in rows), title)


def tidy(error: PluginError) -> None:
    """Make a failure one that can be shown and stored; raise `RubbishError` when it is none."""
    fields_of_it = ("code", "message", "handling", "retry_at", "opens_breaker")
    if not all(hasattr(error, name) for name in fields_of_it):
        raise RubbishError(f"{type(error).__name__} was raised without what a PluginError has")
    if not isinstance(error.code, str) or not _CODE.fullmatch(error.code):
        raise RubbishError("its failure has a code that is none")
    if error.handling not in tuple(Handling):
        raise RubbishError(f"its failure ({error.code}) has a handling that is none")
    error.handling = Handling(error.handling)
    _moment(error.retry_at, "retry_at")
    message = " ".join(_instance(error.message, str, "the message").split())
    error.message = mask(message)[:LONGEST_MESSAGE]
    error.args = (error.code, error.message)


def _field(name: str, value: object) -> object:
    match name:
        case "duration":
            return _seconds_or_none(value)
        case "view_count" | "like_count":
            return _count(value)
        case "description":
            return _text(value, name, LONGEST_DESCRIPTION)
        case "thumbnail" | "channel_url" | "webpage_url":
            url = _text(value, name, LONGEST_URL + 1)
            return url if len(url) <= LONGEST_URL else None
    return _text(value, name, LONGEST_LINE)


def _chapter(value: object) -> Chapter:
    found = _instance(value, Chapter, "a chapter")
    end = None if found.end_time is None else _seconds(found.end_time)
    return Chapter(_text(found.title, "title", LONGEST_LINE), _seconds(found.start_time), end)


def _segment_text(value: object) -> str:
    return _instance(_instance(value, Segment, "a segment").text, str, "a segment's text")


def _segment(value: Segment) -> Segment:
    return Segment(mask(value.text), _seconds(value.offset), _seconds(value.duration))


def _listed(value: object, check: Callable[[object], VideoRef] | None = None) -> ListedVideo:
    found = _instance(value, ListedVideo, "a listed video")
    return ListedVideo(
        (check or _ref)(found.ref),
        None if found.title is None else _text(found.title, "title", LONGEST_LINE),
        None if found.duration is None else _seconds_or_none(found.duration),
        _moment(found.published_at, "published_at"),
    )


def _ref(value: object) -> VideoRef:
    found = _instance(value, VideoRef, "the video")
    site, video_id = _instance(found.site, str, "site"), _instance(found.id, str, "id")
    url = _instance(found.url, str, "url")
    if not (_SITE.fullmatch(site) and _ID.fullmatch(video_id)):
        raise RubbishError(f"{site[:50]!r}, {video_id[:50]!r} are no site and id of a video")
    if len(url) > LONGEST_URL or not url.startswith(("https://", "http://")):
        raise RubbishError(f"{url[:50]!r} is no address of a video")
    return found


def _ref_of_list(value: object) -> VideoRef:
    found = _instance(value, VideoRef, "the video")
    for name in ("site", "id", "url"):
        _instance(getattr(found, name), str, name)
    return found


def _is_usage(value: object) -> bool:
    return isinstance(value, Usage) and all(
        type(tokens) is int and 0 <= tokens < _LONGEST_NUMBER
        for tokens in (value.input_tokens, value.output_tokens, value.cached_tokens)
    )


def _instance(value: object, kind: type[T], what: str) -> T:
    if not isinstance(value, kind):
        raise RubbishError(f"{what} is of type {type(value).__name__}, not {kind.__name__}")
    return value


def _rows(value: object, what: str) -> Sequence[Any]:
    # A generator could go on for ever, in a thread that nobody watches.
    if not isinstance(value, tuple | list):
        raise RubbishError(f"{what} are of type {type(value).__name__}, not tuple")
    return value


def _text(value: object, what: str, longest: int) -> str:
    # Cut first: masking takes time in proportion to the length.
    return mask(_instance(value, str, what)[:longest])


def _seconds(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not _is_finite(value):
        raise RubbishError(f"{str(value)[:50]!r} is no time in seconds")
    return max(value, 0.0)


def _seconds_or_none(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise RubbishError(f"the duration is of type {type(value).__name__}, not float")
    return value if _is_finite(value) and value > 0 else None


def _is_finite(number: float) -> bool:
    try:
        return math.isfinite(number)
    except OverflowError:  # an int beyond all floats
        return False


def _count(value: object) -> int | None:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if type(value) is not int:
        raise RubbishError(f"a count is of type {type(value).__name__}, not int")
    return value if 0 <= value < _LONGEST_NUMBER else None


def _moment(value: object, what: str) -> datetime | None:
    if value is not None and getattr(value, "tzinfo", None) is None:
        raise RubbishError(f"{what} is no time with a zone")
    return cast("datetime | None", value)
