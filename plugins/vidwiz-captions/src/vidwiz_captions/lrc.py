"""Lyrics with times in brackets: `.lrc`, also with several times a line and times of words."""

from __future__ import annotations

import re
from operator import attrgetter
from typing import TYPE_CHECKING

from vidwiz_captions.cues import (
    UNKNOWN,
    Cue,
    NotCaptionsError,
    fill_times,
    lines_of,
    refuse_too_many,
    what_else,
)
from vidwiz_captions.text import clean_lines
from vidwiz_captions.times import clock

if TYPE_CHECKING:
    from vidwiz_captions.encoding import EncodedText

_TIME = re.compile(r"\s*\[\s*(\d{1,4}(?::\d{1,3}){1,3}(?:[.,]\d{1,9})?)\s*\]")
_WORD_TIME = re.compile(r"\[\d{1,4}(?::\d{1,3}){1,3}(?:[.,]\d{1,9})?\]")
_HUNDREDTHS = re.compile(r"(\d+:\d+):(\d+)$")  # an old way to write `1:02.03`
_TAG = re.compile(r"\s*\[\s*([a-z#]{1,12})\s*:(.*)\]\s*$", re.IGNORECASE)
_BACKGROUND = "bg"  # this tag holds what is sung behind
_OFFSET = re.compile(r"[+-]?\d{1,9}")


def read_lrc(source: EncodedText) -> list[Cue]:
    """Return the lines in the order of time, each up to the next; raise `NotCaptionsError`."""
    cues: list[Cue] = []
    open_from = 0  # the first of the cues of the last line, which the next line may go on
    offset = 0
    for line in lines_of(source.chunks()):
        starts, text = _split(line)
        if starts:
            open_from = len(cues)
            cues.extend(Cue(start, UNKNOWN, text) for start in starts)
            refuse_too_many(len(cues))
        elif (tag := _TAG.match(line)) and tag[1].lower() != _BACKGROUND:
            shift = tag[2].strip()
            if tag[1].lower() == "offset" and _OFFSET.fullmatch(shift):
                offset = int(shift)
        elif text and cues:
            said = clean_lines(tag[2]) if tag else text
            cues[open_from:] = [_longer(cue, said) for cue in cues[open_from:]]
    if not cues:
        raise NotCaptionsError(what_else(source) or "it has no line that begins with a time")
    # The tag is positive where lines shall come sooner.
    cues[:] = [Cue(max(0, cue.start - offset), UNKNOWN, cue.text) for cue in cues]
    cues.sort(key=attrgetter("start"))
    fill_times(cues)
    return [cue for cue in cues if cue.text]  # one without words only ended the one before


def _longer(cue: Cue, text: str) -> Cue:
    return Cue(cue.start, cue.end, f"{cue.text}\n{text}".lstrip("\n"))


def _split(line: str) -> tuple[list[int], str]:
    starts = []
    at = 0
    while found := _TIME.match(line, at):
        starts.append(clock(_HUNDREDTHS.sub(r"\1.\2", found[1])))
        at = found.end()
    rest = line[at:]
    return starts, clean_lines(_WORD_TIME.sub(" ", rest) if "[" in rest else rest)
