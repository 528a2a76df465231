"""The order of cues in time: no repeats of a rolling screen, no two at once."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from vidwiz.plugin_api import Segment
from vidwiz_local.captions.cues import Cue

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_SCREEN_ROWS = 4  # the most that roll-up captions have
_FLASH = 50  # YouTube shows each finished line alone for 10 ms before the next is built under it
_PAUSE = 500  # a screen that was empty for longer was cleared
_EMPTY_SCREEN = Cue(0, 0, "")


def to_segments(cues: list[Cue]) -> tuple[Segment, ...]:
    """Return what is said in the order of time; a cue ends where the next begins.

    Empties `cues`: each is let go once its segment is made, since there may be very many.
    """
    cues.sort(key=attrgetter("start"))
    cues[:] = _without_repeats(list(_without_twins(cues)))
    segments = []
    limit: float = float("inf")
    while cues:
        cue = cues.pop()
        seconds = max(0, min(cue.end, limit) - cue.start) / 1000
        segments.append(Segment(cue.text.replace("\n", " "), cue.start / 1000, seconds))
        limit = cue.start
    segments.reverse()
    return tuple(segments)


def _without_twins(cues: Sequence[Cue]) -> Iterator[Cue]:
    """Yield each once: a cue with the same words at the same time is the same cue."""
    for _, together in groupby(cues, key=attrgetter("start")):
        yield from dict.fromkeys(together)


def _without_repeats(cues: Sequence[Cue]) -> Iterable[Cue]:
    """Take away the lines that a rolling screen shows again.

    Whether a file rolls is judged on the whole of it: in one that does, nearly every cue repeats
    the line above; in one that does not, a line said twice stays twice.
    """
    repeated = bytearray()  # one small number a cue
    rolling = 0
    shown, above = _EMPTY_SCREEN, [""]
    for cue in cues:
        lines = cue.text.split("\n")
        count = _repeated_lines(above, lines, pause=cue.start - shown.end)
        rolling += count > 0 and (count < len(lines) or cue.end - cue.start <= _FLASH)
        repeated.append(count)
        shown, above = cue, lines
    if rolling * 3 <= len(cues):
        return cues
    return (
        replace(cue, text="\n".join(lines[count:])) if count else cue
        for cue, count in zip(cues, repeated, strict=True)
        if count < len(lines := cue.text.split("\n"))
    )


def _repeated_lines(shown: Sequence[str], lines: Sequence[str], *, pause: int) -> int:
    """Count the lines at the top that stood at the bottom of the screen before.

    Rather too few than all: of `no / no` after `no / no` the lower one is new. A line over a new
    one was carried up, however long ago it came; alone, after a pause, it is said again. `pause` is
    in milliseconds.
    """
    rows = range(min(len(shown), len(lines), _SCREEN_ROWS), 0, -1)
    matches = [count for count in rows if shown[-count:] == lines[:count]]
    for count in matches:
        if count < len(lines):
            return count
    return len(lines) if matches and pause <= _PAUSE else 0
