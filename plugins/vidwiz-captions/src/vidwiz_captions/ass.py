"""Advanced SubStation Alpha and its forerunner: the dialogue lines of `.ass` and `.ssa`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from vidwiz_captions.cues import (
    Cue,
    NotCaptionsError,
    lines_of,
    refuse_too_many,
    what_else,
)
from vidwiz_captions.text import clean_lines
from vidwiz_captions.times import clock

if TYPE_CHECKING:
    from vidwiz_captions.encoding import EncodedText

_COMMENT = re.compile(r"\{[^{}\\]*\}")  # codes have a backslash
_CLOCK = re.compile(r"-?\d{1,4}(?::\d{1,3}){1,2}(?:[.,:]\d{1,9})?")
# What both formats have where no line says it.
_COLUMNS = ("layer", "start", "end", "style", "name", "ml", "mr", "mv", "effect", "text")


def read_ass(source: EncodedText) -> list[Cue]:
    """Return the dialogue in the order of the file; raise `NotCaptionsError`."""
    cues: list[Cue] = []
    columns: tuple[str, ...] = _COLUMNS
    is_known = in_events = False
    for line in lines_of(source.chunks()):
        name, _, value = line.lstrip("\ufeff ").partition(":")
        kind = name.strip().lower()
        if kind.startswith("["):
            in_events = kind.startswith("[events]")
            is_known |= in_events
        elif kind == "format" and in_events:
            columns = tuple(column.strip().lower() for column in value.split(","))
        elif kind == "dialogue":
            is_known = True
            if cue := _read_line(value, columns):
                cues.append(cue)
                refuse_too_many(len(cues))
    if not is_known:
        raise NotCaptionsError(what_else(source) or "it has no dialogue lines")
    return cues


def _read_line(value: str, columns: tuple[str, ...]) -> Cue | None:
    """Return the cue of a line; its text is always the last column, and has commas of its own."""
    parts = dict(zip(columns, value.split(",", len(columns) - 1), strict=False))
    text = clean_lines(_COMMENT.sub("", parts.get("text", "")))
    times = [parts.get(key, "").strip() for key in ("start", "end")]
    if not text or not all(map(_is_clock, times)):
        return None
    start, end = map(clock, times)
    return Cue(start, end, text)


def _is_clock(text: str) -> bool:
    return _CLOCK.fullmatch(text) is not None
