"""How a long transcript is divided for reading: by the uploader's chapters, else by windows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from vidwiz.services import tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vidwiz.plugin_api import Passage

WINDOW_SECONDS = 600.0
_SHORT_CHAPTER = WINDOW_SECONDS / 2
"""Chapters are put together while they are shorter, and together no longer than a window."""
_FEWEST_CHAPTERS = 3
_SHORTEST_CHAPTER = 20.0
_LONGEST_SHARE = 0.5
"""Marks of chapters that somebody set by mistake: one of seconds, or one of half the video."""


@dataclass(frozen=True, slots=True)
class Part:
    """Consecutive passages, `last` included, and the chapters that they are of."""

    first: int
    last: int
    title: str = ""


def parts_of(
    passages: Sequence[Passage], chapters: Sequence[tuple[float, str]], most_tokens: int
) -> list[Part]:
    """Return parts that together are the whole transcript, each of at most so many tokens.

    Consecutive windows of a chapter share a passage. A passage by itself may have more tokens.
    """
    sizes = [tokens.of_text(passage.text) + 4 for passage in passages]
    sections = _together(passages, _sections(passages, chapters), sizes, most_tokens)
    return [part for one in sections for part in _windows(passages, one, sizes, most_tokens)]


def are_sensible(chapters: Sequence[tuple[float, str]], end: float) -> bool:
    """Say whether the chapters divide a video of so many seconds; many uploaders' do not."""
    starts = [start for start, _ in chapters]
    lengths = [after - before for before, after in pairwise([*starts, end])]
    return (
        len(starts) >= _FEWEST_CHAPTERS
        and min(lengths) >= _SHORTEST_CHAPTER
        and max([starts[0], *lengths]) <= _LONGEST_SHARE * end
    )


def _sections(passages: Sequence[Passage], chapters: Sequence[tuple[float, str]]) -> list[Part]:
    end = max(passage.end for passage in passages)
    if not are_sensible(chapters, end):
        return [Part(0, len(passages) - 1)]
    # What is said before the first chapter is of it; a passage is of the chapter it begins in.
    titles = iter(chapters)
    title = next(titles)[1]
    following = next(titles, None)
    sections: list[Part] = []
    first = 0
    for at, passage in enumerate(passages):
        while following is not None and passage.start >= following[0]:
            if at > first:
                sections.append(Part(first, at - 1, title))
            first, title, following = at, following[1], next(titles, None)
    return [*sections, Part(first, len(passages) - 1, title)]


def _together(
    passages: Sequence[Passage], sections: Sequence[Part], sizes: Sequence[int], most_tokens: int
) -> list[Part]:
    """Put short neighbours together."""
    kept: list[Part] = []
    for section in sections:
        if kept:
            both = Part(kept[-1].first, section.last, f"{kept[-1].title}; {section.title}")
            is_short = min(_seconds(passages, kept[-1]), _seconds(passages, section))
            if (
                is_short < _SHORT_CHAPTER
                and _seconds(passages, both) <= WINDOW_SECONDS
                and sum(sizes[both.first : both.last + 1]) <= most_tokens
            ):
                kept[-1] = both
                continue
        kept.append(section)
    return kept


def _windows(
    passages: Sequence[Passage], section: Part, sizes: Sequence[int], most_tokens: int
) -> list[Part]:
    seconds = _seconds(passages, section)
    size = sum(sizes[section.first : section.last + 1])
    count = max(1, math.ceil(seconds / WINDOW_SECONDS), math.ceil(size / most_tokens))
    parts: list[Part] = []
    own, held = section.first, 0
    for at in range(section.first, section.last + 1):
        # A text without times takes none: only its length divides it.
        long_enough = 0 < seconds / count <= passages[at].start - passages[own].start
        if at > own and (held + sizes[at] > most_tokens or long_enough):
            parts.append(Part(own - bool(parts), at - 1, section.title))
            own, held = at, sizes[at - 1]
        held += sizes[at]
    return [*parts, Part(own - bool(parts), section.last, section.title)]


def _seconds(passages: Sequence[Passage], part: Part) -> float:
    return max(0.0, passages[part.last].end - passages[part.first].start)
