"""Videos from a folder that yt-dlp wrote: `ID.info.json` and captions beside it."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tests.fake_youtube.videos import Channel, Line, Track, Video

if TYPE_CHECKING:
    from pathlib import Path

_TIMES = re.compile(r"(\d+):(\d\d):(\d\d)[,.](\d{3}) --> (\d+):(\d\d):(\d\d)[,.](\d{3})")


def videos_of(folder: Path) -> list[Video]:
    """Return a video for each `*.info.json`, with the `.srt` files that have its name."""
    return [_video(path) for path in sorted(folder.glob("*.info.json"))]


def _video(path: Path) -> Video:
    info: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    stem = path.name.removesuffix(".info.json")
    automatic = set(info.get("automatic_captions") or ()) - set(info.get("subtitles") or ())
    date = str(info.get("upload_date") or "20240102")
    return Video(
        id=str(info.get("id") or stem),
        title=str(info.get("title") or stem),
        channel=Channel.named(str(info.get("channel") or info.get("uploader") or "A channel")),
        description=str(info.get("description") or ""),
        duration=int(info.get("duration") or 600),
        views=int(info.get("view_count") or 0),
        published=datetime.strptime(date, "%Y%m%d").replace(tzinfo=UTC),
        chapters=tuple((c["start_time"], c["title"]) for c in info.get("chapters") or ()),
        tracks=[
            _track(captions, stem, automatic)
            for captions in sorted(path.parent.glob("*.srt"))
            if captions.name.startswith(f"{stem}.")
        ],
    )


def _track(path: Path, stem: str, automatic: set[str]) -> Track:
    language = path.name.removeprefix(f"{stem}.").removesuffix(".srt")
    return Track(
        language=language,
        lines=tuple(_lines(path.read_text(encoding="utf-8-sig"))),
        automatic=language in automatic,
    )


def _lines(text: str) -> list[Line]:
    lines = []
    for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n")):
        match = _TIMES.search(block)
        words = " ".join(block[match.end() :].split()) if match else ""
        if match and words:
            numbers = [int(number) for number in match.groups()]
            start, end = _seconds(numbers[:4]), _seconds(numbers[4:])
            lines.append(Line(start, max(0.0, end - start), words))
    return lines


def _seconds(parts: list[int]) -> float:
    hours, minutes, seconds, milliseconds = parts
    return hours * 3600 + minutes * 60 + seconds + milliseconds / 1000
