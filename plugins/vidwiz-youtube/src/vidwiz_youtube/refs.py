"""YouTube's ids and addresses, and what a description says of chapters."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from vidwiz.plugin_api import Chapter, VideoRef

if TYPE_CHECKING:
    from collections.abc import Sequence

SITE = "youtube"

_VIDEO_ID = re.compile(r"[A-Za-z0-9_-]{11}")
_CLOCK = r"\(?\[?((?:\d{1,2}:)?\d{1,2}:[0-5]\d)\]?\)?"
_TIME_FIRST = re.compile(rf"^[\W_]*{_CLOCK}(?:[\s\-–—:.|)]+)(\S.*)$")
_TIME_LAST = re.compile(rf"^(\S.*?)[\s\-–—:.|(]+{_CLOCK}\s*$")
_FEWEST_CHAPTERS = 3
_SHORTEST_CHAPTER = 10
"""YouTube's own rules: at least three, from 0:00, ten seconds or more (support page 9884579)."""
_LONGEST_TITLE = 200
_LONGEST_LINE = 300
_LONGEST_DESCRIPTION = 20_000  # YouTube takes 5,000


def is_video_id(text: str) -> bool:
    return _VIDEO_ID.fullmatch(text) is not None


def watch_url(video_id: str) -> str:
    return f"https://www.youtube.com/watch?v={video_id}"


def ref_of(video_id: str) -> VideoRef:
    return VideoRef(SITE, video_id, watch_url(video_id))


def chapters_of(description: str | None, duration: float | None) -> tuple[Chapter, ...] | None:
    """Return the chapters that the lines of a description make by YouTube's rules, or None."""
    found = [
        line
        for text in (description or "")[:_LONGEST_DESCRIPTION].splitlines()
        if len(text) <= _LONGEST_LINE and (line := _line(text.strip()))
    ]
    if not _are_chapters([start for start, _ in found], duration):
        return None
    ends: list[float | None] = [*(float(start) for start, _ in found[1:]), duration]
    return tuple(
        Chapter(title, float(start), end) for (start, title), end in zip(found, ends, strict=True)
    )


def _line(text: str) -> tuple[int, str] | None:
    if match := _TIME_FIRST.match(text):
        clock, title = match[1], match[2]
    elif match := _TIME_LAST.match(text):
        clock, title = match[2], match[1]
    else:
        return None
    seconds = 0
    for part in clock.split(":"):
        seconds = seconds * 60 + int(part)
    return seconds, title.strip()[:_LONGEST_TITLE]


def _are_chapters(starts: Sequence[int], duration: float | None) -> bool:
    if len(starts) < _FEWEST_CHAPTERS or starts[0] != 0:
        return False
    if any(after - before < _SHORTEST_CHAPTER for before, after in pairwise(starts)):
        return False
    return duration is None or starts[-1] < duration
