"""The order of cues in time: each thing said once, and no two at once but in two languages."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING

from vidwiz.plugin_api import Segment
from vidwiz_local.captions.repeats import without_repeats

if TYPE_CHECKING:
    from vidwiz_local.captions.cues import Cue


def to_segments(cues: list[Cue]) -> tuple[Segment, ...]:
    """Return what is said in the order of time; a cue ends where the next begins.

    Those that begin and end together, as the lines of two languages do, both have the whole time.
    Empties `cues`: each is let go once its segment is made, since there may be very many.
    """
    cues.sort(key=attrgetter("start"))
    without_repeats(cues)
    segments = []
    limit = following = float("inf")  # where what begins later begins, and where the next begins
    after: Cue | None = None
    while cues:
        cue = cues.pop()
        if after is None or (cue.start, cue.end) != (after.start, after.end):
            limit = following
        seconds = max(0, min(cue.end, limit) - cue.start) / 1000
        segments.append(Segment(cue.text.replace("\n", " "), cue.start / 1000, seconds))
        following = cue.start
        after = cue
    segments.reverse()
    return tuple(segments)
