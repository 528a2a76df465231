"""What PeerTube's documents say, with every field doubted."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from vidwiz.plugin_api import Chapter, PluginError, VideoMetadata

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vidwiz.plugin_api import VideoRef


@dataclass(frozen=True, slots=True)
class Track:
    """One caption file."""

    language: str
    is_automatic: bool
    address: str


def metadata(document: Any, ref: VideoRef, base: str) -> VideoMetadata:  # noqa: ANN401
    """Return the metadata in the document of a video; raise `PluginError` (`parse_error`)."""
    if _text(document, "name") is None:
        raise PluginError("parse_error")
    thumbnail = _text(document, "thumbnailPath") or _text(document, "previewPath")
    published = moment(_text(document, "publishedAt"))
    return VideoMetadata(
        id=ref.id,
        title=_text(document, "name"),
        channel=_text(document, "channel", "displayName"),
        channel_url=_text(document, "channel", "url"),
        uploader=_text(document, "account", "displayName"),
        duration=_number(document, "duration") or None,
        thumbnail=urljoin(f"{base}/", thumbnail) if thumbnail else None,
        view_count=_number(document, "views"),
        like_count=_number(document, "likes"),
        upload_date=f"{published:%Y%m%d}" if published else None,
        description=_text(document, "description"),
        language=_text(document, "language", "id"),
        webpage_url=ref.url,
    )


def chapters(document: Any, duration: float | None) -> tuple[Chapter, ...] | None:  # noqa: ANN401
    """Return the chapters, each up to the next; None when there are none."""
    rows = [
        (start, title)
        for row in _rows(document, "chapters")
        if (start := _number(row, "timecode")) is not None
        and (title := _text(row, "title")) is not None
    ]
    rows.sort()
    ends = [*(start for start, _ in rows[1:]), duration]
    return tuple(
        Chapter(title, start, end) for (start, title), end in zip(rows, ends, strict=False)
    ) or (None)


def tracks(document: Any) -> list[Track]:  # noqa: ANN401 - what a stranger sends
    """Return the caption files; those without an address or language are left out."""
    found = []
    for row in _rows(document, "data"):
        # The path is of the instance itself; it is gone where files are in an object storage.
        address = _text(row, "captionPath") or _text(row, "fileUrl")
        language = _text(row, "language", "id")
        if address and language:
            found.append(Track(language, row.get("automaticallyGenerated") is True, address))
    return found


def choose(found: Sequence[Track], languages: Sequence[str], spoken: str | None) -> Track:
    """Return the track in the language that was asked for, else the spoken one, else any.

    Of two in one language the one that people made comes first.
    """
    heard = next((track.language for track in found if track.is_automatic), spoken)

    def distance(track: Track) -> tuple[int, bool]:
        for rank, language in enumerate([*languages, *([heard] if heard else [])]):
            if _base(language) == _base(track.language):
                exact = language.lower() == track.language.lower()
                return 2 * rank + (not exact), track.is_automatic
        return 2 * len(languages) + 2, track.is_automatic

    return min(found, key=distance)


def state(document: Any) -> int | None:  # noqa: ANN401 - what a stranger sends
    """Return the number of PeerTube's VideoState."""
    return _number(document, "state", "id")


def is_live(document: Any) -> bool:  # noqa: ANN401 - what a stranger sends
    """Say whether the video is a stream, before, while or after it is sent."""
    return isinstance(document, dict) and document.get("isLive") is True


def starts_at(document: Any) -> dt.datetime | None:  # noqa: ANN401 - what a stranger sends
    """Return when a stream is due."""
    times = [moment(_text(row, "startAt")) for row in _rows(document, "liveSchedules")]
    return min((time for time in times if time is not None), default=None)


def published_at(document: Any) -> dt.datetime | None:  # noqa: ANN401 - what a stranger sends
    """Return when the video became public."""
    return moment(_text(document, "publishedAt"))


def language(document: Any) -> str | None:  # noqa: ANN401 - what a stranger sends
    """Return the language that is said to be spoken."""
    return _text(document, "language", "id")


def full_description(document: Any) -> str | None:  # noqa: ANN401 - what a stranger sends
    """Return the whole of a description that the video's document has the beginning of."""
    return _text(document, "description")


def moment(text: str | None) -> dt.datetime | None:
    """Return an aware time, or None for what is none."""
    try:
        found = dt.datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)


def _base(language: str) -> str:
    return language.lower().replace("_", "-").partition("-")[0]


def _at(document: Any, *path: str) -> Any:  # noqa: ANN401 - what a stranger sends
    for part in path:
        document = document.get(part) if isinstance(document, dict) else None
    return document


def _text(document: Any, *path: str) -> str | None:  # noqa: ANN401
    value = _at(document, *path)
    return value if isinstance(value, str) and value.strip() else None


def _number(document: Any, *path: str) -> int | None:  # noqa: ANN401
    value = _at(document, *path)
    return value if type(value) is int and value >= 0 else None


def _rows(document: Any, name: str) -> list[Any]:  # noqa: ANN401
    rows = _at(document, name)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
