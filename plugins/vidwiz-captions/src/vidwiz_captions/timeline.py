"""The order of cues in time: each thing said once, and no two at once but in two languages."""

from __future__ import annotations

from itertools import pairwise
from operator import attrgetter
from typing import TYPE_CHECKING

from vidwiz.plugin_api import Segment
from vidwiz_captions.repeats import without_repeats

if TYPE_CHECKING:
    from vidwiz_captions.cues import Cue


_TOGETHER = 100  # milliseconds between the times of two lines that are shown at once
_SHARE = 3  # one cue in so many begins with another in a file in two languages


def to_segments(cues: list[Cue]) -> tuple[Segment, ...]:
    """Return what is said in the order of time; a cue ends where the next begins.

    Those that begin and end together, as the lines of two languages do, both have the whole time.
    Empties `cues`: each is let go once its segment is made, since there may be very many.
    """
    cues.sort(key=attrgetter("start"))
    without_repeats(cues)
    nearest = _TOGETHER if _has_two_languages(cues) else 0
    segments = []
    limit = following = float("inf")  # where what begins later begins, and where the next begins
    after: Cue | None = None
    while cues:
        cue = cues.pop()
        if after is None or not _are_together(cue, after, nearest):
            limit = following
        seconds = max(0, min(cue.end, limit) - cue.start) / 1000
        segments.append(Segment(cue.text.replace("\n", " "), cue.start / 1000, seconds))
        following = cue.start
        after = cue
    segments.reverse()
    return tuple(segments)


def _has_two_languages(cues: list[Cue]) -> bool:
    """Tell whether so many cues have one beside them that this is how the file was made."""
    beside = sum(_are_together(cue, after, _TOGETHER) for cue, after in pairwise(cues))
    return beside * _SHARE > len(cues)


def _are_together(cue: Cue, after: Cue, nearest: int) -> bool:
    return (
        after.start - cue.start <= nearest
        and abs(after.end - cue.end) <= nearest
        and (cue.start == after.start or cue.end - cue.start > 2 * nearest)
    )
