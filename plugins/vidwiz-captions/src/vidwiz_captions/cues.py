"""Cues, what every reader makes of a file, and what no file of captions goes beyond."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from vidwiz_captions.encoding import EncodedText

MOST_CUES = 400_000
"""Twice the segments that VidWiz stores of one transcript: rolling captions say each line twice."""
MOST_LINES = 10_000  # of one caption; some people put a whole talk into one
LONGEST_LINE = 1_000_000  # characters
LATEST = 9999 * 3_600_000  # milliseconds
UNKNOWN = -1
"""The time of a cue that could not be read; `fill_times` takes it from the neighbours."""

_CHARACTER = 65  # milliseconds that a character takes to say, at 150 words a minute


class NotCaptionsError(Exception):
    """The text is something else; the message says what."""


@dataclass(frozen=True, slots=True)
class Cue:
    """What stands on the screen from `start` to `end`, in milliseconds.

    `text` has its lines, at least one and none empty, with a newline between them.
    """

    start: int
    end: int
    text: str


def refuse_too_many(cues: int) -> None:
    """Raise `NotCaptionsError` when there are more than anybody says."""
    if cues > MOST_CUES:
        raise NotCaptionsError(f"it has over {MOST_CUES:,} captions")


def fill_times(cues: list[Cue]) -> None:
    """Give unknown times to cues, in the order of the file.

    An unknown start is the end of the cue before; several in a row, or one after an unknown end,
    share the time up to the next start. An unknown end is the next start, or, at the end of all,
    comes from the text's length.
    """
    _fill_starts(cues)
    following = UNKNOWN
    for index in range(len(cues) - 1, -1, -1):
        cue = cues[index]
        if cue.end == UNKNOWN:
            spoken = cue.start + _CHARACTER * len(cue.text)
            end = spoken if following == UNKNOWN else max(following, cue.start)
            cues[index] = replace(cue, end=end)
        following = cue.start


def _fill_starts(cues: list[Cue]) -> None:
    first = 0
    while first < len(cues):
        if cues[first].start != UNKNOWN:
            first += 1
            continue
        last = first
        while last < len(cues) and cues[last].start == UNKNOWN:
            last += 1
        above = cues[first - 1] if first else Cue(0, 0, "")
        shares_with_above = int(above.end == UNKNOWN)
        before = max(above.start, above.end)
        after = cues[last].start if last < len(cues) else before
        step = max(0, after - before) / (last - first + shares_with_above)
        for index in range(first, last):
            start = int(before + step * (index - first + shares_with_above))
            cues[index] = replace(cues[index], start=start)
        first = last


def lines_of(chunks: Iterable[str]) -> Iterator[str]:
    """Cut a text into lines, whatever ends them and wherever it was cut before."""
    rest = ""
    for chunk in chunks:
        text = rest + chunk
        whole = text.rstrip("\r")  # the end of a line may be cut in two
        *lines, last = split_lines(whole)
        yield from lines
        rest = last + text[len(whole) :]
        if len(rest) > LONGEST_LINE:
            raise NotCaptionsError(f"it has a line of over {LONGEST_LINE:,} characters")
    yield from split_lines(rest)


def split_lines(text: str) -> list[str]:
    """Cut a text at whatever ends lines."""
    for line_end in ("\r\r\n", "\r\n", "\r"):
        text = text.replace(line_end, "\n")
    return text.split("\n")


def head_of(source: EncodedText) -> str:
    """Return how the text begins, in small letters."""
    return next(source.chunks(), "").lstrip("\ufeff \t\r\n")[:1000].lower()


def what_else(source: EncodedText) -> str | None:
    """Return what the text is when it is no captions, as far as its beginning tells."""
    head = head_of(source)
    if not head:
        return "it is empty"
    if head.startswith(("<!doctype html", "<html")):
        return "it is a web page"
    if "\0" in head:
        return "it is not text"
    return None
