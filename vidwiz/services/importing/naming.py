"""From what a list says to the videos that are meant: each once, by its id."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vidwiz.errors import InvalidInputError
from vidwiz.services.cleaning import clean_line, is_blank
from vidwiz.services.importing.entries import MOST_VIDEOS, ImportedVideo, Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from vidwiz.plugin_api import ListedVideo
    from vidwiz.services.importing.entries import Entry
    from vidwiz.services.video_ids import NamedVideo

NOT_LOOKED_AT = "not_looked_at"
"""The code of the error for an address that there was no time to look at."""
_LONGEST_TITLE = 1000
_TOO_MANY = f"an import has {MOST_VIDEOS} videos at most"
_LONGEST_DURATION = 7 * 86_400.0


class Named:
    """The videos of a list so far, in its order."""

    def __init__(self, unreadable: Unreadable | None = None) -> None:
        self.unreadable = unreadable or Unreadable()
        self._videos: dict[str, ImportedVideo] = {}

    @property
    def videos(self) -> list[ImportedVideo]:
        """The videos, each once."""
        return list(self._videos.values())

    def add(self, video: NamedVideo, place: str, *, title: str | None, duration: object) -> None:
        """Take a video over, unless it is there, is not allowed here, or is one too many."""
        if video.video_id in self._videos:
            return
        reason = _TOO_MANY if len(self._videos) >= MOST_VIDEOS else video.refusal
        if reason is not None:
            self.unreadable.add(place, video.video_id, reason)
            return
        self._videos[video.video_id] = ImportedVideo(
            video.video_id, video.url, _title(title), _duration(duration)
        )


def of_entries(
    entries: Iterable[Entry],
    find: Callable[[str], NamedVideo],
    *,
    lenient: bool = False,
    unreadable: Unreadable | None = None,
) -> Named:
    """Return the videos that are named by ids and addresses.

    `find` returns a video or raises `InvalidInputError` that says why there is none. With
    `lenient`, what is no video is left out without a word.
    """
    named = Named(unreadable)
    for entry in entries:
        try:
            video = find(entry.text)
        except InvalidInputError as exc:
            if not lenient or exc.code == NOT_LOOKED_AT:
                named.unreadable.add(entry.place, entry.text, exc.message)
        else:
            named.add(video, entry.place, title=entry.title, duration=None)
    return named


def of_listed(
    listed: Iterable[ListedVideo], of_ref: Callable[[object], NamedVideo | None]
) -> Named:
    """Return the videos that a site's list names; what `of_ref` does not take is left out."""
    named = Named()
    for number, listed_video in enumerate(listed, 1):
        video = of_ref(listed_video.ref)
        if video is None:
            shown = listed_video.title or ""
            named.unreadable.add(f"entry {number}", shown, "it has no usable id")
        else:
            title, duration = listed_video.title, listed_video.duration
            named.add(video, f"entry {number}", title=title, duration=duration)
    return named


def _title(text: str | None) -> str | None:
    if text is None or is_blank(text):
        return None
    return clean_line(text)[:_LONGEST_TITLE] or None


def _duration(seconds: object) -> float | None:
    """Return a plausible duration; None for any other, also for what is no number."""
    is_number = isinstance(seconds, int | float)
    return float(seconds) if is_number and 0 < seconds <= _LONGEST_DURATION else None  # type: ignore[operator,arg-type]
