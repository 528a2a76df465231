"""What a list of videos consists of, as a file, a request or a site gives it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from vidwiz.services.cleaning import clean_line

MOST_VIDEOS = 50_000
"""Videos of one import; a watch history of ten years has about as many."""
MOST_SHOWN = 20
_LONGEST_SHOWN = 120


@dataclass(frozen=True, slots=True)
class Entry:
    """A video's id or address as it stood at `place`, such as `line 3`."""

    text: str
    place: str
    title: str | None = None


@dataclass(frozen=True, slots=True)
class ImportedVideo:
    """A video that an import is about; `duration` is in seconds."""

    video_id: str
    url: str | None = None
    title: str | None = None
    duration: float | None = None


@dataclass(slots=True)
class Unreadable:
    """What was left out and why: all of it is counted, and the first few are named."""

    count: int = 0
    shown: list[dict[str, Any]] = field(default_factory=list)

    def add(self, place: str, text: str, reason: str) -> None:
        """Count one more."""
        self.count += 1
        if len(self.shown) < MOST_SHOWN:
            part = clean_line(text)[:_LONGEST_SHOWN]
            self.shown.append({"place": place, "text": part, "message": reason})


@dataclass(frozen=True, slots=True)
class FileContents:
    """What a file names: `entries` are videos, `lists` the addresses of playlists and channels.

    `format` is what the file was taken for. `lenient` says that most of such a file is about
    something else than videos, so that what is no video is no fault.
    """

    format: str
    entries: tuple[Entry, ...]
    lists: tuple[Entry, ...] = ()
    unreadable: Unreadable = field(default_factory=Unreadable)
    lenient: bool = False
