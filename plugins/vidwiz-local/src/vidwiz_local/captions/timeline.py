"""The order of cues in time: no repeats of a rolling screen, no two at once."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from vidwiz.plugin_api import Segment
from vidwiz_local.captions.formats import Cue

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_SCREEN_ROWS = 4  # the most that roll-up captions have
_FLASH = 50  # YouTube shows each finished line alone for 10 ms before the next is built under it
_PAUSE = 500  # a screen that was empty for longer was cleared
_EMPTY_SCREEN = Cue(0, 0, ())


def to_segments(cues: Iterable[Cue]) -> tuple[Segment, ...]:
    """Return what is said in the order of time; a cue ends where the next begins."""
    # A dict, because a cue with the same words at the same time is the same cue.
    spoken = dict.fromkeys(cue for cue in cues if cue.lines)
    ordered = _without_repeats(sorted(spoken, key=lambda cue: cue.start))
    starts = [cue.start for cue in ordered[1:]]
    ends = map(min, (cue.end for cue in ordered), [*starts, float("inf")])
    return tuple(
        Segment(" ".join(cue.lines), cue.start / 1000, max(0, end - cue.start) / 1000)
        for cue, end in zip(ordered, ends, strict=True)
    )


def _without_repeats(cues: Sequence[Cue]) -> Sequence[Cue]:
    """Take away the lines that a rolling screen shows again.

    Whether a file rolls is judged on the whole of it: in one that does, nearly every cue repeats
    the line above; in one that does not, a line said twice stays twice.
    """
    repeated = [_repeated_lines(shown, cue) for shown, cue in pairwise([_EMPTY_SCREEN, *cues])]
    counted = list(zip(cues, repeated, strict=True))
    rolling = sum(
        count > 0 and (count < len(cue.lines) or cue.end - cue.start <= _FLASH)
        for cue, count in counted
    )
    if rolling * 3 <= len(cues):
        return cues
    return [
        replace(cue, lines=cue.lines[count:]) for cue, count in counted if count < len(cue.lines)
    ]


def _repeated_lines(shown: Cue, cue: Cue) -> int:
    """Count the lines at the top of `cue` that stood at the bottom of the screen before it.

    Rather too few than all: of `no / no` after `no / no` the lower one is new. A line over a new
    one was carried up, however long ago it came; alone, after a pause, it is said again.
    """
    rows = range(min(len(shown.lines), len(cue.lines), _SCREEN_ROWS), 0, -1)
    matches = [count for count in rows if shown.lines[-count:] == cue.lines[:count]]
    for count in matches:
        if count < len(cue.lines):
            return count
    return len(cue.lines) if matches and cue.start - shown.end <= _PAUSE else 0
