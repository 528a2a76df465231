"""From what a list says to the videos that are meant: each once, by its id."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vidwiz.errors import InvalidInputError
from vidwiz.services import video_ids
from vidwiz.services.cleaning import clean_line, is_blank, is_web_address
from vidwiz.services.importing.entries import MOST_VIDEOS, NamedVideo, Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from vidwiz.plugin_api import ListedVideo, VideoRef
    from vidwiz.services.importing.entries import Entry

    Resolve = Callable[[list[str]], Mapping[str, VideoRef | None]]
    """Says which videos of other sites these addresses name, without the network."""

_LONGEST_TITLE = 1000
_TOO_MANY = f"an import has {MOST_VIDEOS} videos at most"
_LONGEST_DURATION = 7 * 86_400.0


class Named:
    """The videos of a list so far, in its order."""

    def __init__(self, unreadable: Unreadable | None = None) -> None:
        self.unreadable = unreadable or Unreadable()
        self._videos: dict[str, NamedVideo] = {}

    @property
    def videos(self) -> list[NamedVideo]:
        """The videos, each once."""
        return list(self._videos.values())

    def add(self, video: NamedVideo, place: str) -> None:
        """Take a video over, unless it is there or there are too many."""
        if video.video_id in self._videos:
            return
        if len(self._videos) >= MOST_VIDEOS:
            self.unreadable.add(place, video.video_id, _TOO_MANY)
            return
        self._videos[video.video_id] = video


def of_entries(
    entries: Iterable[Entry],
    resolve: Resolve,
    *,
    lenient: bool = False,
    unreadable: Unreadable | None = None,
) -> Named:
    """Return the videos that are named by ids and addresses.

    YouTube's are known here; `resolve` is asked once, for all other addresses together. With
    `lenient`, what is no video is left out without a word.
    """
    entries = list(entries)
    found = [_parsed(entry.text) for entry in entries]
    others = {
        entry.text
        for entry, (video_id, _) in zip(entries, found, strict=True)
        if video_id is None and is_web_address(entry.text)
    }
    refs = resolve(sorted(others)) if others else {}
    named = Named(unreadable)
    for entry, (video_id, reason) in zip(entries, found, strict=True):
        ref = refs.get(entry.text)
        if video_id is not None:
            named.add(NamedVideo(video_id, title=_title(entry.title)), entry.place)
        elif ref is not None and (video := of_ref(ref, title=entry.title)) is not None:
            named.add(video, entry.place)
        elif not lenient:
            named.unreadable.add(entry.place, entry.text, reason)
    return named


def _parsed(text: str) -> tuple[str | None, str]:
    """Return the id of a video on YouTube, or None and why it is none."""
    try:
        return video_ids.parse(text), ""
    except InvalidInputError as exc:
        return None, exc.message


def of_listed(listed: Iterable[ListedVideo]) -> Named:
    """Return the videos that a site's list names; what is no proper reference is left out."""
    named = Named()
    for number, video in enumerate(listed, 1):
        found = of_ref(video.ref, title=video.title, duration=video.duration)
        if found is None:
            named.unreadable.add(f"entry {number}", str(video.title or ""), "it has no usable id")
        else:
            named.add(found, f"entry {number}")
    return named


def of_ref(
    ref: VideoRef, *, title: str | None = None, duration: float | None = None
) -> NamedVideo | None:
    """Return the video that a plugin names; None when its id cannot be kept."""
    video_id = ref.id if ref.site == "youtube" else f"{ref.site}:{ref.id}"
    if not video_ids.is_valid(video_id):
        return None
    url = ref.url if is_web_address(ref.url) and len(ref.url) <= video_ids.LONGEST_URL else None
    known = duration is not None and 0 < duration <= _LONGEST_DURATION
    return NamedVideo(video_id, url, _title(title), float(duration or 0) if known else None)


def _title(text: str | None) -> str | None:
    if text is None or is_blank(text):
        return None
    return clean_line(text)[:_LONGEST_TITLE] or None
