"""Which of a video's caption tracks is taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_SAME = 5
"""The most that two tags of one language, or of two that all their speakers read, differ by in the
distances of CLDR's language matching, which langcodes has."""
_OTHER_SCRIPT = 40
"""What CLDR counts at least where a reader may not know the script."""


@dataclass(frozen=True, slots=True)
class CaptionTrack:
    """A track as a site lists it: its BCP 47 tag, whether it was recognised from speech.

    `key` is what the fetcher needs to get it. Tracks that a machine translated are not to be
    listed: YouTube refuses to serve them, and a model translates better.
    """

    language: str
    automatic: bool
    key: object = None


def choose_track(
    tracks: Sequence[CaptionTrack], asked: Sequence[str], spoken: str | None = None
) -> CaptionTrack | None:
    """Return the track to take, or None when there is none.

    The languages asked for come first, in their order; then the one spoken in the video, which is
    that of the first automatic track, or else `spoken`; then English, which is spoken in most
    videos that have captions in many languages, and then the first track. Of one language a
    track in a script that the reader may not know is the last, and one made by people goes before
    an automatic one.
    """
    own = next((track.language for track in tracks if track.automatic), None) or spoken
    for tag in (*asked, own or "en"):
        near = [(far, t) for t in tracks if (far := _distance(tag, t.language)) is not None]
        if near:
            return min(near, key=_rank)[1]
    return min(tracks, key=lambda track: track.automatic, default=None)


def _distance(asked: str, there: str) -> int | None:
    """Return how far a language is from the one asked for; None where it is another."""
    import langcodes  # noqa: PLC0415 - takes 40 ms; only workers that fetch need it

    if asked.lower() == there.lower():
        return 0
    if not (langcodes.tag_is_valid(asked) and langcodes.tag_is_valid(there)):
        return None
    far: int = langcodes.tag_distance(asked, there)
    first, second = (langcodes.standardize_tag(tag).partition("-")[0] for tag in (asked, there))
    return far if far <= _SAME or first == second else None


def _rank(pair: tuple[int, CaptionTrack]) -> tuple[bool, bool, int]:
    far, track = pair
    return far >= _OTHER_SCRIPT, track.automatic, far
