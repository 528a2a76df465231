"""Passages: consecutive segments of 20 to 40 s, the unit for prompts and citations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vidwiz.plugin_api import Passage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vidwiz.plugin_api import Segment

SHORTEST = 20.0
LONGEST = 40.0
NOTE_SECONDS = 15.0
NOTE_CONTEXT = 15


def of_segments(segments: Sequence[Segment]) -> tuple[Passage, ...]:
    """Group segments into passages; one ends after 20 s at the first sentence end, or at 40 s."""
    groups: list[list[Segment]] = []
    for segment in segments:
        if not groups or _is_full(groups[-1], segment):
            groups.append([])
        groups[-1].append(segment)
    return tuple(_passage(number, group) for number, group in enumerate(groups, start=1))


def _is_full(group: Sequence[Segment], following: Segment) -> bool:
    start, last = group[0].offset, group[-1]
    if following.offset + following.duration - start > LONGEST:
        return True
    ends_here = last.text.rstrip().endswith((".", "!", "?", "。", "！", "？", "؟"))
    return last.offset + last.duration - start >= SHORTEST and ends_here


def around(segments: Sequence[Segment], moment: float) -> tuple[Passage, ...]:
    """Return what is said within 15 s of a moment, with up to 15 segments on each side of that.

    Each segment is a passage of its own, so that the moment stays recognisable.
    """
    near = [
        index
        for index, segment in enumerate(segments)
        if segment.offset <= moment + NOTE_SECONDS
        and segment.offset + segment.duration >= moment - NOTE_SECONDS
    ]
    if not near:
        before = sum(segment.offset <= moment for segment in segments)
        near = [min(max(before - 1, 0), len(segments) - 1)]
    chosen = segments[max(0, near[0] - NOTE_CONTEXT) : near[-1] + 1 + NOTE_CONTEXT]
    return tuple(_passage(number, [segment]) for number, segment in enumerate(chosen, start=1))


def _passage(number: int, group: Sequence[Segment]) -> Passage:
    text = " ".join(segment.text.strip() for segment in group)
    end = max(segment.offset + segment.duration for segment in group)
    return Passage(f"P{number}", group[0].offset, end, text)
