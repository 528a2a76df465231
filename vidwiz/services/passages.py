"""Passages: consecutive segments of 20 to 40 s, the unit for prompts and citations."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from vidwiz.plugin_api import Passage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vidwiz.plugin_api import Segment

SHORTEST = 20.0
LONGEST = 40.0
NOTE_SECONDS = 15.0
NOTE_CONTEXT = 15
AT_MARK = 5.0


def of_segments(segments: Sequence[Segment]) -> tuple[Passage, ...]:
    """Group segments into passages; one ends after 20 s at the first sentence end, or at 40 s."""
    groups: list[list[Segment]] = []
    start = end = 0.0
    for segment in segments:
        # Captions overlap, so that the last to begin need not be the last to end.
        new_end = max(end, segment.offset + segment.duration)
        is_long = end - start >= SHORTEST
        if not groups or new_end - start > LONGEST or (is_long and _ends_a_sentence(groups[-1])):
            groups.append([])
            start, new_end = segment.offset, segment.offset + segment.duration
        groups[-1].append(segment)
        end = new_end
    return tuple(_passage(number, group) for number, group in enumerate(groups, start=1))


def _ends_a_sentence(group: Sequence[Segment]) -> bool:
    return group[-1].text.rstrip().endswith((".", "!", "?", "。", "！", "？", "؟"))


def is_spoken_near(segments: Sequence[Segment], moment: float) -> bool:
    """Say whether anything is said within 15 s of a moment."""
    first, last = moment - NOTE_SECONDS, moment + NOTE_SECONDS
    return any(
        segment.offset <= last and segment.offset + segment.duration >= first
        for segment in segments
    )


def around(segments: Sequence[Segment], moment: float) -> tuple[Passage, ...]:
    """Return what is said within 15 s of a moment, with up to 15 segments on each side of that.

    Each segment is a passage of its own, so that the moment stays recognisable.
    """
    offsets = [segment.offset for segment in segments]
    spoken = max(bisect_right(offsets, moment) - 1, 0)
    first = min(bisect_left(offsets, moment - NOTE_SECONDS), spoken)
    last = max(bisect_right(offsets, moment + NOTE_SECONDS) - 1, spoken)
    chosen = segments[max(0, first - NOTE_CONTEXT) : last + 1 + NOTE_CONTEXT]
    return tuple(_passage(number, [segment]) for number, segment in enumerate(chosen, start=1))


def beside(
    around: Sequence[Passage], moment: float
) -> tuple[tuple[Passage, ...], tuple[Passage, ...], tuple[Passage, ...]]:
    """Return which of these passages are before a moment, at it, and after it.

    At it are those that are spoken within 5 s of it, or else the nearest one.
    """
    near = [
        part for part in around if part.start <= moment + AT_MARK and part.end >= moment - AT_MARK
    ]
    if not near and around:
        near = [min(around, key=lambda part: max(part.start - moment, moment - part.end))]
    if not near:
        return (), (), ()
    first, last = around.index(near[0]), around.index(near[-1])
    return tuple(around[:first]), tuple(around[first : last + 1]), tuple(around[last + 1 :])


def _passage(number: int, group: Sequence[Segment]) -> Passage:
    text = " ".join(segment.text.strip() for segment in group)
    end = max(segment.offset + segment.duration for segment in group)
    return Passage(f"P{number}", group[0].offset, end, text)
