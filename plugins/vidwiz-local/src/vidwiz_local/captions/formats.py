"""The readers of caption formats: each makes cues of a text and forgives what it can.

They read piece by piece and keep of each caption its times and its words alone, so that a file does
not take many times its size in memory.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

from vidwiz_local.captions.text import clean
from vidwiz_local.numbers import finite

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from vidwiz_local.captions.encoding import EncodedText

MOST_CUES = 400_000
"""Twice the segments that VidWiz stores of one transcript: rolling captions say each line twice."""
MOST_LINES = 10_000  # of one caption; some people put a whole talk into one
LONGEST_LINE = 1_000_000  # characters


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


_TIME = r"(-?)(?:(\d{1,4}):)?(\d{1,4}):(\d{1,2})(?:[.,](\d{1,9}))?"
_TIMING = re.compile(rf"{_TIME}\s*-{{1,2}}>\s*{_TIME}(?:\s|$)")
_TIMING_LENGTH = 200  # settings may follow, but no file needs more, and a line may be endless
_LATEST = 9999 * 3_600_000

_VTT_BLOCK = re.compile(r"NOTE(?:\s|$)|(?:STYLE|REGION)\s*$|WEBVTT")


def read_srt(source: EncodedText) -> list[Cue]:
    """Read SubRip, or WebVTT by a wrong name."""
    return _read_timed_text(source, vtt=_head(source).startswith("webvtt"))


def read_vtt(source: EncodedText) -> list[Cue]:
    """Read WebVTT, with or without its heading."""
    return _read_timed_text(source, vtt=True)


def _read_timed_text(source: EncodedText, *, vtt: bool) -> list[Cue]:
    """Cut at the lines with times rather than at empty lines, which are often wrong."""
    cues: list[Cue] = []
    times: tuple[int, int] | None = None
    body: list[str] = []
    number: int | None = 0
    for line in _lines(source.chunks()):
        found = _read_times(line)
        if found is None:
            _add_line(body, line, inside=times is not None)
            continue
        number = _take_label(body, number, vtt=vtt)
        _add_cue(cues, times, body, vtt=vtt)
        times, body = found, []
    _add_cue(cues, times, body, vtt=vtt)
    if times is None and not _head(source).startswith("webvtt"):
        reason = _what_else(source) or "it has no line with the times of a caption"
        raise NotCaptionsError(reason)
    return cues


def _add_line(body: list[str], line: str, *, inside: bool) -> None:
    if not line and body and not body[-1]:
        return
    body.append(line)
    if not inside:
        del body[:-2]  # before the first caption only its own label counts
    elif len(body) > MOST_LINES:
        raise NotCaptionsError(f"a caption in it has over {MOST_LINES:,} lines")


def _add_cue(cues: list[Cue], times: tuple[int, int] | None, body: list[str], *, vtt: bool) -> None:
    text = _payload(body, vtt=vtt) if times is not None else ""
    if times is not None and text:
        cues.append(Cue(*times, text))
        _refuse_too_many(len(cues))


def _refuse_too_many(cues: int) -> None:
    if cues > MOST_CUES:
        raise NotCaptionsError(f"it has over {MOST_CUES:,} captions")


def _lines(chunks: Iterable[str]) -> Iterator[str]:
    """Cut a text into lines, whatever ends them and wherever it was cut before."""
    rest = ""
    for chunk in chunks:
        text = rest + chunk
        whole = text.rstrip("\r")  # the end of a line may be cut in two
        *lines, last = _split(whole)
        yield from lines
        rest = last + text[len(whole) :]
        if len(rest) > LONGEST_LINE:
            raise NotCaptionsError(f"it has a line of over {LONGEST_LINE:,} characters")
    yield from _split(rest)


def _split(text: str) -> list[str]:
    for line_end in ("\r\r\n", "\r\n", "\r"):
        text = text.replace(line_end, "\n")
    return text.split("\n")


def _read_times(line: str) -> tuple[int, int] | None:
    if "->" not in line:
        return None
    match = _TIMING.match(line[:_TIMING_LENGTH].strip())
    if match is None:
        return None
    parts = match.groups()
    return _milliseconds_of(*parts[:5]), _milliseconds_of(*parts[5:])


def _milliseconds_of(
    sign: str, hours: str | None, minutes: str, seconds: str, fraction: str | None
) -> int:
    if sign:
        return 0
    whole = (int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)
    return whole * 1000 + int((fraction or "0")[:3].ljust(3, "0"))


def _take_label(body: list[str], number: int | None, *, vtt: bool) -> int | None:
    """Take the number or name of the next cue off the end of this one's body.

    Return the number. `number` is this cue's: where the empty line between the cues is missing,
    only the next in turn is taken for a number, since the captions may speak of numbers too.
    """
    label = body[-1].strip() if body else ""
    after_gap = len(body) > 1 and not body[-2]
    if label.isdecimal() and len(label) < 10:  # noqa: PLR2004 - a billion cues
        if after_gap or (number is not None and int(label) == number + 1):
            del body[-1]
            return int(label)
    elif vtt and label and after_gap:
        del body[-1]
    return None


def _payload(body: list[str], *, vtt: bool) -> str:
    """Text after an empty line is kept as well: more files are sloppy than carry text to ignore."""
    if vtt:
        for index in range(1, len(body)):
            if not body[index - 1] and _VTT_BLOCK.match(body[index]):
                body = body[:index]
                break
    return "\n".join(filter(None, map(clean, body)))


def _head(source: EncodedText) -> str:
    """Return how the text begins, in small letters."""
    return next(source.chunks(), "").lstrip()[:1000].lower()


def _what_else(source: EncodedText) -> str | None:
    head = _head(source)
    if not head:
        return "it is empty"
    if head.startswith(("<!doctype html", "<html")):
        return "it is a web page"
    if "\0" in head:
        return "it is not text"
    return None


def read_json3(source: EncodedText) -> list[Cue]:
    """Read YouTube's json3, where every word stands once."""
    try:
        document = json.loads(source.text(), object_hook=_Json3Objects())
    except (ValueError, RecursionError) as exc:
        raise NotCaptionsError(_what_else(source) or "it is not valid JSON") from exc
    events = document.get("events") if isinstance(document, dict) else None
    if not isinstance(events, list):
        raise NotCaptionsError("it is JSON without caption events")
    return [cue for cue in events if isinstance(cue, Cue)]


class _Json3Objects:
    """Makes of each JSON object what counts of it as soon as it is read.

    Objects are read from the inside out: a piece of text becomes a tuple, an event a cue, and only
    what holds the events stays an object.
    """

    def __init__(self) -> None:
        self._cues = 0

    def __call__(self, found: dict[str, Any]) -> object:
        if "events" in found:
            return found
        if "segs" not in found:
            return (found.get("utf8"),)
        cue = _read_event(found)
        self._cues += cue is not None
        _refuse_too_many(self._cues)
        return cue


def _read_event(event: dict[str, Any]) -> Cue | None:
    """Events of windows and styles have no words; those that append mostly a line end."""
    start = _milliseconds(event.get("tStartMs", 0))
    if start is None or not isinstance(event["segs"], list):
        return None
    pieces = chain.from_iterable(seg for seg in event["segs"] if isinstance(seg, tuple))
    said = "".join(piece for piece in pieces if isinstance(piece, str))
    text = "\n".join(filter(None, map(clean, _split(said))))
    duration = _milliseconds(event.get("dDurationMs", 0)) or 0
    return Cue(start, start + duration, text) if text else None


def _milliseconds(value: object) -> int | None:
    number = finite(value)
    return None if number is None else int(min(max(number, 0), _LATEST))
